//! The ledger without a network: a pure state machine over a durable log. No clock, no async runtime, no sockets.
#![forbid(unsafe_code)]

pub mod chain;
pub mod forest;
pub mod log;
pub mod state;
pub mod store;
pub mod tx;
