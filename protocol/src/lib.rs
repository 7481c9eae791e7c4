//! The nouns of Luyin and their bytes. No I/O, no clock, no randomness but what callers hand in.

pub mod hash;
