//! Files sealed under a key: keystores, vaults, trustees' shares, desk requests.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_keys::sealed::{SealError, Secret, Strength, WrappingKey, open, seal};
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the version is not looked at",
    seeds,
};

const CONTEXT: &[u8] = b"luyin/seeds";
/// Where the version stands, and which it is.
const VERSION: (usize, u8) = (7, 1);

static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let sealed = seal(
        &secret(),
        Strength::PRODUCTION,
        CONTEXT,
        b"content",
        &mut sample::rng(),
    );
    sealed.expect("it can be sealed")
});

fn secret() -> Secret {
    Secret::Key(WrappingKey::from_bytes([7; 32]))
}

fn opened(data: &[u8]) -> Result<Vec<u8>, SealError> {
    open(&secret(), Strength::PRODUCTION, CONTEXT, data).map(|plain| plain.to_vec())
}

/// Only what was sealed opens: every byte of a file is authenticated.
pub fn check(data: &[u8]) -> Outcome {
    law::only_what_was_made(data, &[MADE.as_slice()], opened)
}

fn planted(data: &[u8]) -> Outcome {
    let (place, version) = VERSION;
    let lax = fault::passes_over(place, version, opened);
    law::only_what_was_made(data, &[MADE.as_slice()], lax)
}

fn seeds() -> Vec<Seed> {
    vec![
        ("under-a-key", MADE.clone()),
        ("not-sealed", b"content".to_vec()),
    ]
}
