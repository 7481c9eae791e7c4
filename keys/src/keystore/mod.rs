//! The keystore: an organisation's named keys with their generations, sealed as one file.
//!
//! Rotation never interrupts service: the new generation is active at once, the one before it stays usable
//! for what was addressed to it, and is erased only when it is retired.

mod codec;
mod entry;
mod file;

use std::collections::BTreeMap;

use luyin_protocol::codec::DecodeError;
use rand::{CryptoRng, RngCore};

use self::entry::KeyGeneration;
pub use self::entry::{
    Algorithm, Generation, KeyKind, KeyName, KeyState, MAX_NAME_LEN, SecretBytes,
};
pub use self::file::KeystoreFile;
use crate::sealed::SealError;

/// Why an operation on a keystore was refused.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// The name has a character or length that is not allowed.
    #[error("key name is malformed")]
    BadName,
    /// The name is taken.
    #[error("a key of that name exists")]
    NameTaken,
    /// No such name, or no such generation of it.
    #[error("no such key")]
    UnknownKey,
    /// The key is for something else.
    #[error("the key is of kind {found:?}")]
    OtherKind {
        /// The kind it has.
        found: KeyKind,
    },
    /// The generation was retired and its secret erased.
    #[error("the key is retired")]
    Retired,
    /// The active generation cannot be retired before a newer one exists.
    #[error("rotate the key before retiring its active generation")]
    StillActive,
    /// The secret is no key of the kind's algorithm.
    #[error("the secret is not a key of that kind")]
    BadSecret,
    /// A name has used up its generations.
    #[error("too many generations")]
    TooManyGenerations,
    /// The opened content is not a canonical keystore.
    #[error("keystore content is malformed")]
    Malformed,
    /// Sealing or opening failed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Reading or writing the file failed.
    #[error("keystore file: {0}")]
    Io(#[from] std::io::Error),
}

impl From<DecodeError> for KeystoreError {
    fn from(_: DecodeError) -> Self {
        Self::Malformed
    }
}

/// What may be shown of one generation of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// Name of the key.
    pub name: KeyName,
    /// What it is for.
    pub kind: KeyKind,
    /// Which generation.
    pub generation: Generation,
    /// Where it stands in its life.
    pub state: KeyState,
    /// When it was made, in seconds since 1970.
    pub created_at: u64,
}

#[derive(Debug, Clone)]
struct NamedKey {
    kind: KeyKind,
    /// Ascending and gapless from 1, never empty; the last one is active.
    generations: Vec<KeyGeneration>,
}

/// The opened content of a keystore.
#[derive(Debug, Clone, Default)]
pub struct Keystore {
    keys: BTreeMap<KeyName, NamedKey>,
}

impl Keystore {
    /// A keystore without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a first key under a new name. `created_at` is in seconds since 1970.
    pub fn insert(
        &mut self,
        name: KeyName,
        kind: KeyKind,
        secret: SecretBytes,
        created_at: u64,
    ) -> Result<Generation, KeystoreError> {
        check_secret(kind, &secret)?;
        if self.keys.contains_key(&name) {
            return Err(KeystoreError::NameTaken);
        }
        let generation = Generation::FIRST;
        let first = KeyGeneration {
            generation,
            created_at,
            secret: Some(secret),
        };
        self.keys.insert(
            name,
            NamedKey {
                kind,
                generations: vec![first],
            },
        );
        Ok(generation)
    }

