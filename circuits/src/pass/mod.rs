//! The pass (protocol 5.6): a note satisfies a policy, has seen no region of the risk list, and
//! belongs to whoever shows it. It shows a name for one scope and a tag for one day, no more.

mod circuit;
mod demands;
#[cfg(test)]
mod forgers;
mod relation;
mod statement;
#[cfg(test)]
pub(crate) mod tests;

pub use demands::{Demands, PackedPolicy};
pub use relation::Clause;
pub use statement::{INPUTS, Occasion, Pass, Private, Public};
