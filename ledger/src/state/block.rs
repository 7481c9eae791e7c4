//! The newest block, every block's place in the log, and counters.

use super::keys::KindCode;
use super::record::{Count, records};
use super::{Network, State, StateError, keys};
use crate::log::merkle::EntryIndex;
use crate::store::Height;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{StateRoots, TxKind};

records! {
    /// The newest block.
    Tip {
        /// Its number.
        height: Height,
        /// Its time.
        time: Timestamp,
        /// Entries in the log, its own among them.
        entries: Count,
        /// Digest of the note forest after it.
        notes: Sha256Hash,
        /// Digest of the attestation trees after it.
        attestations: Sha256Hash,
    }

    /// A block's place.
    BlockRecord {
        /// Its time.
        time: Timestamp,
        /// Its header's entry; the transactions follow.
        first: EntryIndex,
        /// How many transactions.
        transactions: Count,
    }
}

impl Tip {
    /// The roots that the next header names.
    #[must_use]
    pub fn roots(&self) -> StateRoots {
        StateRoots {
            notes: self.notes,
            attestations: self.attestations,
        }
    }
}

impl State<'_> {
    /// The newest block; `None` before genesis.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn tip(&self) -> Result<Option<Tip>, StateError> {
        self.get(&keys::tip())
    }

    /// The founding data; `None` before genesis.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn network(&self) -> Result<Option<Network>, StateError> {
        let Some(parameters) = self.get(&keys::genesis())? else {
            return Ok(None);
        };
        let bad = |_| StateError::Contradiction("founding data whose parts disagree");
        Network::new(parameters).map(Some).map_err(bad)
    }

    /// How many transactions of a kind there have been.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn count(&self, kind: TxKind) -> Result<Count, StateError> {
        let cell = keys::counter(KindCode(kind));
        Ok(self.get(&cell)?.unwrap_or_default())
    }

    pub(crate) fn count_one(&mut self, kind: TxKind) -> Result<(), StateError> {
        let count = self.count(kind)?.plus(1);
        self.put(&keys::counter(KindCode(kind)), &count);
        Ok(())
    }
}
