//! The ledger without a network: a pure state machine over a durable log. No clock, no async runtime, no sockets.
//!
//! What a device needs of it (trees, checkpoints, proofs, the names of tiles) also builds for a browser; the rest is behind
//! the feature `node`, which is on unless switched off.
#![forbid(unsafe_code)]

#[cfg(feature = "node")]
pub mod chain;
pub mod forest;
pub mod log;
#[cfg(feature = "node")]
pub mod state;
#[cfg(feature = "node")]
pub mod store;
#[cfg(feature = "node")]
pub mod tx;
