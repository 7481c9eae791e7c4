//! The order in which a new state of the log becomes visible.
//!
//! ```text
//! tiles written and synced → tiles read back, root recomputed → signed → checkpoint.tmp written → synced
//!   → renamed to checkpoint → directory synced → published
//! ```
//! Why a crash at each arrow is safe: up to the rename the old checkpoint stands, and the tiles it needs are untouched,
//! since tiles are only ever added. Tiles beyond it bind nobody; the next run writes them again with the same content. A
//! checkpoint that was signed but not renamed was shown to nobody. After the rename the new checkpoint stands, or after a
//! power loss the old one, until the directory is synced; only then is it announced, so nobody has seen it in the one case
//! in which it is gone. Whoever restarts signs again only what extends the checkpoint found, and the same entries give
//! the same root, since the entries come from the segment log, which was synced before any tile was written.

use super::{SignedCheckpoint, VerifierKey, VerifyError};
use crate::log::disk::{Disk, write_files};
use crate::log::merkle::{ProofError, TreeHead, prove_consistency, verify_consistency};
use crate::log::tiles::{TileError, TileWriter};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The disk failed.
    #[error("checkpoint: {0}")]
    Disk(#[from] io::Error),
    /// The checkpoint on the disk is not one of ours.
    #[error("checkpoint on the disk: {0}")]
    Damaged(#[from] VerifyError),
    /// Tiles could not be written, or do not hold what they should: nothing is signed.
    #[error(transparent)]
    Tiles(#[from] TileError),
    /// The new tree does not extend the published one.
    #[error("does not extend the published log: {0}")]
    Inconsistent(#[from] ProofError),
    /// The signature is over another tree than the one on the disk.
    #[error("another tree was signed")]
    OtherTree,
    /// The signer refused.
    #[error("signing: {0}")]
    Signer(Box<dyn std::error::Error + Send + Sync>),
}

/// Publishes checkpoints of one log at `<dir>/checkpoint`.
#[derive(Debug)]
pub struct Publisher {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    published: Option<SignedCheckpoint>,
}

impl Publisher {
    /// Reads the published checkpoint, if there is one.
    ///
    /// # Errors
    /// [`PublishError::Damaged`] if it does not verify under `keys`; it is never taken for absent.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: impl Into<PathBuf>,
        keys: &[VerifierKey],
    ) -> Result<Self, PublishError> {
        let path = dir.into().join("checkpoint");
        let published = match disk.read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
            Ok(bytes) => Some(SignedCheckpoint::verify(&bytes, keys)?),
        };
        Ok(Self {
            disk,
            path,
            published,
        })
    }

    /// The newest published checkpoint.
    #[must_use]
    pub const fn published(&self) -> Option<&SignedCheckpoint> {
        self.published.as_ref()
    }

    /// Writes the tiles, checks them from the entries up, has the tree signed and makes the checkpoint durable.
    ///
    /// `sign` is given the size and root that were read back from the disk. On an error the old checkpoint stays the
    /// published one in memory; on the disk the new one may stand already, and the call may be repeated.
    ///
    /// # Errors
    /// [`PublishError`].
    pub fn publish<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        &mut self,
        tiles: &mut TileWriter,
        sign: impl FnOnce(TreeHead) -> Result<SignedCheckpoint, E>,
    ) -> Result<&SignedCheckpoint, PublishError> {
        let head = tiles.write()?;
        let old = self.published.as_ref().map(|old| *old.checkpoint().head());
        if old.is_some_and(|old| old.size() > head.size()) {
            return Err(ProofError::Range.into());
        }
        let reader = tiles.reader();
        reader.check(old.map_or(0, |old| old.size()), &head)?;
        if let Some(old) = old {
            let proof = prove_consistency(&reader, old.size(), head.size())?;
            verify_consistency(&old, &head, &proof)?;
        }
        let signed = sign(head).map_err(|error| PublishError::Signer(error.into()))?;
        if *signed.checkpoint().head() != head {
            return Err(PublishError::OtherTree);
        }
        let file = (self.path.clone(), signed.note().to_vec());
        write_files(self.disk.as_ref(), &[file])?;
        Ok(self.published.insert(signed))
    }
}
