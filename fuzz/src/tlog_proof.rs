//! Proofs that travel (C2SP tlog-proof).

use crate::{Outcome, Seed, Target, checkpoint, law};
use luyin_ledger::log::merkle::{EntryIndex, LogHash};
use luyin_ledger::log::proof_file::{ProofFile, ProofFileError};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "an index with zeros before it is read",
    seeds,
};

/// One text a proof.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, ProofFile::from_bytes, ProofFile::to_bytes)
}

fn planted(data: &[u8]) -> Outcome {
    let lax = |data: &[u8]| {
        ProofFile::from_bytes(data).or_else(|error| {
            let text = std::str::from_utf8(data).map_err(|_| ProofFileError::Form)?;
            if !text.contains("\nindex 0") {
                return Err(error);
            }
            ProofFile::from_bytes(text.replacen("\nindex 0", "\nindex ", 1).as_bytes())
        })
    };
    law::one_encoding(data, lax, ProofFile::to_bytes)
}

fn proof(index: u64, hashes: u8, extra: Option<&[u8]>) -> Vec<u8> {
    let file = ProofFile {
        extra: extra.map(<[u8]>::to_vec),
        index: EntryIndex::new(index),
        hashes: (0..hashes).map(|n| LogHash::leaf(&[n])).collect(),
        note: format!("{}\n", checkpoint::sample(&[]).to_text()).into_bytes(),
    };
    file.to_bytes()
}

fn seeds() -> Vec<Seed> {
    vec![
        ("alone", proof(0, 0, None)),
        ("with-hashes", proof(3, 5, None)),
        ("with-an-entry", proof(24, 2, Some(b"an entry"))),
    ]
}
