//! What the statements are built from. Each gadget that both computes and asserts stands beside
//! its native counterpart, so that relation and circuit cannot drift apart unnoticed.

mod bits;
mod compare;
mod membership;
mod note;
mod poseidon;
#[cfg(test)]
mod tests;

pub use bits::bits;
pub use compare::{at_least, later, worse};
pub use membership::{ARITY, Path, membership};
pub(crate) use note::FIELDS;
pub use note::{Field, NoteVar, StateVar, commit, pack};
pub use poseidon::hash;
