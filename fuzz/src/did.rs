//! Identifiers, `did:luyin:` and base58.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_protocol::did::Did;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "white space around the identifier is trimmed",
    seeds,
};

/// One spelling an identifier.
pub fn check(data: &[u8]) -> Outcome {
    law::one_spelling(data, str::parse::<Did>, Did::to_string)
}

fn planted(data: &[u8]) -> Outcome {
    law::one_spelling(data, |text| text.trim().parse::<Did>(), Did::to_string)
}

fn seeds() -> Vec<Seed> {
    let text = |did: Did| did.to_string().into_bytes();
    vec![
        ("registrar", text(sample::did(101))),
        ("zeros-and-ones", text(Did::from_bytes([1; 32]))),
        ("not-another-method", b"did:web:clinic.example".to_vec()),
    ]
}
