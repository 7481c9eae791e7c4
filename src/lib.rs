//! The service of Luyin and its command.

pub mod app;
pub mod bench;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod enrolment;
pub mod gate;
pub mod http;
pub mod http_signature;
pub mod node;
pub mod qr;
pub mod service;
pub mod shutdown;
pub mod telemetry;
pub mod trustee;
pub mod wallet;
