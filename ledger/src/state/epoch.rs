//! Epochs: numbered roots over the note forest, against which wallets prove.

use super::record::{Count, EpochNumber, codes, records};
use super::{State, StateError, keys};
use crate::store::Height;
use luyin_protocol::field::EpochRoot;
use luyin_protocol::network::Cadence;
use luyin_protocol::time::Timestamp;

codes! {
    /// For whom an epoch is made.
    EpochKind("a kind of epoch") {
        /// For those who cannot wait after a check-in or an enrolment.
        Quick = 1,
        /// For spare passes: a root that very many share is no fingerprint.
        Shared = 2,
    }
}

records! {
    /// An epoch.
    Epoch {
        /// The root.
        root: EpochRoot,
        /// Since when.
        time: Timestamp,
        /// By which block.
        height: Height,
        /// Notes under it: tells a wallet which files of the forest lead to it.
        notes: Count,
        /// For whom.
        kind: EpochKind,
    }

    /// The newest epochs.
    LastEpochs {
        /// The newest of all.
        newest: EpochNumber,
        /// Its time.
        time: Timestamp,
        /// Notes under it.
        notes: Count,
        /// Time of the newest shared one.
        shared: Timestamp,
    }
}

/// Whether a proof against an epoch is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EpochStanding {
    /// It is.
    Accepted(Box<Epoch>),
    /// Superseded, and older than the window.
    OutOfWindow,
    /// There is none of this number.
    Unknown,
}

impl State<'_> {
    /// The kind of epoch that a block at `time` has to make (clause 7.7); `None` if none is due.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn epoch_due(
        &self,
        cadence: &Cadence,
        time: Timestamp,
    ) -> Result<Option<EpochKind>, StateError> {
        let notes = self.note_forest()?.notes;
        if notes == Count::new(0) {
            return Ok(None);
        }
        let Some(last) = self.get(&keys::last_epochs())? else {
            return Ok(Some(EpochKind::Shared));
        };
        // By the clock's hour and not by the hour since the last: everyone knows which epoch the others prove against.
        let period = |t: Timestamp| t.get() / u64::from(cadence.shared_ms).max(1);
        if period(time) > period(last.shared) {
            return Ok(Some(EpochKind::Shared));
        }
        let waited = time.since(last.time) >= cadence.quick_ms.into();
        Ok((waited && notes != last.notes).then_some(EpochKind::Quick))
    }

    /// Whether proofs against an epoch are accepted at a time: the newest always, a superseded one within the window.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn epoch_standing(
        &self,
        cadence: &Cadence,
        number: EpochNumber,
        time: Timestamp,
    ) -> Result<EpochStanding, StateError> {
        let Some(epoch) = self.get(&keys::epoch(number))? else {
            return Ok(EpochStanding::Unknown);
        };
        let newest = self.get(&keys::last_epochs())?.map(|last| last.newest);
        let recent = time.since(epoch.time) <= cadence.root_window_ms.into();
        Ok(match recent || newest == Some(number) {
            true => EpochStanding::Accepted(Box::new(epoch)),
            false => EpochStanding::OutOfWindow,
        })
    }

    pub(crate) fn put_epoch(&mut self, epoch: &Epoch) -> Result<EpochNumber, StateError> {
        let last = self.get(&keys::last_epochs())?;
        let newest = last.as_ref().map(|l| l.newest).unwrap_or_default();
        let number = newest.next().ok_or(StateError::Full("epochs"))?;
        let shared = match (epoch.kind, last) {
            (EpochKind::Quick, Some(last)) => last.shared,
            (EpochKind::Quick, None) | (EpochKind::Shared, _) => epoch.time,
        };
        let last = LastEpochs {
            newest: number,
            time: epoch.time,
            notes: epoch.notes,
            shared,
        };
        self.put(&keys::epoch(number), epoch);
        self.put(&keys::epoch_of_root(epoch.root), &number);
        self.put(&keys::last_epochs(), &last);
        Ok(number)
    }
}
