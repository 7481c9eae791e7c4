//! The newest checkpoint, shown to everyone who reads.

use luyin_ledger::log::checkpoint::SignedCheckpoint;
use luyin_ledger::log::merkle::{EntryIndex, TreeHead};
use tokio::sync::watch;

/// A checkpoint as readers see it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Size and root of the log under it.
    pub head: TreeHead,
    /// The signed note.
    pub note: Vec<u8>,
}

/// Where the newest checkpoint stands.
#[derive(Clone, Debug)]
pub struct Published(watch::Sender<Shown>);

impl From<&SignedCheckpoint> for Shown {
    fn from(signed: &SignedCheckpoint) -> Self {
        Self {
            head: *signed.checkpoint().head(),
            note: signed.note().to_vec(),
        }
    }
}

impl Published {
    /// Shows a first checkpoint.
    #[must_use]
    pub fn new(first: &SignedCheckpoint) -> Self {
        Self(watch::Sender::new(first.into()))
    }

    /// Shows a newer one.
    pub fn show(&self, newer: &SignedCheckpoint) {
        self.0.send_replace(newer.into());
    }

    /// The newest.
    #[must_use]
    pub fn newest(&self) -> Shown {
        self.0.borrow().clone()
    }

    /// The first that covers an entry; waits where the entry's block is durable and not yet published.
    pub async fn covering(&self, entry: EntryIndex) -> Shown {
        let mut shown = self.0.subscribe();
        match shown.wait_for(|s| s.head.size() > entry.get()).await {
            Ok(found) => found.clone(),
            // The sender lives in `self`.
            Err(_) => self.newest(),
        }
    }
}
