//! A list of notices' values under its node's signature, in addition to a bundle.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_protocol::codec::Canonical;
use luyin_protocol::gate::{GateBundle, GateList, ListError, SignedList};
use luyin_protocol::signature::{Domain, NetworkId};
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a signature that does not hold is let pass",
    seeds,
};

static NETWORK: LazyLock<NetworkId> = LazyLock::new(sample::network);
static HELD: LazyLock<GateBundle> = LazyLock::new(sample::bundle);
static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (list, node) = (sample::gate_list(), sample::key(1));
    let signature = node.sign(Domain::List, &NETWORK, &list.to_vec());
    SignedList::new(list, node.public(), signature).to_bytes()
});

fn verified(data: &[u8]) -> Result<GateList, ListError> {
    SignedList::verified(data, &HELD, &sample::gate_list().bundle, HELD.issued)
}

/// Only the list that the node signed is believed.
pub fn check(data: &[u8]) -> Outcome {
    law::only_what_was_made(data, &[MADE.as_slice()], verified)
}

fn planted(data: &[u8]) -> Outcome {
    let lax = |data: &[u8]| match verified(data) {
        Err(ListError::BadSignature) => Ok(sample::gate_list()),
        other => other,
    };
    law::only_what_was_made(data, &[MADE.as_slice()], lax)
}

fn seeds() -> Vec<Seed> {
    vec![("full", MADE.clone())]
}
