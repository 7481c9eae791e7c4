//! A block as one record of the segment log.

use crate::entry::transactions::{header, transactions};
use crate::{Outcome, Seed, Target, fault, law};
use luyin_ledger::chain::{Block, RecordError};
use luyin_protocol::codec::{DecodeError, Writer};
use luyin_protocol::tx::Tx;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "an entry that is cut short is unwrapped",
    seeds,
};

fn bytes(block: &Block) -> Vec<u8> {
    let mut record = Writer::default();
    for entry in block.entries() {
        record.bytes(&entry);
    }
    record.finish()
}

/// One record a block.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, Block::from_record, bytes)
}

fn planted(data: &[u8]) -> Outcome {
    let short = |error: &RecordError| {
        matches!(
            error,
            RecordError::Entry {
                source: DecodeError::Short(_),
                ..
            }
        )
    };
    law::one_encoding(data, fault::unwraps(short, Block::from_record), bytes)
}

fn seeds() -> Vec<Seed> {
    let block = |transactions: Vec<Tx>| {
        let count = u32::try_from(transactions.len()).expect("a few");
        bytes(&Block {
            header: header(count),
            transactions,
        })
    };
    let all = || transactions().into_iter().map(|(_, tx)| tx);
    vec![
        ("empty", block(vec![])),
        ("two-transactions", block(all().take(2).collect())),
    ]
}
