//! The service of Luyin and its command.

pub mod bench;
pub mod client;
pub mod clock;
pub mod enrolment;
pub mod http_signature;
pub mod qr;
