//! A network to tell stories with: keys from fixed seeds, a node on a free port, a client.

pub mod client;
pub mod company;
pub mod disks;
pub mod keys;
pub mod people;
pub mod process;
pub mod rules;
pub mod simulated;
pub mod town;
pub mod wallets;
pub mod world;

pub use client::Answer;
pub use world::{Member, World};
