//! Enrolment (protocol 5.2): a blank note of a fresh owner, its mask committed for the registrar,
//! and its revocation handle shared among five trustees, any three of whom can rebuild it.

mod circuit;
#[cfg(test)]
pub(crate) mod forgers;
mod relation;
mod statement;
#[cfg(test)]
pub(crate) mod tests;

pub use relation::Clause;
pub use statement::{Enrol, INPUTS, Private, Public};
