//! The nouns of Luyin and their bytes. No I/O, no clock, no randomness but what callers hand in.

pub mod appeal;
pub mod attestation;
pub mod codec;
pub mod did;
pub mod escrow;
pub mod evidence;
pub mod field;
pub mod gate;
pub mod hash;
pub mod itinerary;
pub mod network;
pub mod note;
pub mod pass;
pub mod policy;
pub mod region;
pub mod risk;
pub mod scope;
pub mod sealed;
pub mod signature;
pub mod tightening;
pub mod time;
pub mod tx;
pub mod versioned;
