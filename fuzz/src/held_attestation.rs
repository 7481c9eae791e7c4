//! Attestations as the file that an attester hands over.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_device::client::Encoded;
use luyin_device::wallet::HeldAttestation;
use luyin_protocol::attestation::Statement;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the attestation is overlooked",
    seeds,
};

fn read(data: &[u8]) -> Result<HeldAttestation, serde_json::Error> {
    serde_json::from_slice(data)
}

/// No part of the file is overlooked.
pub fn check(data: &[u8]) -> Outcome {
    law::whole_json(data, read)
}

fn planted(data: &[u8]) -> Outcome {
    law::whole_json(data, fault::first_json::<HeldAttestation>)
}

fn seeds() -> Vec<Seed> {
    let held = HeldAttestation {
        attestation: Encoded(sample::attestation(Statement::Test { negative: true })),
        attester: sample::did(103),
        scope_day: sample::DAY,
        tree_day: sample::DAY,
    };
    let held = serde_json::to_vec(&held).expect("a file has JSON");
    vec![
        ("test-with-space", fault::with_space_behind(&held)),
        ("test", held),
    ]
}
