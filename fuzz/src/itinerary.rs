//! Sets of regions as three bitmaps.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_protocol::codec::{Canonical, DecodeError};
use luyin_protocol::itinerary::Itinerary;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the bits above the bitmap are cut off",
    seeds,
};

/// One encoding a set.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, Itinerary::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, masked)
}

/// Reads each bitmap with its three high bits cleared.
fn masked(data: &[u8]) -> Result<Itinerary, DecodeError> {
    let mut data = data.to_vec();
    for place in [31, 63, 95] {
        if let Some(byte) = data.get_mut(place) {
            *byte &= 0x1f;
        }
    }
    Itinerary::from_slice(&data)
}

fn seeds() -> Vec<Seed> {
    vec![
        ("none", sample::regions(&[]).to_vec()),
        ("two", sample::regions(&["420100", "JPN"]).to_vec()),
    ]
}
