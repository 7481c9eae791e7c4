//! Proofs that travel (C2SP tlog-proof): an entry's place, its inclusion proof and the checkpoint with its cosignatures, in one
//! text that verifies offline.

use super::merkle::{EntryIndex, LogHash, ProofError, TreeHead, verify_inclusion};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Hashes of a proof at most: a tree of 2^64 entries has no more.
const MAX_HASHES: usize = 64;
/// The longest file in bytes.
pub const MAX_FILE: usize = 256 << 10;

/// Why a file is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// Longer than [`MAX_FILE`], or not a text.
    #[error("longer than {MAX_FILE} bytes, or no text")]
    Form,
    /// The first line is another.
    #[error("not a file of the form {HEADER}")]
    Header,
    /// The line of extra data is not base64 in its one form.
    #[error("the extra data are not in base64")]
    Extra,
    /// The line of the index is not `index` with a number in its one form.
    #[error("no line `index <number>`")]
    Index,
    /// A hash is not in its one form, or there are too many.
    #[error("a line of the proof is no hash in base64, or there are more than {MAX_HASHES}")]
    Hash,
    /// No checkpoint follows the proof.
    #[error("no checkpoint follows the proof")]
    Checkpoint,
}

/// A proof that an entry is in a log. Nothing in it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofFile {
    /// What an application put there; it is covered by nothing.
    pub extra: Option<Vec<u8>>,
    /// The entry's place.
    pub index: EntryIndex,
    /// From the leaf's sibling up.
    pub hashes: Vec<LogHash>,
    /// The checkpoint's signed note.
    pub note: Vec<u8>,
}

impl ProofFile {
    /// The text.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!("{HEADER}\n");
        // Writing to a string cannot fail.
        if let Some(extra) = &self.extra {
            let _ = writeln!(head, "extra {}", STANDARD.encode(extra));
        }
        let _ = writeln!(head, "index {}", self.index.get());
        for hash in &self.hashes {
            let _ = writeln!(head, "{}", STANDARD.encode(hash.as_bytes()));
        }
        head.push('\n');
        [head.as_bytes(), &self.note].concat()
    }

    /// Reads a text. What [`ProofFile::to_bytes`] would write otherwise is none.
    ///
    /// # Errors
    /// [`ProofFileError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProofFileError> {
        if bytes.len() > MAX_FILE {
            return Err(ProofFileError::Form);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ProofFileError::Form)?;
        let (head, note) = text
            .split_once("\n\n")
            .filter(|(_, note)| !note.is_empty())
            .ok_or(ProofFileError::Checkpoint)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofFileError::Header);
        }
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            None => None,
            Some(base64) => {
                let data = STANDARD.decode(base64);
                lines.next();
                Some(data.map_err(|_| ProofFileError::Extra)?)
            }
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index: u64 = index
            .and_then(|number| number.parse().ok())
            .ok_or(ProofFileError::Index)?;
        let hashes: Option<Vec<LogHash>> = lines.take(MAX_HASHES + 1).map(hash).collect();
        let hashes = hashes.filter(|hashes| hashes.len() <= MAX_HASHES);
        let file = Self {
            extra,
            index: EntryIndex::new(index),
            hashes: hashes.ok_or(ProofFileError::Hash)?,
            note: note.as_bytes().to_vec(),
        };
        if file.to_bytes() == bytes {
            Ok(file)
        } else {
            Err(ProofFileError::Index)
        }
    }

    /// Whether an entry is in the log under a checkpoint that the caller has read out of the note and believes.
    ///
    /// # Errors
    /// [`ProofError`].
    pub fn verify(&self, entry: &[u8], head: &TreeHead) -> Result<(), ProofError> {
        verify_inclusion(head, self.index, LogHash::leaf(entry), &self.hashes)
    }
}

/// A hash in padded base64, in its one form.
pub(super) fn hash(line: &str) -> Option<LogHash> {
    let bytes: [u8; 32] = STANDARD.decode(line).ok()?.try_into().ok()?;
    (STANDARD.encode(bytes) == line).then_some(LogHash::new(bytes))
}

#[cfg(all(test, feature = "node"))]
mod tests;
