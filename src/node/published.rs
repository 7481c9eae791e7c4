//! The newest checkpoint, shown to everyone who reads.

use luyin_ledger::log::checkpoint::SignedCheckpoint;
use luyin_ledger::log::merkle::{EntryIndex, TreeHead};
use luyin_ledger::state::record::EpochNumber;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// Checkpoints that are remembered, for nodes that gather signatures under one of them.
const REMEMBERED: usize = 64;

/// A checkpoint as readers see it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Size and root of the log under it.
    pub head: TreeHead,
    /// The signed note.
    pub note: Vec<u8>,
    /// How many witnesses cosigned it.
    pub cosignatures: usize,
    /// The epoch that it names: the state may be a block ahead.
    pub epoch: Option<EpochNumber>,
    /// Whether a newer one is to be expected.
    pub flow: Flow,
}

/// Whether checkpoints follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// They do.
    Going,
    /// The disk refuses: none comes before it is well again.
    Stalled,
}

/// Where the newest checkpoint stands.
#[derive(Clone, Debug)]
pub struct Published {
    newest: watch::Sender<Shown>,
    recent: Arc<Mutex<VecDeque<Shown>>>,
}

impl From<&SignedCheckpoint> for Shown {
    fn from(signed: &SignedCheckpoint) -> Self {
        let checkpoint = signed.checkpoint();
        let line = checkpoint.extension("epoch");
        let number = line.and_then(|line| line.split(' ').next()?.parse().ok());
        Self {
            head: *checkpoint.head(),
            note: signed.note().to_vec(),
            cosignatures: signed.cosignatures().len(),
            epoch: number.map(EpochNumber::new),
            flow: Flow::Going,
        }
    }
}

impl Published {
    /// Shows a first checkpoint.
    #[must_use]
    pub fn new(first: &SignedCheckpoint) -> Self {
        let first = Shown::from(first);
        Self {
            newest: watch::Sender::new(first.clone()),
            recent: Arc::new(Mutex::new(VecDeque::from([first]))),
        }
    }

    /// Shows a newer one.
    pub fn show(&self, newer: &SignedCheckpoint) {
        let newer = Shown::from(newer);
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.push_back(newer.clone());
        if recent.len() > REMEMBERED {
            recent.pop_front();
        }
        drop(recent);
        self.newest.send_replace(newer);
    }

    /// Says that no newer one comes for a while.
    pub fn stall(&self) {
        self.newest.send_modify(|shown| shown.flow = Flow::Stalled);
    }

    /// Follows what is shown; ends when nobody can show anything any more.
    #[must_use]
    pub fn follow(&self) -> watch::Receiver<Shown> {
        self.newest.subscribe()
    }

    /// The newest.
    #[must_use]
    pub fn newest(&self) -> Shown {
        self.newest.borrow().clone()
    }

    /// The first that covers an entry; waits where the entry's block is durable and not yet published. `None` where none
    /// comes, since the disk refuses.
    pub async fn covering(&self, entry: EntryIndex) -> Option<Shown> {
        let mut shown = self.newest.subscribe();
        let covers = |s: &Shown| s.head.size() > entry.get();
        let found = shown
            .wait_for(|s| covers(s) || s.flow == Flow::Stalled)
            .await;
        // The sender lives in `self`, so waiting cannot fail.
        found.ok().map(|s| s.clone()).filter(covers)
    }

    /// The one of this size, while it is remembered; `None` where another size was signed instead.
    #[must_use]
    pub fn of_size(&self, size: u64) -> Option<Shown> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent
            .iter()
            .find(|shown| shown.head.size() == size)
            .cloned()
    }
}
