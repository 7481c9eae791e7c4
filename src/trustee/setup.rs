//! A trustee's data directory: its keystore, and what `luyin trustee init` puts there.
//!
//! ```text
//! <data>/keystore    sealed: sign, seal, store and, for trustees 1 to 3, voprf
//! <data>/network     the ledger this trustee serves, written at the first start
//! <data>/shares/     one sealed file for each enrolment
//! <data>/openings/   one sealed file for each notice
//! <data>/checkpoint  the newest accepted checkpoint of the ledger
//! ```

use std::path::{Path, PathBuf};

use luyin_keys::durable_file;
use luyin_keys::escrow::TrusteeKeys;
use luyin_keys::keystore::{KeyKind, KeyName, Keystore, KeystoreError, KeystoreFile};
use luyin_keys::seal_key::SealKey;
use luyin_keys::sealed::{Secret, Strength, WrappingKey};
use luyin_keys::signing::SigningKey;
use luyin_keys::voprf::{UidKey, VoprfError};
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::network::EVALUATORS;
use luyin_protocol::signature::{NetworkId, PublicKey, SealPublicKey, Sha256Hash};
use luyin_protocol::time::Timestamp;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};

use super::service::Keyring;

/// Why a data directory could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The keystore.
    #[error("the keystore in the data directory: {0}")]
    Keystore(#[from] KeystoreError),
    /// The evaluation key.
    #[error("the evaluation key: {0}")]
    Voprf(#[from] VoprfError),
    /// A file.
    #[error("data directory: {0}")]
    Io(#[from] std::io::Error),
    /// The pinned network is not the one that the node serves.
    #[error(
        "this trustee serves network {pinned}, the node serves {found}; give the right --node, or another --data"
    )]
    OtherNetwork {
        /// the one in the data directory
        pinned: NetworkId,
        /// the node's
        found: NetworkId,
    },
    /// The file `network` holds no network.
    #[error("the file `network` in the data directory is damaged")]
    NetworkFile,
}

/// What the founders of a network put into its founding data about a trustee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicInfo {
    /// 1 to 5.
    pub index: TrusteeIndex,
    /// The organisation.
    pub name: String,
    /// Signs acknowledgements and releases.
    pub sign: PublicKey,
    /// Shares are sealed to it.
    pub seal: SealPublicKey,
    /// The public evaluation key, of the first three.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voprf: Option<Sha256Hash>,
}

/// A data directory.
#[derive(Debug, Clone)]
pub struct TrusteeData(PathBuf);

impl TrusteeData {
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

    /// Makes the directory and draws the keys; refuses to overwrite a keystore.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn init(
        &self,
        index: TrusteeIndex,
        name: &str,
        secret: Secret,
        strength: Strength,
        now: Timestamp,
    ) -> Result<PublicInfo, SetupError> {
        std::fs::create_dir_all(&self.0)?;
        let file = KeystoreFile::create(self.keystore(), secret, strength, &mut OsRng)?;
        let created_at = now.get() / 1000;
        let mut kinds = vec![
            (SIGN, KeyKind::TrusteeSign),
            (SEAL, KeyKind::TrusteeSeal),
            (STORE, KeyKind::TrusteeStore),
        ];
        if index.position() < EVALUATORS {
            kinds.push((VOPRF, KeyKind::TrusteeVoprf));
        }
        let (_, keystore) = file.update(&mut OsRng, |keystore| {
            for (name, kind) in &kinds {
                keystore.generate(KeyName::new(name)?, *kind, created_at, &mut OsRng)?;
            }
            Ok(())
        })?;
        let keys = keyring(&keystore, index)?;
        Ok(PublicInfo {
            index,
            name: name.to_owned(),
            sign: keys.escrow.signing.public(),
            seal: active_seal(&keystore)?.public(),
            voprf: keys
                .evaluation
                .map(|key| Sha256Hash::from_bytes(key.public().to_bytes())),
        })
    }

    /// Opens the keystore.
    ///
    /// # Errors
    /// [`SetupError`].
    pub fn keys(
        &self,
        index: TrusteeIndex,
        secret: Secret,
        strength: Strength,
    ) -> Result<Keyring, SetupError> {
        let (_, keystore) = KeystoreFile::open(self.keystore(), secret, strength)?;
        keyring(&keystore, index)
    }

    /// Holds this directory to one network for ever: the one found at the first start.
    ///
    /// # Errors
    /// [`SetupError::OtherNetwork`].
    pub fn pin(&self, found: NetworkId) -> Result<(), SetupError> {
        let path = self.0.join("network");
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let pinned = text.trim().parse().map_err(|_| SetupError::NetworkFile)?;
                if pinned == found {
                    Ok(())
                } else {
                    Err(SetupError::OtherNetwork { pinned, found })
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(durable_file::create(
                &path,
                format!("{found}\n").as_bytes(),
            )?),
            Err(error) => Err(error.into()),
        }
    }

    fn keystore(&self) -> PathBuf {
        self.0.join("keystore")
    }
}

const SIGN: &str = "sign";
const SEAL: &str = "seal";
const STORE: &str = "store";
const VOPRF: &str = "voprf";

fn keyring(keystore: &Keystore, index: TrusteeIndex) -> Result<Keyring, SetupError> {
    let sign = keystore.active(&KeyName::new(SIGN)?, KeyKind::TrusteeSign)?;
    let sealing = keystore.usable(&KeyName::new(SEAL)?, KeyKind::TrusteeSeal)?;
    let storage = keystore.active(&KeyName::new(STORE)?, KeyKind::TrusteeStore)?;
    let evaluation = if index.position() < EVALUATORS {
        let secret = keystore.active(&KeyName::new(VOPRF)?, KeyKind::TrusteeVoprf)?;
        Some(UidKey::from_secret(secret)?)
    } else {
        None
    };
    Ok(Keyring {
        escrow: TrusteeKeys {
            signing: SigningKey::from_secret(sign),
            sealing: sealing.into_iter().map(SealKey::from_secret).collect(),
        },
        evaluation,
        storage: WrappingKey::from_bytes(*storage.expose()),
    })
}

fn active_seal(keystore: &Keystore) -> Result<SealKey, SetupError> {
    let secret = keystore.active(&KeyName::new(SEAL)?, KeyKind::TrusteeSeal)?;
    Ok(SealKey::from_secret(secret))
}
