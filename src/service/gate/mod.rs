//! What a gate asks of a node: its bundle, the shared set of walk-in passes, and a place for its records.

pub mod bundle;
pub mod filing;
pub mod records;
pub mod walk_ins;
