//! Rows of the table that an attester issues from.

use crate::{Outcome, Seed, Target, law, sample};
use luyin::cli::attester::{FEVER_TENTHS, Row, Sheet};
use luyin_protocol::attestation::{Attestation, AttestationKind, Statement};
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::field::{IssuerId, Nym};
use luyin_protocol::time::Day;
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a day to come is let pass",
    seeds,
};

static ISSUER: LazyLock<IssuerId> = LazyLock::new(|| sample::did(103).issuer());
const KINDS: [AttestationKind; 4] = AttestationKind::ALL;

fn sheet(kind: AttestationKind, today: Day) -> Sheet {
    Sheet {
        issuer: *ISSUER,
        kind,
        today,
        fever_tenths: FEVER_TENTHS,
    }
}

fn rows(data: &[u8]) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(data);
    reader.deserialize().flatten().collect()
}

/// A row that is an attestation of its kind is one that a wallet can read, of a day that has come.
fn law(data: &[u8], today: Day) -> Outcome {
    let mut outcome = Outcome::Refused;
    for row in rows(data) {
        for kind in KINDS {
            let made = sheet(kind, today).attestation(&row, &mut sample::rng());
            match made {
                Err(error) => {
                    law::refused(error);
                }
                Ok(made) => {
                    let bytes = made.attestation.to_vec();
                    assert_eq!(
                        Attestation::from_slice(&bytes).as_ref(),
                        Ok(&made.attestation)
                    );
                    assert!(made.attestation.day <= sample::DAY, "a day to come");
                    assert!(made.scope_day <= sample::DAY, "a card of a day to come");
                    if let Statement::Vaccination { doses } = made.attestation.statement {
                        assert!((1..=15).contains(&doses));
                    }
                    outcome = Outcome::Accepted;
                }
            }
        }
    }
    outcome
}

/// A row that is an attestation of its kind is one that a wallet can read, of a day that has come.
pub fn check(data: &[u8]) -> Outcome {
    law(data, sample::DAY)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, Day::new(u16::MAX))
}

fn seeds() -> Vec<Seed> {
    let nym = Nym::from_value(sample::number(31));
    let day = sample::DAY.to_iso();
    let table = |values: &[&str]| {
        let rows = values.iter().map(|value| format!("{nym},{day},{value}\n"));
        format!("binding,day,value\n{}", rows.collect::<String>()).into_bytes()
    };
    vec![
        ("tests", table(&["negative", "positive"])),
        ("doses-and-readings", table(&["3", "37.2"])),
        ("one-test", table(&["negative"])),
        ("itineraries", table(&["420100;JPN", ""])),
        ("not-a-table", b"binding\n".to_vec()),
    ]
}
