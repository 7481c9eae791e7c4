//! Field elements as JSON and command lines carry them: 64 small hex digits.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_protocol::field::Nym;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "capitals are read as small letters",
    seeds,
};

/// One spelling a value, none for what is not below the modulus.
pub fn check(data: &[u8]) -> Outcome {
    law::one_spelling(data, str::parse::<Nym>, Nym::to_string)
}

fn planted(data: &[u8]) -> Outcome {
    let parse = |text: &str| text.to_ascii_lowercase().parse::<Nym>();
    law::one_spelling(data, parse, Nym::to_string)
}

fn seeds() -> Vec<Seed> {
    let text = |n| Nym::from_value(n).to_string().into_bytes();
    vec![
        ("small", text(sample::number(0xabcd_ef01))),
        ("largest", text(-sample::number(1))),
        ("not-below-the-modulus", vec![b'f'; 64]),
    ]
}
