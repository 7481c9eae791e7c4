//! A gate's bundle under its node's signature.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_protocol::codec::Canonical;
use luyin_protocol::gate::{BundleError, GateBundle, SignedBundle};
use luyin_protocol::signature::{Domain, NetworkId};
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a signature that does not hold is let pass",
    seeds,
};

static NETWORK: LazyLock<NetworkId> = LazyLock::new(sample::network);
static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (bundle, node) = (sample::bundle(), sample::key(1));
    let signature = node.sign(Domain::Bundle, &NETWORK, &bundle.to_vec());
    SignedBundle::new(bundle, node.public(), signature).to_bytes()
});

fn verified(data: &[u8]) -> Result<GateBundle, BundleError> {
    SignedBundle::verified(data, &NETWORK)
}

/// Only the bundle that the node signed is believed.
pub fn check(data: &[u8]) -> Outcome {
    law::only_what_was_made(data, &[MADE.as_slice()], verified)
}

fn planted(data: &[u8]) -> Outcome {
    let lax = |data: &[u8]| match verified(data) {
        Err(BundleError::BadSignature) => Ok(sample::bundle()),
        other => other,
    };
    law::only_what_was_made(data, &[MADE.as_slice()], lax)
}

fn seeds() -> Vec<Seed> {
    vec![("full", MADE.clone())]
}
