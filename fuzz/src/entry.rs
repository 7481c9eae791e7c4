//! Entries of the ledger: the founding data, block headers and every kind of transaction.

pub(crate) mod transactions;

use crate::{Outcome, Seed, Target, fault, law};
use luyin_protocol::codec::Canonical;
use luyin_protocol::tx::{Attempted, Entry, Tx};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the entry is overlooked",
    seeds,
};

/// One encoding an entry: its bytes are a leaf of the log. What is an act of the authority is read as an attempt at one
/// too, with all its signatures; what is none is read as far as it goes, or not.
pub fn check(data: &[u8]) -> Outcome {
    let attempted = Attempted::read(data);
    if let Ok(Entry::Tx(tx)) = Entry::from_slice(data)
        && let Tx::Governance(act) = *tx
    {
        let attempted = attempted.expect("an act is an attempt");
        assert_eq!(attempted.sequence, act.sequence);
        assert_eq!(attempted.action, act.action);
        let signatures = 2 + usize::from(act.approvals.review.is_some());
        assert_eq!(attempted.signed.len(), signatures, "signatures of an act");
    }
    law::canonical(data, Entry::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    law::canonical(data, fault::overlooks_the_rest::<Entry>)
}

fn seeds() -> Vec<Seed> {
    transactions::entries()
}
