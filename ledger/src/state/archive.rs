//! Archive roots: over the trees that are no longer among the newest 16 (clause 8.12). Only check-ins are proved against
//! them, so a note that rested for long goes on by a check-in first.
//!
//! None of them is stored: the roots of the closed trees are, and an epoch says how many of those it had archived.

use super::epoch::Epoch;
use super::record::EpochNumber;
use super::{State, StateError, keys};
use crate::forest::{self, Shape};
use ark_bn254::Fr;
use luyin_protocol::field::{EpochRoot, TreeRoot};

impl State<'_> {
    /// Roots of the trees that had left the newest 16 under an epoch, oldest first.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn archived_under(&self, epoch: &Epoch) -> Result<Vec<TreeRoot>, StateError> {
        let trees = forest::trees(Shape::NETWORK, epoch.notes.get());
        let archived = usize::try_from(forest::archived(trees)).unwrap_or(usize::MAX);
        if archived == 0 {
            return Ok(Vec::new());
        }
        // Trees close and never change, so those of an older epoch are the first of today's.
        let mut closed = self.note_forest()?.closed;
        if closed.len() < archived {
            let wrong = "an archived tree that is not closed";
            return Err(StateError::Contradiction(wrong));
        }
        closed.truncate(archived);
        Ok(closed)
    }

    /// The root of an archive group under an epoch; none where there is no such epoch or the group had no tree yet.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn archive_root(
        &self,
        epoch: EpochNumber,
        group: u16,
    ) -> Result<Option<EpochRoot>, StateError> {
        let Some(epoch) = self.get(&keys::epoch(epoch))? else {
            return Ok(None);
        };
        let archived = self.archived_under(&epoch)?;
        let archived: Vec<Fr> = archived.iter().map(TreeRoot::value).collect();
        let window = forest::archive_window(Shape::NETWORK, &archived, group.into());
        let root = window.map(|window| forest::window_root(Shape::NETWORK, &window));
        Ok(root.map(EpochRoot::from_value))
    }
}
