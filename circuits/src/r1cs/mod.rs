//! A rank-1 constraint system, built once for its shape and often for a witness.
//!
//! The builder exists beside arkworks' own gadgets for three reasons. Proving needs only the
//! witness, which here costs what the native computation costs: no symbolic work is done at all.
//! Every row carries the label of the clause and gadget that made it, so that a test can drop
//! exactly that group and show what it guards. And the shape comes out as plain matrices, which
//! prover, key generation, the pinned hashes and the export to other tools all share.

mod number;
mod shape;
mod synthesis;
mod system;
#[cfg(test)]
mod tests;

pub use number::{Bit, Num};
pub(crate) use shape::dot;
pub use shape::{Matrices, Row, Shape};
pub use synthesis::Synthesis;
pub use system::{Assignment, System};
