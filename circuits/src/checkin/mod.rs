//! The daily check-in (protocol 5.4): the note's history moves to the slot and takes in the
//! private answers; the employer gets a commitment to the day's status, the ledger nothing but a
//! nullifier, a new note and a tag that belongs to a live notice or to none.

mod circuit;
#[cfg(test)]
mod forgers;
mod relation;
mod statement;
#[cfg(test)]
pub(crate) mod tests;

pub use relation::Clause;
pub use statement::{Answers, Checkin, INPUTS, Private, Public};
