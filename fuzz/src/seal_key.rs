//! Messages sealed to a recipient's key (HPKE).

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_keys::seal_key::{SealKeyError, seal_to};
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a message shorter than its key is sliced",
    seeds,
};

const INFO: &[u8] = b"luyin/seeds";

static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let to = sample::seal_key(7).public();
    seal_to(&to, INFO, b"context", b"content", &mut sample::rng()).expect("it can be sealed")
});

fn opened(data: &[u8]) -> Result<Vec<u8>, SealKeyError> {
    let plain = sample::seal_key(7).open(INFO, b"context", data)?;
    Ok(plain.to_vec())
}

/// Only what was sealed opens.
pub fn check(data: &[u8]) -> Outcome {
    law::only_what_was_made(data, &[MADE.as_slice()], opened)
}

fn planted(data: &[u8]) -> Outcome {
    let lax = fault::slices(32, opened);
    law::only_what_was_made(data, &[MADE.as_slice()], lax)
}

fn seeds() -> Vec<Seed> {
    vec![("to-a-trustee", MADE.clone()), ("not-sealed", vec![0; 64])]
}
