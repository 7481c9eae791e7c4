//! The verifying keys that a network allows, loaded and checked before anything is verified with them (protocol section 11).

use super::judge::Keys;
use luyin_circuits::CircuitName;
use luyin_circuits::groth16::{KeyError, PreparedVk};
use luyin_keys::manifest::{KeyDirectory, ManifestError, Mode, VkAllowList, check_vk, encode_vk};
use luyin_protocol::network::{NetworkMode, VerifyingKeys};
use luyin_protocol::signature::Sha256Hash;
use std::path::Path;
use thiserror::Error;

/// Why the keys are refused.
#[derive(Debug, Error)]
pub enum KeysError {
    /// The directory: development keys in production, a wrong hash, a key unfit for use.
    #[error("proving and verifying keys: {0}")]
    Directory(#[from] ManifestError),
    /// Not the key that genesis names.
    #[error("the verifying key of {0} is not the one that genesis names")]
    NotGenesis(CircuitName),
    /// Not fit for the statement.
    #[error("the verifying key of {name}: {why}")]
    Unfit {
        /// which statement
        name: CircuitName,
        /// why
        why: String,
    },
}

/// Opens a directory of keys for a network: in production no development keys; in every mode exactly the keys whose hashes
/// stand in genesis, gamma not delta, and as many inputs as the statements have.
///
/// # Errors
/// [`KeysError`].
pub fn load(
    path: &Path,
    mode: NetworkMode,
    allowed: &VerifyingKeys,
) -> Result<(KeyDirectory, Keys), KeysError> {
    load_in(path, mode_of(mode), allowed)
}

/// The same in a mode that the caller names: the bench takes keys that no network does.
///
/// # Errors
/// [`KeysError`].
pub fn load_in(
    path: &Path,
    mode: Mode,
    allowed: &VerifyingKeys,
) -> Result<(KeyDirectory, Keys), KeysError> {
    let hashes = CircuitName::ALL.map(|name| hash_of(allowed, name));
    let directory = KeyDirectory::open(path, mode, VkAllowList::new(hashes))?;
    let key = |name| prepare(&directory, name, &hash_of(allowed, name));
    let keys = Keys {
        enrol: key(CircuitName::Enrol)?,
        checkin: key(CircuitName::Checkin)?,
        absorb: key(CircuitName::Absorb)?,
        pass: key(CircuitName::Pass)?,
    };
    Ok((directory, keys))
}

/// Which keys a network of a mode takes. A bench's keys are taken by nothing but the bench.
#[must_use]
pub const fn mode_of(network: NetworkMode) -> Mode {
    match network {
        NetworkMode::Production => Mode::Production,
        NetworkMode::Development => Mode::Development,
    }
}

/// The hashes that genesis names, from a directory of keys.
///
/// # Errors
/// [`KeysError`].
pub fn hashes(directory: &KeyDirectory) -> Result<VerifyingKeys, KeysError> {
    let hash = |name: CircuitName| {
        let entry = directory.manifest().circuit(name.as_str())?;
        Ok::<_, KeysError>(entry.verifying_key.sha256)
    };
    Ok(VerifyingKeys {
        enrol: hash(CircuitName::Enrol)?,
        checkin: hash(CircuitName::Checkin)?,
        absorb: hash(CircuitName::Absorb)?,
        pass: hash(CircuitName::Pass)?,
    })
}

const fn hash_of(keys: &VerifyingKeys, name: CircuitName) -> Sha256Hash {
    match name {
        CircuitName::Enrol => keys.enrol,
        CircuitName::Checkin => keys.checkin,
        CircuitName::Absorb => keys.absorb,
        CircuitName::Pass => keys.pass,
    }
}

fn prepare(
    directory: &KeyDirectory,
    name: CircuitName,
    allowed: &Sha256Hash,
) -> Result<PreparedVk, KeysError> {
    let unfit = |why: String| KeysError::Unfit { name, why };
    let vk = directory.verifying_key(name.as_str())?;
    check_vk(&vk, name.inputs()).map_err(|e| unfit(e.to_string()))?;
    let bytes = encode_vk(&vk).map_err(|e| unfit(e.to_string()))?;
    if Sha256Hash::of(&bytes) != *allowed {
        return Err(KeysError::NotGenesis(name));
    }
    PreparedVk::new(name, &vk).map_err(|e: KeyError| unfit(e.to_string()))
}
