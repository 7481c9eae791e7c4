//! The four statements of Luyin: enrol, checkin, absorb, pass (protocol section 5), and the
//! proofs of them.
//!
//! Each statement stands in its own folder: what is public and private (`statement.rs`), the
//! native check that names the first broken clause (`relation.rs`), the circuit (`circuit.rs`).
//! Keys come in as arguments; nothing here reads a file, a clock or a random source of its own.

pub mod absorb;
pub mod checkin;
pub mod curve;
pub mod enrol;
pub mod gadgets;
pub mod groth16;
mod opened;
pub mod pass;
pub mod r1cs;
mod statement;

#[cfg(test)]
mod audit;
#[cfg(test)]
mod pinned;

pub use gadgets::Path;
pub use opened::{ATTESTATION_LEVELS, NOTE_LEVELS};
pub use statement::{
    CircuitName, Statement, UnknownCircuit, assign, matrices, matrix_hash, shape, shape_of,
};
