//! Keys that verify signatures of notes: a log's own, and those of witnesses.

use super::cosignature::{self, Cosignature};
use super::note;
use super::sign::SignError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

/// Signature type 1 of signed-note: Ed25519 over the text.
const ED25519: u8 = 1;

/// Whether a text may name a key or a log: not empty, no space, no control character, no `+`.
pub fn is_name(name: &str) -> bool {
    let barred = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    !name.is_empty() && !name.chars().any(barred)
}

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The text itself: a log's own key.
    Note,
    /// The text with the time before it: a witness's key (C2SP tlog-cosignature).
    Cosignature,
}

impl Kind {
    const ALL: [Self; 2] = [Self::Note, Self::Cosignature];

    const fn byte(self) -> u8 {
        match self {
            Self::Note => ED25519,
            Self::Cosignature => cosignature::TYPE,
        }
    }
}

/// A signature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Signed {
    /// By a key of the log.
    Own(VerifierKey),
    /// By a witness.
    Cosigned(Cosignature),
}

/// A key that verifies checkpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    kind: Kind,
    key: VerifyingKey,
}

impl VerifierKey {
    /// A log's key, under `name`.
    ///
    /// # Errors
    /// [`SignError::Name`].
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, SignError> {
        Self::of(name, Kind::Note, key)
    }

    /// A witness's key, under `name`.
    ///
    /// # Errors
    /// [`SignError::Name`].
    pub fn witness(name: &str, key: VerifyingKey) -> Result<Self, SignError> {
        Self::of(name, Kind::Cosignature, key)
    }

    fn of(name: &str, kind: Kind, key: VerifyingKey) -> Result<Self, SignError> {
        if !is_name(name) {
            return Err(SignError::Name);
        }
        Ok(Self {
            name: name.to_owned(),
            id: note::key_id(name, &typed(kind, &key)),
            kind,
            key,
        })
    }

    /// Reads a key as other log tools write it, [`VerifierKey::to_text`].
    ///
    /// # Errors
    /// [`SignError::Name`], [`SignError::Key`].
    pub fn from_text(text: &str) -> Result<Self, SignError> {
        // Base64 has `+` too, so only the first two of them part the text.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(base64)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(SignError::Key);
        };
        let typed = STANDARD.decode(base64).map_err(|_| SignError::Key)?;
        let (byte, bytes) = typed.split_first().ok_or(SignError::Key)?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.byte() == *byte);
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| SignError::Key)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| SignError::Key)?;
        let key = Self::of(name, kind.ok_or(SignError::Key)?, key)?;
        if key.to_text() == text {
            Ok(key)
        } else {
            Err(SignError::Key)
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `<name>+<id>+<key>`, as other log tools take it.
    #[must_use]
    pub fn to_text(&self) -> String {
        note::key_text(&self.name, self.id, &typed(self.kind, &self.key))
    }

    pub(super) const fn id(&self) -> u32 {
        self.id
    }

    /// What a signature over `text` by this key says; `None` where it does not hold.
    pub(super) fn verify(&self, text: &[u8], signature: &[u8]) -> Option<Signed> {
        let holds = |message: &[u8], signature: &[u8]| {
            let signature = Signature::from_slice(signature).ok()?;
            self.key.verify_strict(message, &signature).ok()
        };
        match self.kind {
            Kind::Note => {
                holds(text, signature)?;
                Some(Signed::Own(self.clone()))
            }
            Kind::Cosignature => {
                let (time, signature) = cosignature::parts(signature)?;
                holds(&cosignature::message(time, text), signature)?;
                Some(Signed::Cosigned(Cosignature {
                    witness: self.name.clone(),
                    time,
                }))
            }
        }
    }
}

/// A key with its kind before it.
fn typed(kind: Kind, key: &VerifyingKey) -> Vec<u8> {
    [&[kind.byte()], key.as_bytes().as_slice()].concat()
}
