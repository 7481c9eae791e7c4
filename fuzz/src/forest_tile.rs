//! Files of the Poseidon trees: field elements in a row.

use crate::{Outcome, Seed, Target, law, sample};
use ark_bn254::Fr;
use luyin_ledger::forest::{ForestError, ForestTiles, Shape};
use luyin_ledger::log::disk::MemoryDisk;
use luyin_protocol::field;
use std::path::Path;
use std::sync::Arc;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "an element's two high bits are cut off",
    seeds,
};

/// Reads the file as the unfinished tile of a note tree.
fn leaves(data: &[u8]) -> Result<Vec<Fr>, ForestError> {
    let width = data.len() / 32;
    let disk = MemoryDisk::new(1);
    disk.overwrite(Path::new(&format!("note/0/000.p/{width}")), data);
    let size = u64::try_from(width).unwrap_or(u64::MAX);
    ForestTiles::new(Arc::new(disk), "note/0", Shape::NETWORK).tile(0, size)
}

fn bytes(row: &[Fr]) -> Vec<u8> {
    row.iter().flat_map(field::to_bytes).collect()
}

/// The elements are the file, whole: none is reduced.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, leaves, |row| bytes(row))
}

fn planted(data: &[u8]) -> Outcome {
    let masked = |data: &[u8]| {
        let mut data = data.to_vec();
        for byte in data.iter_mut().skip(31).step_by(32) {
            *byte &= 0x3f;
        }
        leaves(&data)
    };
    law::one_encoding(data, masked, |row| bytes(row))
}

fn seeds() -> Vec<Seed> {
    let numbers = |count: u64| bytes(&(1..=count).map(sample::number).collect::<Vec<_>>());
    vec![
        ("one", numbers(1)),
        ("five", numbers(5)),
        ("not-whole-elements", vec![0; 33]),
    ]
}
