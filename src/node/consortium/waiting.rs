//! Transactions that were sent or handed to this node and have not been decided yet, in the order in which they came.

use super::super::in_process::{Judged, Waiting};
use super::super::orderer::{NotOrdered, Receipt};
use super::super::receipts::BoundKey;
use luyin_ledger::tx::{Claim, Refusal};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::tx::Tx;
use std::collections::HashMap;

/// One of them, and the claim whose verdict is remembered until it is settled.
struct Held {
    waiting: Waiting,
    claim: Option<Claim>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Room {
    held: Vec<Held>,
}

/// A transaction and what it became.
pub(super) struct Answered {
    pub waiting: Waiting,
    pub claim: Option<Claim>,
    pub what: Result<Receipt, NotOrdered>,
}

impl Room {
    /// Takes in what was judged.
    pub fn admit(&mut self, judged: Judged) {
        let Judged(judged) = judged;
        let held = judged
            .into_iter()
            .map(|(waiting, claim)| Held { waiting, claim });
        self.held.extend(held);
    }

    pub const fn len(&self) -> usize {
        self.held.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// The first so many, with their names. The same transaction sent twice stands once.
    pub fn candidates(&self, most: usize) -> (Vec<Sha256Hash>, Vec<Tx>) {
        let mut seen = std::collections::HashSet::new();
        let all = self.held.iter().map(|held| &held.waiting.submission);
        all.filter(|submission| seen.insert(submission.name))
            .take(most)
            .map(|submission| (submission.name, submission.tx.clone()))
            .unzip()
    }

    /// The idempotency key that came with a transaction.
    pub fn key_of(&self, name: &Sha256Hash) -> Option<BoundKey> {
        let mut all = self.held.iter().map(|held| &held.waiting.submission);
        all.find(|submission| submission.name == *name)?.key
    }

    /// Lets those go that a block took or that were refused beside it.
    pub fn settle(
        &mut self,
        taken: &HashMap<Sha256Hash, Receipt>,
        refused: &HashMap<Sha256Hash, Refusal>,
    ) -> Vec<Answered> {
        let mut answered = Vec::new();
        for held in std::mem::take(&mut self.held) {
            let name = &held.waiting.submission.name;
            let what = match (taken.get(name), refused.get(name)) {
                (Some(receipt), _) => Ok(*receipt),
                (None, Some(refusal)) => Err(refusal.clone().into()),
                (None, None) => {
                    self.held.push(held);
                    continue;
                }
            };
            let Held { waiting, claim, .. } = held;
            answered.push(Answered {
                waiting,
                claim,
                what,
            });
        }
        answered
    }
}
