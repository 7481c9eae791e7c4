//! Lists of risk regions.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::Canonical;
use luyin_protocol::risk::RiskList;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a list cut short by a byte is filled up with zero",
    seeds,
};

/// One encoding a list.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, RiskList::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::fills_up(RiskList::from_slice))
}

fn seeds() -> Vec<Seed> {
    let empty = RiskList {
        regions: sample::regions(&[]),
        ..sample::risk_list()
    };
    vec![
        ("two-regions", sample::risk_list().to_vec()),
        ("none", empty.to_vec()),
    ]
}
