//! Founding data, as `genesis.bin` and the node's interface carry them.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::{Canonical, DecodeError};
use luyin_protocol::network::NetworkParameters;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "founding data that end early are unwrapped",
    seeds,
};

/// One encoding for a network, or its hash would not name it.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, NetworkParameters::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    let kind = |e: &DecodeError| matches!(e, DecodeError::Short(_));
    law::canonical(data, fault::unwraps(kind, NetworkParameters::from_slice))
}

fn seeds() -> Vec<Seed> {
    vec![("development", sample::parameters().to_vec())]
}
