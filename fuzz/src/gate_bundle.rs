//! What a gate is given, without its signature.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::{Canonical, DecodeError};
use luyin_protocol::gate::GateBundle;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a bundle that ends early is unwrapped",
    seeds,
};

/// One encoding a bundle.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, GateBundle::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    let kind = |e: &DecodeError| matches!(e, DecodeError::Short(_));
    law::canonical(data, fault::unwraps(kind, GateBundle::from_slice))
}

fn seeds() -> Vec<Seed> {
    let bare = GateBundle {
        epochs: vec![],
        policies: vec![],
        risk_lists: vec![],
        releases: vec![],
        ..sample::bundle()
    };
    vec![("full", sample::bundle().to_vec()), ("bare", bare.to_vec())]
}
