//! The use cases, by noun, without anything of HTTP: a handler extracts, calls one function of these, and shapes the reply.

pub mod appeal;
pub mod attestation;
pub mod audit;
pub mod bucket;
pub mod desk;
pub mod did;
pub mod encoded;
pub mod entry;
pub mod epoch;
pub mod error;
pub mod forest;
pub mod gate;
pub mod governance;
pub mod handover;
pub mod key;
pub mod moment;
pub mod network;
pub mod news;
pub mod notice;
pub mod page;
pub mod policy;
pub mod region;
pub mod submission;

pub use error::ServiceError;
