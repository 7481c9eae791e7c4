//! The extension line by which a checkpoint binds the segment log.

use super::{Checkpoint, CheckpointError, decimal, hash};
use crate::log::segment::{Bound, Chain, Position};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const SEGMENT: &str = "segment";

/// The extension line that binds the segment log: `segment`, the number of records, base64 of their chain.
#[must_use]
pub fn segment_line(position: &Position) -> String {
    let chain = STANDARD.encode(position.chain().as_bytes());
    format!("{SEGMENT} {} {chain}", position.records())
}

impl Checkpoint {
    /// What the segment log must hold, if a `segment` line says so.
    ///
    /// # Errors
    /// [`CheckpointError::Extension`] if the line is not as [`segment_line`] writes it.
    pub fn bound(&self) -> Result<Option<Bound>, CheckpointError> {
        let Some(value) = self.extension(SEGMENT) else {
            return Ok(None);
        };
        let (records, chain) = value.split_once(' ').ok_or(CheckpointError::Extension)?;
        let records = decimal(records).ok_or(CheckpointError::Extension)?;
        let chain = hash(chain).ok_or(CheckpointError::Extension)?;
        Ok(Some(Bound::with_chain(
            records,
            Chain::new(*chain.as_bytes()),
        )))
    }
}
