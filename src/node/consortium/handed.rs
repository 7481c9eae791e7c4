//! What other nodes handed to this one and has not been settled yet (clause 12.14).

use super::super::in_process::Judged;
use super::super::orderer::{NotQueued, Pending, Submission};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::tx::Tx;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Each by its name, with the place of the node that handed it over. Copies are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Handed(Arc<Mutex<HashMap<Sha256Hash, FromNode>>>);

#[derive(Debug)]
struct FromNode {
    place: u8,
    pending: Pending,
}

/// What became of a hand-over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// How many of the first ones have a place.
    pub places: usize,
    /// How many of these had none before.
    pub new: usize,
}

impl Handed {
    /// Queues what a node hands over, up to its share.
    ///
    /// # Errors
    /// What the queue says, other than that it is full.
    pub fn take(
        &self,
        (place, share): (u8, usize),
        txs: Vec<Tx>,
        queue: impl Fn(Submission) -> Result<Pending, NotQueued>,
    ) -> Result<Taken, NotQueued> {
        let mut held = self.held();
        held.retain(|_, from| !from.pending.is_settled());
        let mut of_node = held.values().filter(|from| from.place == place).count();
        let mut taken = Taken::default();
        for tx in txs {
            let submission = Submission::of(tx);
            if let Entry::Vacant(free) = held.entry(submission.name) {
                if of_node >= share {
                    break;
                }
                match queue(submission) {
                    Ok(pending) => free.insert(FromNode { place, pending }),
                    Err(NotQueued::Full) => break,
                    Err(refused) => return Err(refused),
                };
                of_node += 1;
                taken.new += 1;
            }
            taken.places += 1;
        }
        Ok(taken)
    }

    /// Those that no other node handed over: this one took them first.
    pub fn own(&self, judged: &Judged) -> Vec<Tx> {
        let Judged(judged) = judged;
        let held = self.held();
        let all = judged.iter().map(|(waiting, _)| &waiting.submission);
        let own = all.filter(|submission| !held.contains_key(&submission.name));
        own.map(|submission| submission.tx.clone()).collect()
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Sha256Hash, FromNode>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::in_process::Waiting;
    use crate::node::{NotOrdered, Receipt};
    use luyin_keys::keystore::SecretBytes;
    use luyin_keys::signing::SigningKey;
    use luyin_protocol::did::DidDocument;
    use luyin_protocol::signature::Signature;
    use luyin_protocol::tx::DidCreate;
    use std::cell::RefCell;
    use tokio::sync::oneshot;

    fn tx(n: u8) -> Tx {
        let key = SigningKey::from_secret(&SecretBytes::new([n; 32]));
        let document = DidDocument::new(vec![key.public()], vec![]);
        Tx::DidCreate(DidCreate {
            document: document.unwrap(),
            signature: Signature::from_bytes([0; 64]),
        })
    }

    /// A queue whose waiters are kept, so that a test answers them.
    #[derive(Default)]
    struct Queue(RefCell<Vec<oneshot::Sender<Result<Receipt, NotOrdered>>>>);

    impl Queue {
        fn push(&self) -> Pending {
            let (answer, pending) = oneshot::channel();
            self.0.borrow_mut().push(answer);
            Pending::new(pending)
        }
    }

    #[test]
    fn a_node_has_its_share_and_gets_it_back_when_its_own_are_settled() {
        let (handed, queue) = (Handed::default(), Queue::default());
        let take = |place, txs: &[u8]| {
            let txs = txs.iter().copied().map(tx).collect();
            let taken = handed.take((place, 2), txs, |_| Ok(queue.push()));
            taken.map(|Taken { places, new }| (places, new))
        };
        assert_eq!(take(1, &[1, 2, 3]), Ok((2, 2)), "the third has no place");
        assert_eq!(take(2, &[4]), Ok((1, 1)), "another has its own share");
        assert_eq!(
            take(1, &[1, 2]),
            Ok((2, 0)),
            "the same again is nothing new"
        );
        assert_eq!(take(1, &[5]), Ok((0, 0)));
        queue.0.borrow_mut().remove(0);
        assert_eq!(take(1, &[5]), Ok((1, 1)), "one is settled");
        assert_eq!(queue.0.borrow().len(), 3);
    }

    #[test]
    fn what_another_node_took_is_not_handed_on() {
        let (handed, queue) = (Handed::default(), Queue::default());
        let taken = handed.take((1, 8), vec![tx(1)], |_| Ok(queue.push()));
        assert_eq!(taken, Ok(Taken { places: 1, new: 1 }));
        let waiting = |n| {
            let (answer, _) = oneshot::channel();
            let submission = Submission::of(tx(n));
            (Waiting { submission, answer }, None)
        };
        let judged = Judged(vec![waiting(1), waiting(2)]);
        assert_eq!(handed.own(&judged), [tx(2)]);
    }

    #[test]
    fn a_full_queue_ends_what_is_taken_and_a_closed_one_takes_nothing() {
        let handed = Handed::default();
        let full = handed.take((1, 8), vec![tx(1)], |_| Err(NotQueued::Full));
        assert_eq!(full, Ok(Taken::default()));
        let closed = handed.take((1, 8), vec![tx(1)], |_| Err(NotQueued::Closed));
        assert_eq!(closed, Err(NotQueued::Closed));
    }
}
