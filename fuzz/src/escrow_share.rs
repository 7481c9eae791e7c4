//! Escrow shares, once they are opened.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_keys::escrow::{Share, make_shares};
use luyin_protocol::note::RevocationHandle;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a byte behind the share is overlooked",
    seeds,
};

fn bytes(share: &Share) -> Vec<u8> {
    share.to_bytes().to_vec()
}

/// One encoding a share.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, Share::from_bytes, bytes)
}

fn planted(data: &[u8]) -> Outcome {
    law::one_encoding(data, fault::overlooks_a_byte(Share::from_bytes), bytes)
}

/// The shares of one person.
pub(crate) fn dealt() -> [Share; 5] {
    let rh = RevocationHandle::from_value(sample::number(1_001));
    make_shares(&rh, &mut sample::rng()).shares
}

fn seeds() -> Vec<Seed> {
    let [first, .., last] = dealt();
    vec![("first", bytes(&first)), ("fifth", bytes(&last))]
}
