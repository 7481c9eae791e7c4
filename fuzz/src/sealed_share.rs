//! Escrow shares sealed to a trustee.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_device::enrolment::{open_share, seal_share};
use luyin_keys::escrow::Share;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::field::Owner;
use luyin_protocol::signature::NetworkId;
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a message shorter than its key is sliced",
    seeds,
};

static NETWORK: LazyLock<NetworkId> = LazyLock::new(sample::network);
static MADE: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    let [first, second, ..] = crate::escrow_share::dealt();
    [first, second].map(|share| {
        let to = sample::seal_key(21).public();
        let sealed = seal_share(&NETWORK, &owner(), &share, &to, &mut sample::rng());
        sealed.expect("it can be sealed")
    })
});

fn owner() -> Owner {
    Owner::from_value(sample::number(52))
}

fn opened(data: &[u8]) -> Result<Share, &'static str> {
    let first = TrusteeIndex::all().next().ok_or("no trustee")?;
    open_share(&NETWORK, &owner(), first, &[sample::seal_key(21)], data).ok_or("it does not open")
}

/// Only the share that was sealed to this trustee opens.
pub fn check(data: &[u8]) -> Outcome {
    let [first, _] = &*MADE;
    law::only_what_was_made(data, &[first.as_slice()], opened)
}

fn planted(data: &[u8]) -> Outcome {
    let [first, _] = &*MADE;
    let lax = fault::slices(32, opened);
    law::only_what_was_made(data, &[first.as_slice()], lax)
}

fn seeds() -> Vec<Seed> {
    let [first, second] = MADE.clone();
    vec![("first-trustee-s", first), ("not-the-second-s", second)]
}
