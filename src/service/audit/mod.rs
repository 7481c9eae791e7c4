//! What a regulator may read, and what it can check: records, authority actions, released values, reports. Every read is logged first.

pub mod actions;
mod published;
pub mod reads;
pub mod records;
pub mod releases;
pub mod report;
pub mod verify;
