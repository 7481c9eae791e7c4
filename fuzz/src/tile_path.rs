//! Paths of the log's tiles, as a request names them.

use crate::{Outcome, Seed, Target, law};
use luyin_ledger::log::tiles::TileId;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a stroke at the end is passed over",
    seeds,
};

/// One path a tile.
pub fn check(data: &[u8]) -> Outcome {
    law::one_spelling(data, str::parse::<TileId>, TileId::to_string)
}

fn planted(data: &[u8]) -> Outcome {
    let parse = |text: &str| text.trim_end_matches('/').parse::<TileId>();
    law::one_spelling(data, parse, TileId::to_string)
}

fn seeds() -> Vec<Seed> {
    vec![
        ("hashes", b"tile/1/x001/x234/067".to_vec()),
        ("partial-entries", b"tile/entries/000.p/25".to_vec()),
        ("not-within", b"tile/0/../../genesis.bin".to_vec()),
    ]
}
