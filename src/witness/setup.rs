//! A witness's data directory.
//!
//! ```text
//! <data>/keystore          sealed: the key
//! <data>/name              the name on cosignatures
//! <data>/logs/<log>.note   the newest checkpoint that was cosigned; <log> is SHA-256 of the origin, 64 hex digits
//! <data>/splits/<log>-<size>.json   two checkpoints of one size that a log signed: evidence, kept for ever
//! ```

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use luyin_keys::durable_file;
use luyin_keys::keystore::{KeyKind, KeyName, KeystoreError, KeystoreFile};
use luyin_keys::sealed::{Secret, Strength};
use luyin_ledger::log::checkpoint::{SignError, WitnessSigner};
use luyin_protocol::network::WitnessInfo;
use luyin_protocol::signature::PublicKey;
use luyin_protocol::time::Timestamp;
use rand::rngs::OsRng;

const KEY: &str = "witness";

/// Why a data directory could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The keystore.
    #[error("the keystore in the data directory: {0}")]
    Keystore(#[from] KeystoreError),
    /// The name.
    #[error("--name: {0}")]
    Name(#[from] SignError),
    /// A file.
    #[error("data directory: {0}")]
    Io(#[from] std::io::Error),
}

/// A data directory.
#[derive(Debug, Clone)]
pub struct WitnessData(PathBuf);

impl WitnessData {
    /// The directory at `path`.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Makes the directory and draws the key; refuses to overwrite a keystore.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn init(
        &self,
        name: &str,
        secret: Secret,
        strength: Strength,
        now: Timestamp,
    ) -> Result<WitnessInfo, SetupError> {
        // Before anything is written: a key under a name that may not stand on a note is of no use.
        WitnessSigner::new(name, SigningKey::from_bytes(&[0; 32]))?;
        std::fs::create_dir_all(&self.0)?;
        let file = KeystoreFile::create(self.keystore(), secret, strength, &mut OsRng)?;
        let (_, keystore) = file.update(&mut OsRng, |keystore| {
            let seconds = now.get() / 1000;
            keystore.generate(KeyName::new(KEY)?, KeyKind::Witness, seconds, &mut OsRng)?;
            Ok(())
        })?;
        durable_file::create(&self.0.join("name"), name.as_bytes())?;
        let key = keystore.active(&KeyName::new(KEY)?, KeyKind::Witness)?;
        let key = SigningKey::from_bytes(key.expose());
        Ok(WitnessInfo {
            name: name.to_owned(),
            key: PublicKey::from_bytes(key.verifying_key().to_bytes()),
        })
    }

    /// Opens the keystore.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn signer(&self, secret: Secret, strength: Strength) -> Result<WitnessSigner, SetupError> {
        let (_, keystore) = KeystoreFile::open(self.keystore(), secret, strength)?;
        let key = keystore.active(&KeyName::new(KEY)?, KeyKind::Witness)?;
        let name = std::fs::read_to_string(self.0.join("name"))?;
        Ok(WitnessSigner::new(
            &name,
            SigningKey::from_bytes(key.expose()),
        )?)
    }

    fn keystore(&self) -> PathBuf {
        self.0.join("keystore")
    }
}
