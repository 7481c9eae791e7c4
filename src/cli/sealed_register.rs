//! A register of which a directory tells nothing without its passphrase: one sealed file an entry, named by a hash of what the
//! entry is about, under a key that itself stands sealed in `key`.

use std::io;
use std::path::{Path, PathBuf};

use luyin_keys::durable_file;
use luyin_keys::sealed::{self, SealError, Secret, Strength, WrappingKey};
use rand::RngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Why a register failed.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Reading or writing.
    #[error("the register {path}: {source}")]
    Io {
        /// which file or directory
        path: PathBuf,
        /// why not
        source: io::Error,
    },
    /// The passphrase, or damage.
    #[error("the register: {0}")]
    Seal(#[from] SealError),
    /// An entry's file holds something else.
    #[error("an entry of the register is damaged; restore it from a backup")]
    Damaged,
}

/// What tells a register from others, so that no file of one is taken for a file of another.
#[derive(Debug, Clone, Copy)]
pub struct Labels {
    /// Under which the key is sealed.
    pub key: &'static [u8],
    /// Under which entries are sealed, before their name.
    pub entry: &'static [u8],
    /// Before what is hashed to a name.
    pub name: &'static [u8],
    /// What the names of entries end in.
    pub ending: &'static str,
}

/// A register, opened.
pub struct SealedRegister {
    directory: PathBuf,
    labels: Labels,
    key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for SealedRegister {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedRegister({})", self.directory.display())
    }
}

/// An entry's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryName(String);

impl SealedRegister {
    /// Opens the register in `directory`, or begins one there.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn open(
        directory: &Path,
        labels: Labels,
        secret: &Secret,
        strength: Strength,
    ) -> Result<Self, RegisterError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| RegisterError::Io { path, source }
        };
        std::fs::create_dir_all(directory).map_err(failed(directory))?;
        let path = directory.join("key");
        let existing = || Self::key_in(&path, labels, secret, strength);
        let key = match existing()? {
            Some(key) => key,
            None => {
                let mut key = Zeroizing::new([0; 32]);
                OsRng.fill_bytes(key.as_mut());
                let bytes = sealed::seal(secret, strength, labels.key, key.as_ref(), &mut OsRng)?;
                match durable_file::create(&path, &bytes) {
                    Ok(()) => key,
                    // Another desk began the same register at this moment: its key is the register's.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        existing()?.ok_or(RegisterError::Damaged)?
                    }
                    Err(error) => return Err(failed(&path)(error)),
                }
            }
        };
        Ok(Self {
            directory: directory.to_owned(),
            labels,
            key,
        })
    }

    fn key_in(
        path: &Path,
        labels: Labels,
        secret: &Secret,
        strength: Strength,
    ) -> Result<Option<Zeroizing<[u8; 32]>>, RegisterError> {
        let Some(bytes) = contents(path)? else {
            return Ok(None);
        };
        let plain = sealed::open(secret, strength, labels.key, &bytes)?;
        let key = plain.as_slice().try_into();
        key.map(|key| Some(Zeroizing::new(key)))
            .map_err(|_| RegisterError::Damaged)
    }

    /// The name of the entry about something.
    #[must_use]
    pub fn name(&self, about: &[u8]) -> EntryName {
        let digest = Sha256::new()
            .chain_update(self.labels.name)
            .chain_update(self.key.as_ref())
            .chain_update(about)
            .finalize();
        EntryName(hex::encode(digest))
    }

    /// What an entry says, if there is one.
    ///
    /// # Errors
    /// [`RegisterError`]; a damaged entry is never taken for none.
    pub fn read(&self, name: &EntryName) -> Result<Option<Zeroizing<Vec<u8>>>, RegisterError> {
        let Some(bytes) = contents(&self.path(name))? else {
            return Ok(None);
        };
        let plain = sealed::open(
            &self.secret(),
            Strength::PRODUCTION,
            &self.context(name),
            &bytes,
        )?;
        Ok(Some(plain))
    }

    /// Writes an entry, in the place of the one there is.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn write(&self, name: &EntryName, plain: &[u8]) -> Result<(), RegisterError> {
        let bytes = self.sealed(name, plain)?;
        let path = self.path(name);
        durable_file::replace(&path, &bytes).map_err(|source| RegisterError::Io { path, source })
    }

    /// Writes an entry where there is none. Of two who try at once one writes; the other is told [`Created::No`].
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn create(&self, name: &EntryName, plain: &[u8]) -> Result<Created, RegisterError> {
        let bytes = self.sealed(name, plain)?;
        let path = self.path(name);
        match durable_file::create(&path, &bytes) {
            Ok(()) => Ok(Created::Yes),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // Who wrote it may not have lived to see that it stays.
                let kept = durable_file::confirm(&path);
                kept.map(|()| Created::No)
                    .map_err(|source| RegisterError::Io { path, source })
            }
            Err(source) => Err(RegisterError::Io { path, source }),
        }
    }

    /// Takes an entry away.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn remove(&self, name: &EntryName) -> Result<(), RegisterError> {
        let path = self.path(name);
        std::fs::remove_file(&path).map_err(|source| RegisterError::Io { path, source })
    }

    fn sealed(&self, name: &EntryName, plain: &[u8]) -> Result<Vec<u8>, RegisterError> {
        // A wrapping key is not stretched, so the strength plays no part.
        let bytes = sealed::seal(
            &self.secret(),
            Strength::PRODUCTION,
            &self.context(name),
            plain,
            &mut OsRng,
        )?;
        Ok(bytes)
    }

    fn secret(&self) -> Secret {
        Secret::Key(WrappingKey::from_bytes(*self.key))
    }

    fn context(&self, EntryName(name): &EntryName) -> Vec<u8> {
        [self.labels.entry, name.as_bytes()].concat()
    }

    /// Where an entry lies.
    #[must_use]
    pub fn path(&self, EntryName(name): &EntryName) -> PathBuf {
        self.directory
            .join(format!("{name}.{}", self.labels.ending))
    }
}

/// Whether an entry was written, or there was one already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// Written now.
    Yes,
    /// There was one.
    No,
}

fn contents(path: &Path) -> Result<Option<Vec<u8>>, RegisterError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => {
            let path = path.to_owned();
            Err(RegisterError::Io { path, source })
        }
    }
}
