//! The ledger without a network: a pure state machine over a durable log. No clock, no async runtime, no sockets.
#![forbid(unsafe_code)]

pub mod forest;
pub mod log;
pub mod store;
