//! The versioned table of regions.

mod index;

pub use index::{CAPACITY, RegionIndex};
