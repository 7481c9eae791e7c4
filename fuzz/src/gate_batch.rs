//! Batches of a gate's records in a node's files.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin::service::gate::records::Batch;
use luyin_protocol::codec::Canonical as _;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the version is not looked at",
    seeds,
};

/// One encoding a batch.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, Batch::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::passes_over(0, 1, Batch::from_slice))
}

fn seeds() -> Vec<Seed> {
    let batch = Batch {
        filed: sample::ten(),
        records: sample::audit_records().to_vec(),
    };
    vec![("three-records", batch.to_vec())]
}
