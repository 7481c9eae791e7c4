//! `luyin bench`: every figure beside the raw limit of the same run, printed as JSON.

pub mod load;
pub mod network;
pub mod proving;
