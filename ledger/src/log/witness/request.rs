//! The body of `add-checkpoint`: `old <size>`, the hashes of a consistency proof, an empty line, the checkpoint's note.

use crate::log::merkle::LogHash;
use crate::log::proof_file::hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

/// Hashes of a proof at most, as the standard has it.
pub const MAX_PROOF: usize = 63;
/// The longest body in bytes: a checkpoint with its extension lines and signatures, and a proof.
pub const MAX_BODY: usize = 128 << 10;

/// Why a body is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Longer than [`MAX_BODY`], or not a text.
    #[error("longer than {MAX_BODY} bytes, or no text")]
    Form,
    /// The first line is not `old` with a number in its one form.
    #[error("the first line is not `old <size>`")]
    Old,
    /// A hash is not in its one form, or there are too many.
    #[error("a line of the proof is no hash in base64, or there are more than {MAX_PROOF}")]
    Proof,
    /// There is no empty line with a note behind it.
    #[error("no checkpoint follows the proof")]
    Checkpoint,
}

/// A request to cosign a checkpoint. The note is not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: u64,
    proof: Vec<LogHash>,
    note: Vec<u8>,
}

impl AddCheckpoint {
    /// A request of a log.
    ///
    /// # Errors
    /// [`RequestError`] for what could not be read back.
    pub fn new(old: u64, proof: Vec<LogHash>, note: &[u8]) -> Result<Self, RequestError> {
        let request = Self {
            old,
            proof,
            note: note.to_vec(),
        };
        Self::from_bytes(&request.to_bytes())
    }

    /// Reads a body. What [`AddCheckpoint::to_bytes`] would write otherwise is none.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > MAX_BODY {
            return Err(RequestError::Form);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| RequestError::Form)?;
        let (old, mut rest) = text.split_once('\n').ok_or(RequestError::Old)?;
        let old = old.strip_prefix("old ").ok_or(RequestError::Old)?;
        let size: u64 = old.parse().map_err(|_| RequestError::Old)?;
        if size.to_string() != old {
            return Err(RequestError::Old);
        }
        let mut proof = Vec::new();
        loop {
            let (line, behind) = rest.split_once('\n').ok_or(RequestError::Checkpoint)?;
            rest = behind;
            if line.is_empty() {
                break;
            }
            if proof.len() == MAX_PROOF {
                return Err(RequestError::Proof);
            }
            proof.push(hash(line).ok_or(RequestError::Proof)?);
        }
        if rest.is_empty() {
            return Err(RequestError::Checkpoint);
        }
        Ok(Self {
            old: size,
            proof,
            note: rest.as_bytes().to_vec(),
        })
    }

    /// The body.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut head = format!("old {}\n", self.old);
        for hash in &self.proof {
            // Writing to a string cannot fail.
            let _ = writeln!(head, "{}", STANDARD.encode(hash.as_bytes()));
        }
        head.push('\n');
        [head.as_bytes(), &self.note].concat()
    }

    /// The size that the client believes was cosigned last.
    #[must_use]
    pub const fn old(&self) -> u64 {
        self.old
    }

    /// From the old size to the checkpoint's.
    #[must_use]
    pub fn proof(&self) -> &[LogHash] {
        &self.proof
    }

    /// The checkpoint's signed note.
    #[must_use]
    pub fn note(&self) -> &[u8] {
        &self.note
    }

    /// The log that the note says it is of: its first line. It chooses the keys that the note is then held against.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        let text = std::str::from_utf8(&self.note).ok()?;
        text.split_once('\n').map(|(origin, _)| origin)
    }
}
