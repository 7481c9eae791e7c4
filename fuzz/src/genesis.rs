//! Founding data, as `genesis.bin` and the node's interface carry them.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::Canonical;
use luyin_protocol::network::NetworkParameters;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the version is not looked at",
    seeds,
};

/// One encoding for a network, or its hash would not name it.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, NetworkParameters::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::passes_over(0, 1, NetworkParameters::from_slice))
}

fn seeds() -> Vec<Seed> {
    vec![("development", sample::parameters().to_vec())]
}
