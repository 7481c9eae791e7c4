//! Files of the log's hash tiles.

use crate::{Outcome, Seed, Target, fault, law};
use luyin_ledger::log::disk::MemoryDisk;
use luyin_ledger::log::merkle::LogHash;
use luyin_ledger::log::tiles::{TileError, TileReader};
use std::path::Path;
use std::sync::Arc;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a byte behind the last hash is overlooked",
    seeds,
};

/// Reads the file as the first tile of a log of as many entries as it can hold hashes.
fn hashes(data: &[u8]) -> Result<Vec<LogHash>, TileError> {
    let size = data.len() / 32;
    let disk = MemoryDisk::new(1);
    let path = match size {
        256 => "tile/0/000".to_owned(),
        width => format!("tile/0/000.p/{width}"),
    };
    disk.overwrite(Path::new(&path), data);
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    TileReader::new(Arc::new(disk), "", size).hashes(0, 0)
}

fn bytes(hashes: &[LogHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// The hashes are the file, whole.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, hashes, |row| bytes(row))
}

fn planted(data: &[u8]) -> Outcome {
    law::one_encoding(data, fault::overlooks_a_byte(hashes), |row| bytes(row))
}

fn seeds() -> Vec<Seed> {
    let leaves = |count: u8| bytes(&(0..count).map(|n| LogHash::leaf(&[n])).collect::<Vec<_>>());
    vec![
        ("one", leaves(1)),
        ("seven", leaves(7)),
        ("not-a-whole-hash", vec![0; 31]),
    ]
}
