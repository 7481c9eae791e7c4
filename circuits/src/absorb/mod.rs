//! Absorbing an attestation (protocol 5.5): the note takes over what a hospital, an operator or a
//! thermometer gate has attested, without saying which attestation or whose.

mod circuit;
#[cfg(test)]
mod forgers;
mod relation;
mod statement;
#[cfg(test)]
pub(crate) mod tests;

pub use relation::Clause;
pub use statement::{Absorb, Attested, INPUTS, Private, Public};
