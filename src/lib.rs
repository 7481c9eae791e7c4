//! The service of Luyin and its command.

pub mod app;
pub mod bench;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod device;
pub mod http;
pub mod lines;
pub mod node;
pub mod qr;
pub mod service;
pub mod shutdown;
pub mod telemetry;
pub mod trustee;
pub mod witness;
