//! What a regulator may read, and what it can check: records, authority actions and refused attempts at them, alarms about
//! issuers, released values, reports. Every read is logged first.

pub mod actions;
pub mod alarms;
pub mod attempts;
mod published;
pub mod reads;
pub mod records;
pub mod releases;
pub mod report;
pub mod verify;
