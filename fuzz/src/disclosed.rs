//! Openings of check-ins for an employer.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_device::wallet::{Disclosed, Punctuality, SecretScalar};
use luyin_protocol::field::{Disclosure, Nym};
use luyin_protocol::note::DayStatus;
use luyin_protocol::time::Slot;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the opening is overlooked",
    seeds,
};

fn read(data: &[u8]) -> Result<Disclosed, serde_json::Error> {
    serde_json::from_slice(data)
}

/// No part of an opening is overlooked.
pub fn check(data: &[u8]) -> Outcome {
    law::whole_json(data, read)
}

fn planted(data: &[u8]) -> Outcome {
    law::whole_json(data, fault::first_json::<Disclosed>)
}

fn seeds() -> Vec<Seed> {
    let mut opening = Disclosed {
        network: sample::network(),
        employer: sample::did(100),
        pseudonym: Nym::from_value(sample::number(31)),
        status: DayStatus::Normal,
        slot: Slot::new(40_001),
        salt: SecretScalar::new(sample::number(92)),
        disclosure: Disclosure::from_value(sample::number(0)),
        entry: Some(25),
        punctuality: Punctuality::OnTime,
    };
    opening.disclosure = opening.commitment();
    let opening = serde_json::to_vec(&opening).expect("an opening has JSON");
    vec![
        ("on-time-with-space", fault::with_space_behind(&opening)),
        ("on-time", opening),
    ]
}
