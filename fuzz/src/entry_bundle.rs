//! Files of the log's entries: each with its length in two bytes before it.

use crate::{Outcome, Seed, Target, fault, law};
use luyin_ledger::log::disk::MemoryDisk;
use luyin_ledger::log::tiles::{TileError, TileReader};
use std::path::Path;
use std::sync::Arc;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a last entry that is cut short is filled up with zero",
    seeds,
};

/// Reads the file as the first bundle of a log of three entries.
fn entries(data: &[u8]) -> Result<Vec<Vec<u8>>, TileError> {
    let disk = MemoryDisk::new(1);
    disk.overwrite(Path::new("tile/entries/000.p/3"), data);
    TileReader::new(Arc::new(disk), "", 3).entries(0)
}

fn bytes(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).expect("it was read from two bytes");
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(entry);
    }
    out
}

/// The entries are the file, whole.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, entries, |row| bytes(row))
}

fn planted(data: &[u8]) -> Outcome {
    law::one_encoding(data, fault::fills_up(entries), |row| bytes(row))
}

fn seeds() -> Vec<Seed> {
    let entry = |text: &[u8]| text.to_vec();
    vec![
        (
            "three",
            bytes(&[entry(b"genesis"), entry(b"block"), entry(b"tx")]),
        ),
        (
            "one-is-empty",
            bytes(&[entry(b"genesis"), entry(b""), entry(b"tx")]),
        ),
        ("not-three", bytes(&[entry(b"genesis"), entry(b"block")])),
    ]
}
