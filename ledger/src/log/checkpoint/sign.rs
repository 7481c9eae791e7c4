//! Checkpoints as signed notes, with Ed25519 keys.

use super::cosignature::Cosignature;
use super::key::{Signed, VerifierKey};
use super::note::{Note, NoteError};
use super::{Checkpoint, CheckpointError};
use ed25519_dalek::{Signer as _, SigningKey};

/// A note is a text, a blank line and at most 100 signature lines.
const MAX_NOTE: usize = super::MAX_TEXT + (32 << 10);

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key's name may not stand in a note.
    #[error("not a key name")]
    Name,
    /// The text is no key.
    #[error("not a key as `<name>+<id>+<base64>`")]
    Key,
    /// A time beyond what a cosignature can state.
    #[error("not a time of a cosignature")]
    Time,
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
    verifier: VerifierKey,
    key: SigningKey,
}

impl std::fmt::Debug for CheckpointSigner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("CheckpointSigner")
            .field("name", &self.verifier.name())
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
        Ok(Self { verifier, key })
    }

    /// The key that verifies what this one signs.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        self.verifier.clone()
    }
}

/// A checkpoint with the note that carries its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Vec<u8>,
    signers: Vec<VerifierKey>,
    cosignatures: Vec<Cosignature>,
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
            let key = &signer.verifier;
            note.add(key.name(), key.id(), &signature.to_bytes());
        }
        Ok(Self {
            checkpoint,
            note: note.to_bytes(),
            signers: signers.iter().map(|s| s.verifier.clone()).collect(),
            cosignatures: Vec::new(),
        })
    }

    /// Reads and verifies a signed checkpoint.
    ///
    /// At least one key of the log must have signed, whoever else did; a wrong signature by any of `keys` refuses the whole.
    /// Signatures of others are ignored, as the standard demands. Who needs more than one counts
    /// [`SignedCheckpoint::signers`], and witnesses by [`SignedCheckpoint::cosignatures`].
    ///
    /// # Errors
    /// [`VerifyError`].
    pub fn verify(bytes: &[u8], keys: &[VerifierKey]) -> Result<Self, VerifyError> {
        if bytes.len() > MAX_NOTE {
            return Err(VerifyError::Form);
        }
        let note = Note::from_bytes(bytes)?;
        let (mut signers, mut cosignatures) = (Vec::new(), Vec::new());
        for signed in note.signed(keys)? {
            match signed {
                Signed::Own(key) => signers.push(key),
                Signed::Cosigned(cosignature) => cosignatures.push(cosignature),
            }
        }
        if signers.is_empty() {
            return Err(NoteError::Unverified.into());
        }
        Ok(Self {
            checkpoint: Checkpoint::from_text(note.text().as_bytes())?,
            note: bytes.to_vec(),
            signers,
            cosignatures,
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

    /// The log's keys whose signatures hold, each once.
    #[must_use]
    pub fn signers(&self) -> &[VerifierKey] {
        &self.signers
    }

    /// What witnesses say, each once.
    #[must_use]
    pub fn cosignatures(&self) -> &[Cosignature] {
        &self.cosignatures
    }

    /// The same checkpoint with the signatures by these keys out of another note's lines or a witness's answer. Lines of
    /// others, wrong ones and a second one by the same key are left out: lines add what holds, or nothing.
    #[must_use]
    pub fn joined_by(mut self, lines: &str, keys: &[VerifierKey]) -> Self {
        let text = self.checkpoint.to_text();
        for line in lines.split_inclusive('\n') {
            match Note::signed_line(&text, line, keys) {
                Some(Signed::Own(key)) if !self.signers.contains(&key) => self.signers.push(key),
                Some(Signed::Cosigned(new)) if !self.has_cosigned(&new.witness) => {
                    self.cosignatures.push(new);
                }
                Some(_) | None => continue,
            }
            self.note.extend_from_slice(line.as_bytes());
        }
        self
    }

    fn has_cosigned(&self, witness: &str) -> bool {
        self.cosignatures.iter().any(|c| c.witness == witness)
    }
}
