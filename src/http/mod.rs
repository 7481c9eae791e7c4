//! The HTTP side: one table of routes, one file a noun, refusals rendered in one place.

pub mod auth;
pub(crate) mod budget;
pub(crate) mod nonce;
pub mod operation;
pub mod problem;
pub mod router;
pub mod server;
pub(crate) mod signer;
mod table;

mod extract;
mod reply;

mod appeal;
mod attestation;
mod audit;
mod bucket;
mod desk;
mod did;
mod entry;
mod epoch;
mod forest;
mod gate;
mod governance;
mod handover;
mod health;
mod key;
mod network;
mod news;
mod notice;
mod page;
mod policy;
mod reading;
mod region;
mod submission;
mod tile;