    /// Draws a first key for a new name.
    pub fn generate(
        &mut self,
        name: KeyName,
        kind: KeyKind,
        created_at: u64,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Generation, KeystoreError> {
        self.insert(name, kind, draw_secret(kind, rng), created_at)
    }

    /// Makes a new generation active; the one before stays usable until it is retired.
    pub fn rotate(
        &mut self,
        name: &KeyName,
        created_at: u64,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Generation, KeystoreError> {
        let key = self.keys.get_mut(name).ok_or(KeystoreError::UnknownKey)?;
        let newest = key.generations.last().ok_or(KeystoreError::UnknownKey)?;
        let generation = newest.generation.next()?;
        key.generations.push(KeyGeneration {
            generation,
            created_at,
            secret: Some(draw_secret(key.kind, rng)),
        });
        Ok(generation)
    }

    /// Erases the secret of a generation that is no longer active.
    pub fn retire(&mut self, name: &KeyName, generation: Generation) -> Result<(), KeystoreError> {
        let key = self.keys.get_mut(name).ok_or(KeystoreError::UnknownKey)?;
        if key.generations.last().map(|g| g.generation) == Some(generation) {
            return Err(KeystoreError::StillActive);
        }
        let found = key
            .generations
            .iter_mut()
            .find(|g| g.generation == generation)
            .ok_or(KeystoreError::UnknownKey)?;
        found.secret = None;
        Ok(())
    }

    /// The active secret of `name`, which must be of `kind`.
    pub fn active(&self, name: &KeyName, kind: KeyKind) -> Result<&SecretBytes, KeystoreError> {
        let key = self.of_kind(name, kind)?;
        let newest = key.generations.last().ok_or(KeystoreError::UnknownKey)?;
        newest.secret.as_ref().ok_or(KeystoreError::Retired)
    }

    /// The secret of one generation of `name`, which must be of `kind`.
    pub fn generation(
        &self,
        name: &KeyName,
        kind: KeyKind,
        generation: Generation,
    ) -> Result<&SecretBytes, KeystoreError> {
        let key = self.of_kind(name, kind)?;
        let found = key
            .generations
            .iter()
            .find(|g| g.generation == generation)
            .ok_or(KeystoreError::UnknownKey)?;
        found.secret.as_ref().ok_or(KeystoreError::Retired)
    }

    /// Every secret of `name` that still opens something, newest first.
    pub fn usable(
        &self,
        name: &KeyName,
        kind: KeyKind,
    ) -> Result<Vec<&SecretBytes>, KeystoreError> {
        let key = self.of_kind(name, kind)?;
        Ok(key
            .generations
            .iter()
            .rev()
            .filter_map(|g| g.secret.as_ref())
            .collect())
    }

    /// What may be shown of every generation of every key, by name and generation.
    pub fn list(&self) -> Vec<KeyInfo> {
        let one = |name: &KeyName, key: &NamedKey, g: &KeyGeneration| KeyInfo {
            name: name.clone(),
            kind: key.kind,
            generation: g.generation,
            state: key.state(g),
            created_at: g.created_at,
        };
        self.keys
            .iter()
            .flat_map(|(name, key)| key.generations.iter().map(move |g| one(name, key, g)))
            .collect()
    }

    fn of_kind(&self, name: &KeyName, kind: KeyKind) -> Result<&NamedKey, KeystoreError> {
        let key = self.keys.get(name).ok_or(KeystoreError::UnknownKey)?;
        if key.kind == kind {
            Ok(key)
        } else {
            Err(KeystoreError::OtherKind { found: key.kind })
        }
    }
}

impl NamedKey {
    fn state(&self, g: &KeyGeneration) -> KeyState {
        let active = self.generations.last().map(|last| last.generation) == Some(g.generation);
        match (&g.secret, active) {
            (None, _) => KeyState::Retired,
            (Some(_), true) => KeyState::Active,
            (Some(_), false) => KeyState::Previous,
        }
    }
}

fn check_secret(kind: KeyKind, secret: &SecretBytes) -> Result<(), KeystoreError> {
    let canonical = match kind.algorithm() {
        Algorithm::Ed25519 | Algorithm::X25519 | Algorithm::Wrapping => true,
        Algorithm::Ristretto255Scalar => scalar(secret).is_some(),
    };
    if canonical {
        Ok(())
    } else {
        Err(KeystoreError::BadSecret)
    }
}

fn scalar(secret: &SecretBytes) -> Option<curve25519_dalek::Scalar> {
    Option::from(curve25519_dalek::Scalar::from_canonical_bytes(
        *secret.expose(),
    ))
    .filter(|scalar| *scalar != curve25519_dalek::Scalar::ZERO)
}

fn draw_secret(kind: KeyKind, rng: &mut (impl RngCore + CryptoRng)) -> SecretBytes {
    loop {
        let secret = match kind.algorithm() {
            Algorithm::Ristretto255Scalar => {
                SecretBytes::new(curve25519_dalek::Scalar::random(rng).to_bytes())
            }
            Algorithm::Ed25519 | Algorithm::X25519 | Algorithm::Wrapping => {
                let mut bytes = [0; 32];
                rng.fill_bytes(&mut bytes);
                SecretBytes::new(bytes)
            }
        };
        if check_secret(kind, &secret).is_ok() {
            return secret;
        }
    }
}

#[cfg(test)]
mod tests;
