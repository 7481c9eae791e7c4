//! Batches of records in a gate's own files.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_device::gate::{RecordQueue, SealedBatch};
use luyin_protocol::codec::Canonical as _;
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the version is not looked at",
    seeds,
};

/// One encoding a batch.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, SealedBatch::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::passes_over(0, 1, SealedBatch::from_slice))
}

static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let files = crate::gate_seen::OneFolder::default();
    let mut queue = RecordQueue::open(files).expect("nothing is there");
    for record in sample::audit_records() {
        queue.put(&record).expect("memory does not fail");
    }
    let (network, key) = (sample::network(), sample::key(104));
    let batch = queue
        .cut(1, sample::did(104), &network, &key)
        .expect("memory does not fail");
    batch.expect("three records wait").to_vec()
});

fn seeds() -> Vec<Seed> {
    vec![("three-records", MADE.clone())]
}
