//! Signed statements of the log's size and root, after C2SP tlog-checkpoint and signed-note.

mod cosignature;
mod key;
mod network;
mod note;
#[cfg(feature = "node")]
mod publish;
#[cfg(feature = "node")]
mod segment_line;
mod sign;

pub use cosignature::{Cosignature, WitnessSigner};
pub use key::VerifierKey;
pub use network::{TrustError, network_checkpoint, node_keys, witness_keys};
pub use note::NoteError;
#[cfg(feature = "node")]
pub use publish::{PublishError, Publisher};
#[cfg(feature = "node")]
pub use segment_line::segment_line;
pub use sign::{CheckpointSigner, SignError, SignedCheckpoint, VerifyError};

use crate::log::merkle::{LogHash, TreeHead};
use crate::log::proof_file::hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashSet;

/// Largest text of a checkpoint in bytes.
pub const MAX_TEXT: usize = 64 << 10;

/// The text of a checkpoint.
///
/// Stricter than the standard, so that every checkpoint has one form: the origin is also a valid key name, and each
/// extension line is a key, one space and a value, no key twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: TreeHead,
    extensions: Vec<String>,
}

/// A text that is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The origin is empty or has spaces, control characters or `+`.
    #[error("not an origin")]
    Origin,
    /// An extension line is not `key value`, or its key comes twice.
    #[error("not an extension line")]
    Extension,
    /// Too long, not UTF-8, a line is missing, or a number or hash is not in its one form.
    #[error("not the text of a checkpoint")]
    Text,
}

impl Checkpoint {
    /// Puts a checkpoint together.
    ///
    /// # Errors
    /// [`CheckpointError`] names what has no place in one.
    pub fn new(
        origin: &str,
        head: TreeHead,
        extensions: Vec<String>,
    ) -> Result<Self, CheckpointError> {
        if !key::is_name(origin) {
            return Err(CheckpointError::Origin);
        }
        let mut keys = HashSet::new();
        for line in &extensions {
            let (key, value) = line.split_once(' ').ok_or(CheckpointError::Extension)?;
            let plain = !line.chars().any(char::is_control);
            if key.is_empty() || value.is_empty() || !plain || !keys.insert(key) {
                return Err(CheckpointError::Extension);
            }
        }
        let checkpoint = Self {
            origin: origin.to_owned(),
            head,
            extensions,
        };
        if checkpoint.to_text().len() > MAX_TEXT {
            return Err(CheckpointError::Text);
        }
        Ok(checkpoint)
    }

    /// The identity of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Size and root.
    #[must_use]
    pub const fn head(&self) -> &TreeHead {
        &self.head
    }

    /// Number of entries.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.head.size()
    }

    /// Root of the tree over them.
    #[must_use]
    pub const fn root(&self) -> LogHash {
        self.head.root()
    }

    /// The extension lines, in order.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Value of the extension line with this key.
    #[must_use]
    pub fn extension(&self, key: &str) -> Option<&str> {
        let mut lines = self.extensions.iter().filter_map(|l| l.split_once(' '));
        lines.find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// The text that is signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        let root = STANDARD.encode(self.root().as_bytes());
        let mut text = format!("{}\n{}\n{root}\n", self.origin, self.size());
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Reads the text. Only what [`Checkpoint::to_text`] writes is accepted.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn from_text(text: &[u8]) -> Result<Self, CheckpointError> {
        if text.len() > MAX_TEXT {
            return Err(CheckpointError::Text);
        }
        let text = std::str::from_utf8(text).map_err(|_| CheckpointError::Text)?;
        let body = text.strip_suffix('\n').ok_or(CheckpointError::Text)?;
        let mut lines = body.split('\n');
        let origin = lines.next().ok_or(CheckpointError::Text)?;
        let size = lines
            .next()
            .and_then(decimal)
            .ok_or(CheckpointError::Text)?;
        let root = lines.next().and_then(hash).ok_or(CheckpointError::Text)?;
        let head = TreeHead::new(size, root);
        let checkpoint = Self::new(origin, head, lines.map(str::to_owned).collect())?;
        if checkpoint.to_text() == text {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::Text)
        }
    }
}

fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(all(test, feature = "node"))]
mod tests;
