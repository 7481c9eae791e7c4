//! The regions that an itinerary or a risk list can name, and their places in a note's three bitmaps.
//!
//! The table is data: `data/regions.v1.csv`, described in `docs/regions.md`. An index, once given out, keeps its meaning
//! for ever, because notes on the ledger hold indexes.

mod code;
mod entry;
mod index;
mod name;
mod parse;
mod table;

#[cfg(test)]
mod tests;

pub use code::{CountryCode, DivisionCode, InvalidRegionCode, RegionCode};
pub use entry::{Province, Region, RegionKind, Validity};
pub use index::{CAPACITY, RegionIndex};
pub use parse::RegionTableError;
pub use table::{RegionError, RegionTable};
