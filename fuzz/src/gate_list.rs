//! What a gate is told of notices between two bundles, without its signature.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::{Canonical, DecodeError};
use luyin_protocol::gate::GateList;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a list that ends early is unwrapped",
    seeds,
};

/// One encoding a list.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, GateList::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    let kind = |e: &DecodeError| matches!(e, DecodeError::Short(_));
    law::canonical(data, fault::unwraps(kind, GateList::from_slice))
}

fn seeds() -> Vec<Seed> {
    let bare = GateList {
        releases: vec![],
        ..sample::gate_list()
    };
    vec![
        ("full", sample::gate_list().to_vec()),
        ("bare", bare.to_vec()),
    ]
}
