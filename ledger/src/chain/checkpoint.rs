//! The extension lines of checkpoints: what the log's root alone does not say (clause 7.8).

use super::ChainError;
use crate::log::checkpoint::{Checkpoint, CheckpointSigner, SignedCheckpoint, segment_line};
use crate::log::merkle::TreeHead;
use crate::log::segment::Position;
use crate::state::block::Tip;
use crate::state::{State, StateError, keys};

/// The lines of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extensions {
    lines: Vec<String>,
}

impl Extensions {
    /// `height`, `time`, `notes`, `attestations`, and `epoch` once there is one.
    pub fn of(state: &State<'_>) -> Result<Self, StateError> {
        let tip = state.tip()?;
        let Tip {
            height,
            time,
            entries: _,
            notes,
            attestations,
        } = tip.ok_or(StateError::Contradiction("no newest block"))?;
        let mut lines = vec![
            format!("height {}", height.get()),
            format!("time {time}"),
            format!("notes {notes}"),
            format!("attestations {attestations}"),
        ];
        if let Some(last) = state.get(&keys::last_epochs())? {
            let epoch = state.get(&keys::epoch(last.newest))?;
            let epoch = epoch.ok_or(StateError::Contradiction("no newest epoch"))?;
            lines.push(format!("epoch {} {}", last.newest, epoch.root));
        }
        Ok(Self { lines })
    }

    /// The checkpoint's text, with the line that binds the segments behind the others.
    pub fn checkpoint(
        mut self,
        origin: &str,
        head: TreeHead,
        position: &Position,
    ) -> Result<Checkpoint, ChainError> {
        self.lines.push(segment_line(position));
        Ok(Checkpoint::new(origin, head, self.lines)?)
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
