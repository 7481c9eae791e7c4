//! Transactions that were sent or handed to this node and have not been decided yet, in the order in which they came.

use super::super::in_process::{Judged, Waiting};
use super::super::orderer::{NotOrdered, Receipt};
use super::super::receipts::BoundKey;
use luyin_ledger::tx::{Claim, Refusal};
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::tx::Tx;
use std::collections::HashMap;

/// One of them with its name, and the claim whose verdict is remembered until it is settled.
struct Held {
    name: Sha256Hash,
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
        self.held
            .extend(judged.into_iter().map(|(waiting, claim)| Held {
                name: Sha256Hash::of(&waiting.tx.to_vec()),
                waiting,
                claim,
            }));
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
        let first = self.held.iter().filter(|held| seen.insert(held.name));
        first
            .take(most)
            .map(|held| (held.name, held.waiting.tx.clone()))
            .unzip()
    }

    /// The idempotency key that came with a transaction.
    pub fn key_of(&self, name: &Sha256Hash) -> Option<BoundKey> {
        let held = self.held.iter().find(|held| held.name == *name)?;
        held.waiting.key
    }

    /// Lets those go that a block took or that were refused beside it.
    pub fn settle(
        &mut self,
        taken: &HashMap<Sha256Hash, Receipt>,
        refused: &HashMap<Sha256Hash, Refusal>,
    ) -> Vec<Answered> {
        let mut answered = Vec::new();
        for held in std::mem::take(&mut self.held) {
            let what = match (taken.get(&held.name), refused.get(&held.name)) {
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
