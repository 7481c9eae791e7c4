//! `luyin bench`: every figure beside the raw limit of the same run, printed as JSON.

#[cfg(feature = "bft")]
pub mod consortium;
pub mod disk;
pub mod keys;
pub mod load;
pub mod network;
pub mod node;
pub mod process;
pub mod proving;
pub mod report;
