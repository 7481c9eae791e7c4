//! Requests to correct an itinerary, as a holder hands them over.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_device::wallet::{Correction, NymCard};
use luyin_protocol::field::Nym;
use luyin_protocol::note::Mask;
use serde_json::json;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the request is overlooked",
    seeds,
};

/// No part of a request is overlooked.
pub fn check(data: &[u8]) -> Outcome {
    law::whole_json(data, Correction::read)
}

fn planted(data: &[u8]) -> Outcome {
    law::whole_json(data, fault::first_json::<Correction>)
}

fn seeds() -> Vec<Seed> {
    let card = NymCard {
        network: sample::network(),
        attester: sample::did(103),
        day: sample::DAY,
        nym: Nym::from_value(sample::number(31)),
        mask: Mask::from_bits(0),
    };
    let request = json!({
        "version": 1,
        "card": card,
        "itinerary_day": sample::DAY.to_iso(),
        "places": ["420100", "JPN"],
        "reason": "other",
        "words": "没有下车",
    });
    let request = serde_json::to_vec(&request).expect("a request has JSON");
    vec![
        ("other-with-space", fault::with_space_behind(&request)),
        ("other", request),
    ]
}
