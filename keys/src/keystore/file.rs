//! The keystore on disk: one sealed file, replaced as a whole, one writer at a time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rand::{CryptoRng, RngCore};

use super::{Keystore, KeystoreError};
use crate::durable_file;
use crate::sealed::{self, Secret, Strength};

const CONTEXT: &[u8] = b"luyin/v1/keystore";

/// A keystore file and what unlocks it.
#[derive(Debug)]
pub struct KeystoreFile {
    path: PathBuf,
    secret: Secret,
    strength: Strength,
}

impl KeystoreFile {
    /// Creates an empty keystore; refuses to overwrite a file.
    pub fn create(
        path: impl Into<PathBuf>,
        secret: Secret,
        strength: Strength,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, KeystoreError> {
        let file = Self {
            path: path.into(),
            secret,
            strength,
        };
        let sealed = file.seal(&Keystore::new(), rng)?;
        durable_file::create(&file.path, &sealed)?;
        Ok(file)
    }

    /// Opens an existing keystore and reads it once, so that a wrong secret is found here.
    pub fn open(
        path: impl Into<PathBuf>,
        secret: Secret,
        strength: Strength,
    ) -> Result<(Self, Keystore), KeystoreError> {
        let file = Self {
            path: path.into(),
            secret,
            strength,
        };
        let keystore = file.load()?;
        Ok((file, keystore))
    }

    /// Reads the keystore as it is on disk now.
    pub fn load(&self) -> Result<Keystore, KeystoreError> {
        Keystore::unseal(&fs::read(&self.path)?, &self.secret, self.strength)
    }

    /// Changes the keystore: reads it, applies `change`, and replaces the file. Two processes doing so at once
    /// take turns, so neither loses the other's change. If `change` fails the file stays as it was.
    pub fn update<T>(
        &self,
        rng: &mut (impl RngCore + CryptoRng),
        change: impl FnOnce(&mut Keystore) -> Result<T, KeystoreError>,
    ) -> Result<(T, Keystore), KeystoreError> {
        let _turn = lock(&self.path)?;
        let mut keystore = self.load()?;
        let outcome = change(&mut keystore)?;
        durable_file::replace(&self.path, &self.seal(&keystore, rng)?)?;
        Ok((outcome, keystore))
    }

    /// Seals the keystore anew under another secret.
    pub fn reseal(
        &mut self,
        secret: Secret,
        strength: Strength,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(), KeystoreError> {
        let _turn = lock(&self.path)?;
        let keystore = self.load()?;
        let renewed = Self {
            path: self.path.clone(),
            secret,
            strength,
        };
        durable_file::replace(&self.path, &renewed.seal(&keystore, rng)?)?;
        *self = renewed;
        Ok(())
    }

    fn seal(
        &self,
        keystore: &Keystore,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Vec<u8>, KeystoreError> {
        let plain = keystore.encode()?;
        Ok(sealed::seal(
            &self.secret,
            self.strength,
            CONTEXT,
            &plain,
            rng,
        )?)
    }
}

impl Keystore {
    /// Opens the bytes of a keystore file, for reading alone.
    pub fn unseal(
        sealed: &[u8],
        secret: &Secret,
        strength: Strength,
    ) -> Result<Self, KeystoreError> {
        let plain = sealed::open(secret, strength, CONTEXT, sealed)?;
        Self::decode(&plain)
    }
}

/// Waits for the exclusive turn to change the keystore; the turn ends when the file is dropped. The lock is a
/// sibling, because the keystore itself is replaced by every change.
fn lock(path: &Path) -> Result<File, KeystoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(name)?;
    file.lock()?;
    Ok(file)
}
