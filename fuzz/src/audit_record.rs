//! A gate's records.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::Canonical;
use luyin_protocol::gate::AuditRecord;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a note cut short by a byte is filled up with zero",
    seeds,
};

/// One encoding a record.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, AuditRecord::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::fills_up(AuditRecord::from_slice))
}

fn seeds() -> Vec<Seed> {
    let [pass, unreadable, manual] = sample::audit_records().map(|record| record.to_vec());
    vec![
        ("pass", pass),
        ("unreadable", unreadable),
        ("manual", manual),
    ]
}
