//! Cosignatures of witnesses (C2SP tlog-cosignature, `cosignature/v1` with Ed25519): that a checkpoint extends all that the
//! witness has seen of the log before.

use super::key::{VerifierKey, is_name};
use super::note;
use super::sign::{SignError, SignedCheckpoint};
use ed25519_dalek::{Signer as _, SigningKey};

/// Signature type of signed-note for cosignatures with Ed25519.
pub(super) const TYPE: u8 = 4;

/// The largest time that the standard allows, in seconds.
const LATEST: u64 = u64::MAX >> 1;

/// A witness's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The witness's name.
    pub witness: String,
    /// When, in seconds since 1970.
    pub time: u64,
}

/// What a witness signs.
pub(super) fn message(time: u64, text: &[u8]) -> Vec<u8> {
    [format!("cosignature/v1\ntime {time}\n").as_bytes(), text].concat()
}

/// The time and the signature under it; `None` where it is no cosignature.
pub(super) fn parts(signature: &[u8]) -> Option<(u64, &[u8])> {
    let (time, signature) = signature.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    (time <= LATEST).then_some((time, signature))
}

/// A witness's key. It signs for no log of its own, so that its signatures cannot be taken for a log's.
#[derive(Clone)]
pub struct WitnessSigner {
    name: String,
    key: SigningKey,
}

impl std::fmt::Debug for WitnessSigner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("WitnessSigner")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl WitnessSigner {
    /// The witness `name`.
    ///
    /// # Errors
    /// [`SignError::Name`].
    pub fn new(name: &str, key: SigningKey) -> Result<Self, SignError> {
        if !is_name(name) {
            return Err(SignError::Name);
        }
        Ok(Self {
            name: name.to_owned(),
            key,
        })
    }

    /// The key that verifies what this one cosigns.
    ///
    /// # Errors
    /// [`SignError::Name`].
    pub fn verifier(&self) -> Result<VerifierKey, SignError> {
        VerifierKey::witness(&self.name, self.key.verifying_key())
    }

    /// The line of a cosignature over a checkpoint, with its end of line. `time` in seconds since 1970.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn cosign(&self, signed: &SignedCheckpoint, time: u64) -> Result<String, SignError> {
        if time > LATEST {
            return Err(SignError::Time);
        }
        let text = signed.checkpoint().to_text();
        let signature = self.key.sign(&message(time, text.as_bytes()));
        let stamped = [time.to_be_bytes().as_slice(), &signature.to_bytes()].concat();
        let id = self.verifier()?.id();
        Ok(note::line(&self.name, id, &stamped))
    }
}
