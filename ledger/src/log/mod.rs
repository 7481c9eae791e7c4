//! The log: segments (the truth on disk), the RFC 6962 tree over its entries, tiles and signed checkpoints.
//!
//! Formats: docs/protocol/08-log-and-tiles.md.

pub mod checkpoint;
#[cfg(feature = "node")]
pub mod disk;
pub mod merkle;
pub mod proof_file;
pub mod records;
#[cfg(feature = "node")]
pub mod segment;
pub mod tiles;
#[cfg(feature = "node")]
pub mod witness;
