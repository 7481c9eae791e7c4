//! The service of Luyin and its command.

pub mod bench;
pub mod clock;
pub mod http_signature;
