//! The text of checkpoints.

use crate::{Outcome, Seed, Target, law};
use luyin_ledger::log::checkpoint::Checkpoint;
use luyin_ledger::log::merkle::{LogHash, TreeHead};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a last line without its end is filled up",
    seeds,
};

fn text(checkpoint: &Checkpoint) -> Vec<u8> {
    checkpoint.to_text().into_bytes()
}

/// One text a checkpoint.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, Checkpoint::from_text, text)
}

fn planted(data: &[u8]) -> Outcome {
    let lax = |data: &[u8]| {
        Checkpoint::from_text(data).or_else(|_| Checkpoint::from_text(&[data, b"\n"].concat()))
    };
    law::one_encoding(data, lax, text)
}

/// A checkpoint with so many extension lines.
pub(crate) fn sample(extensions: &[&str]) -> Checkpoint {
    let head = TreeHead::new(25, LogHash::leaf(b"root"));
    let lines = extensions.iter().map(|line| (*line).to_owned()).collect();
    Checkpoint::new("luyin.example/seeds", head, lines).expect("a checkpoint")
}

fn seeds() -> Vec<Seed> {
    vec![
        ("plain", text(&sample(&[]))),
        (
            "with-extensions",
            text(&sample(&["segments 7", "time 1728000000000"])),
        ),
    ]
}
