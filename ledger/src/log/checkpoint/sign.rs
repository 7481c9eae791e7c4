//! Checkpoints as signed notes, with Ed25519 keys.

use super::note::{self, Note, NoteError};
use super::{Checkpoint, CheckpointError};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

/// Signature type 1 of signed-note: Ed25519.
const ED25519: u8 = 1;
/// A note is a text, a blank line and at most 100 signature lines.
const MAX_NOTE: usize = super::MAX_TEXT + (32 << 10);

/// Whether a text may name a key or a log: not empty, no space, no control character, no `+`.
pub fn is_name(name: &str) -> bool {
    let barred = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    !name.is_empty() && !name.chars().any(barred)
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key's name may not stand in a note.
    #[error("not a key name")]
    Name,
    /// Nobody to sign.
    #[error("no signer")]
    NoSigner,
    /// The text is none that can be signed.
    #[error("signed note: {0}")]
    Note(#[from] NoteError),
}

/// Why a signed checkpoint was refused.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Not a signed note, none of the known keys signed it, or one of them did wrongly.
    #[error("signed note: {0}")]
    Note(#[from] NoteError),
    /// Longer than any note of a log.
    #[error("longer than a note may be")]
    Form,
    /// The text is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// A key that signs checkpoints, under a name.
#[derive(Clone)]
pub struct CheckpointSigner {
    name: String,
    id: u32,
    key: SigningKey,
}

impl std::fmt::Debug for CheckpointSigner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("CheckpointSigner")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl CheckpointSigner {
    /// A signer under `name`; the log's own key is named by its origin.
    ///
    /// # Errors
    /// [`SignError::Name`].
    pub fn new(name: &str, key: SigningKey) -> Result<Self, SignError> {
        let verifier = VerifierKey::new(name, key.verifying_key())?;
        Ok(Self {
            name: verifier.name,
            id: verifier.id,
            key,
        })
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey {
            name: self.name.clone(),
            id: self.id,
            key: self.key.verifying_key(),
        }
    }
}

/// A key that verifies checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl VerifierKey {
    /// The key of `name`.
    ///
    /// # Errors
    /// [`SignError::Name`].
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, SignError> {
        if !is_name(name) {
            return Err(SignError::Name);
        }
        Ok(Self {
            name: name.to_owned(),
            id: note::key_id(name, &typed(&key)),
            key,
        })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `<name>+<id>+<key>`, as other log tools take it.
    #[must_use]
    pub fn to_text(&self) -> String {
        note::key_text(&self.name, self.id, &typed(&self.key))
    }

    pub(super) const fn id(&self) -> u32 {
        self.id
    }

    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// A key with its kind before it.
fn typed(key: &VerifyingKey) -> Vec<u8> {
    [&[ED25519], key.as_bytes().as_slice()].concat()
}

/// A checkpoint with the note that carries its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Vec<u8>,
    signers: Vec<String>,
}

impl SignedCheckpoint {
    /// Signs with every signer, in order.
    ///
    /// # Errors
    /// [`SignError::NoSigner`] for an empty list; those of the note library.
    pub fn sign(checkpoint: Checkpoint, signers: &[&CheckpointSigner]) -> Result<Self, SignError> {
        if signers.is_empty() {
            return Err(SignError::NoSigner);
        }
        let mut note = Note::new(&checkpoint.to_text())?;
        for signer in signers {
            let signature = signer.key.sign(note.text().as_bytes());
            note.add(&signer.name, signer.id, &signature.to_bytes());
        }
        Ok(Self {
            checkpoint,
            note: note.to_bytes(),
            signers: signers.iter().map(|s| s.name.clone()).collect(),
        })
    }

    /// Reads and verifies a signed checkpoint.
    ///
    /// At least one of `keys` must have signed; a wrong signature by any of them refuses the whole. Signatures of others
    /// are ignored, as the standard demands. Who needs more than one counts [`SignedCheckpoint::signers`].
    ///
    /// # Errors
    /// [`VerifyError`].
    pub fn verify(bytes: &[u8], keys: &[VerifierKey]) -> Result<Self, VerifyError> {
        if bytes.len() > MAX_NOTE {
            return Err(VerifyError::Form);
        }
        let note = Note::from_bytes(bytes)?;
        let signers = note.signers(keys)?;
        Ok(Self {
            checkpoint: Checkpoint::from_text(note.text().as_bytes())?,
            note: bytes.to_vec(),
            signers,
        })
    }

    /// The checkpoint.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note: text, blank line, signatures.
    #[must_use]
    pub fn note(&self) -> &[u8] {
        &self.note
    }

    /// Names of the keys whose signatures hold, each key once.
    #[must_use]
    pub fn signers(&self) -> &[String] {
        &self.signers
    }
}
