//! The extension lines of checkpoints: what the log's root alone does not say (clauses 7.8 and 8.10).

use super::ChainError;
use crate::forest::archives_digest;
use crate::log::checkpoint::{Checkpoint, CheckpointSigner, SignedCheckpoint, segment_line};
use crate::log::merkle::TreeHead;
use crate::log::segment::{Bound, Position};
use crate::state::block::Tip;
use crate::state::{State, StateError, keys};

/// The lines of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extensions {
    lines: Vec<String>,
}

impl Extensions {
    /// The lines behind that of the segments, in the order of clauses 8.10 and 7.8.
    pub fn of(state: &State<'_>) -> Result<Self, StateError> {
        let tip = state.tip()?;
        let Tip {
            height,
            time,
            entries: _,
            notes,
            attestations,
        } = tip.ok_or(StateError::Contradiction("no newest block"))?;
        let mut lines = vec![format!("block {}", height.get()), format!("time {time}")];
        let mut epoch_lines = Vec::new();
        if let Some(last) = state.get(&keys::last_epochs())? {
            let epoch = state.get(&keys::epoch(last.newest))?;
            let epoch = epoch.ok_or(StateError::Contradiction("no newest epoch"))?;
            lines.push(format!("note {}", epoch.root));
            epoch_lines.push(format!("epoch {} {}", last.newest, epoch.root));
            let archived = state.archived_under(&epoch)?;
            if !archived.is_empty() {
                epoch_lines.push(format!("archives {}", archives_digest(&archived)));
            }
        }
        if let Some((day, tree)) = state.live_day_trees(time.day())?.last() {
            lines.push(format!("att {day} {}", tree.root));
        }
        lines.extend(epoch_lines);
        lines.push(format!("notes {notes}"));
        lines.push(format!("attestations {attestations}"));
        Ok(Self { lines })
    }

    #[cfg(test)]
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The checkpoint's text, the line that binds the segments first.
    fn checkpoint(
        self,
        origin: &str,
        head: TreeHead,
        position: &Position,
    ) -> Result<Checkpoint, ChainError> {
        let first = std::iter::once(segment_line(position));
        Ok(Checkpoint::new(
            origin,
            head,
            first.chain(self.lines).collect(),
        )?)
    }

    /// Whether a signed text says just this of just these entries and records.
    pub fn are_signed_in(
        &self,
        signed: &Checkpoint,
        origin: &str,
        head: TreeHead,
        segments: Bound,
    ) -> bool {
        let bound = signed.bound().ok().flatten();
        let lines = signed.extensions().split_first().map(|(_, lines)| lines);
        let entries = signed.origin() == origin && *signed.head() == head;
        entries && bound == Some(segments) && lines == Some(self.lines.as_slice())
    }

    /// The checkpoint, signed.
    pub fn sign(
        self,
        origin: &str,
        head: TreeHead,
        position: &Position,
        signer: &CheckpointSigner,
    ) -> Result<SignedCheckpoint, ChainError> {
        let text = self.checkpoint(origin, head, position)?;
        Ok(SignedCheckpoint::sign(text, &[signer])?)
    }
}
