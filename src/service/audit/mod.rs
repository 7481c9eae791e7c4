//! What a regulator may read, and what it can check: records, authority actions, reports. Every read is logged first.

pub mod actions;
pub mod reads;
pub mod records;
mod replay;
pub mod report;
pub mod verify;
