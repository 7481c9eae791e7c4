//! A day's values of a notice with trustees' signatures.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::Canonical;
use luyin_protocol::tx::Release;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the signatures is overlooked",
    seeds,
};

/// One encoding a release.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, Release::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::overlooks_the_rest::<Release>)
}

fn seeds() -> Vec<Seed> {
    let release = Release {
        values: sample::day_release(),
        signatures: sample::signatures(),
    };
    vec![("three-signatures", release.to_vec())]
}
