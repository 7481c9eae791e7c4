//! Attestations, as an attester hands them to their holder.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::attestation::{Attestation, Statement};
use luyin_protocol::codec::Canonical;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the attestation is overlooked",
    seeds,
};

/// One encoding an attestation.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, Attestation::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::overlooks_the_rest::<Attestation>)
}

fn seeds() -> Vec<Seed> {
    let of = |statement| sample::attestation(statement).to_vec();
    vec![
        ("test", of(Statement::Test { negative: true })),
        ("vaccination", of(Statement::Vaccination { doses: 3 })),
        ("reading", of(Statement::Reading { fever: false })),
        (
            "itinerary",
            of(Statement::Itinerary {
                regions: sample::regions(&["420100", "JPN"]),
            }),
        ),
    ]
}
