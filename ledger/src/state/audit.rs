//! Gates' anchored audit batches.

use super::record::{BatchNumber, Count, records};
use super::{State, StateError, keys};
use crate::log::merkle::EntryIndex;
use luyin_protocol::did::Did;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Timestamp;

records! {
    /// An anchored batch.
    AnchoredBatch {
        /// How many records.
        records: Count,
        /// RFC 6962 root over them.
        root: Sha256Hash,
        /// When.
        time: Timestamp,
        /// Its entry.
        entry: EntryIndex,
    }
}

impl State<'_> {
    /// The number that a gate's next batch must have.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn next_audit_batch(&self, gate: Did) -> Result<BatchNumber, StateError> {
        let newest = self.get(&keys::gate_newest(gate))?.unwrap_or_default();
        newest.next().ok_or(StateError::Full("audit batches"))
    }

    pub(crate) fn put_audit_batch(&mut self, gate: Did, number: BatchNumber, b: &AnchoredBatch) {
        self.put(&keys::gate_newest(gate), &number);
        self.put(&keys::audit_batch(gate, number), b);
    }
}
