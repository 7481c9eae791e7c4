//! Requests to a witness (C2SP tlog-witness).

use crate::{Outcome, Seed, Target, checkpoint, law};
use luyin_ledger::log::merkle::LogHash;
use luyin_ledger::log::witness::AddCheckpoint;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a size with zeros before it is read",
    seeds,
};

/// One body a request.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, AddCheckpoint::from_bytes, AddCheckpoint::to_bytes)
}

fn planted(data: &[u8]) -> Outcome {
    let lax = |data: &[u8]| {
        AddCheckpoint::from_bytes(data).or_else(|error| {
            let rest = data.strip_prefix(b"old 0").ok_or(error)?;
            AddCheckpoint::from_bytes(&[b"old ", rest].concat())
        })
    };
    law::one_encoding(data, lax, AddCheckpoint::to_bytes)
}

fn request(old: u64, hashes: u8) -> Vec<u8> {
    let proof = (0..hashes).map(|n| LogHash::leaf(&[n])).collect();
    let note = format!("{}\n", checkpoint::sample(&[]).to_text());
    let request = AddCheckpoint::new(old, proof, note.as_bytes());
    request.expect("a request").to_bytes()
}

fn seeds() -> Vec<Seed> {
    vec![
        ("first", request(0, 0)),
        ("with-a-proof", request(7, 3)),
        ("longest-proof", request(24, 63)),
    ]
}
