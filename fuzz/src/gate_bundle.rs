//! What a gate is given, without its signature.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::Canonical;
use luyin_protocol::gate::GateBundle;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the bundle is overlooked",
    seeds,
};

/// One encoding a bundle.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, GateBundle::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::overlooks_the_rest::<GateBundle>)
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
