//! What opens a notice's subject, once it is unsealed.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_keys::escrow::SubjectOpening;
use luyin_protocol::field::Owner;
use luyin_protocol::risk::SubjectSalt;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a salt cut short by a byte is filled up with zero",
    seeds,
};

/// One encoding an opening.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, SubjectOpening::from_bytes, SubjectOpening::to_bytes)
}

fn planted(data: &[u8]) -> Outcome {
    let lax = fault::fills_up(SubjectOpening::from_bytes);
    law::one_encoding(data, lax, SubjectOpening::to_bytes)
}

fn seeds() -> Vec<Seed> {
    let opening = SubjectOpening {
        owner: Owner::from_value(sample::number(52)),
        salt: SubjectSalt::from_bytes([8; 32]),
    };
    vec![("owner-and-salt", opening.to_bytes())]
}
