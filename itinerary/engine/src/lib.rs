//! The itinerary engine: derives stays from an operator's events with DataFusion and keeps a bitmap of regions a subscriber
//! and day. `docs/itinerary.md` says what it does, `luyin-itinerary` what the words mean.

#![forbid(unsafe_code)]

pub mod bench;
pub mod count;
pub mod derive;
mod fingerprint;
pub mod generate;
mod groups;
mod judged;
mod packed;
mod session;
mod source;
pub mod state;
mod stays;
mod survey;
pub mod window;
