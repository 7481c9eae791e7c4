//! Synthetic months (演示数据) with known truth. A person is planned first: where, from when to when. The truth is read off the
//! plan, events are what a network would have noticed of it, so a derivation from the events can be held against the truth.

mod atlas;
mod draw;
mod person;
mod rows;
mod truth;

pub use self::draw::{InvalidSeed, Seed};
pub use self::person::Persona;
pub use self::rows::{Month, Row, Written};
pub use self::truth::Truth;

#[cfg(test)]
mod tests;
