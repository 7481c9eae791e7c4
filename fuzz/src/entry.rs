//! Entries of the ledger: the founding data, block headers and every kind of transaction.

pub(crate) mod transactions;

use crate::{Outcome, Seed, Target, fault, law};
use luyin_protocol::codec::Canonical;
use luyin_protocol::tx::Entry;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the entry is overlooked",
    seeds,
};

/// One encoding an entry: its bytes are a leaf of the log.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, Entry::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::overlooks_the_rest::<Entry>)
}

fn seeds() -> Vec<Seed> {
    transactions::entries()
}
