//! What a gate asks of a node: its bundle, the list between two bundles, the shared set of walk-in passes, and a place for its records.

pub mod bundle;
pub mod filing;
pub mod list;
pub mod records;
pub mod walk_ins;
