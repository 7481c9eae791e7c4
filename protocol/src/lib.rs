//! The nouns of Luyin and their bytes. No I/O, no clock, no randomness but what callers hand in.

pub mod codec;
pub mod field;
pub mod hash;
pub mod itinerary;
pub mod note;
pub mod region;
pub mod time;
