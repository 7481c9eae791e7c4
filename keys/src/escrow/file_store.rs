//! A trustee's shares on disk: one sealed file for each enrolment, written once and never changed.

use std::fs;
use std::io;
use std::path::PathBuf;

use luyin_protocol::field::Owner;
use luyin_protocol::signature::Sha256Hash;
use rand::rngs::OsRng;
use zeroize::Zeroizing;

use super::share::Share;
use super::trustee::{ShareStore, StoreError, StoredShare};
use crate::durable_file;
use crate::sealed::{self, Secret, Strength, WrappingKey};

const CONTEXT: &[u8] = b"luyin/v1/trustee-share/";

/// Keeps each share in a file of its own, sealed under the trustee's storage key. The file is fsynced, put in
/// place without overwriting, and the directory fsynced, before a share counts as stored.
#[derive(Debug)]
pub struct FileShareStore {
    directory: PathBuf,
    secret: Secret,
}

impl FileShareStore {
    /// Uses `directory`, which must exist.
    pub fn open(directory: impl Into<PathBuf>, key: WrappingKey) -> Result<Self, StoreError> {
        let directory = directory.into();
        if !fs::metadata(&directory)?.is_dir() {
            return Err(io::Error::from(io::ErrorKind::NotADirectory).into());
        }
        Ok(Self {
            directory,
            secret: Secret::Key(key),
        })
    }

    fn path(&self, enrol: &Sha256Hash) -> PathBuf {
        self.directory.join(format!("{enrol}.share"))
    }

    fn context(enrol: &Sha256Hash) -> Vec<u8> {
        [CONTEXT, enrol.as_bytes()].concat()
    }
}

impl ShareStore for FileShareStore {
    fn put(&self, enrol: &Sha256Hash, share: &StoredShare) -> Result<StoredShare, StoreError> {
        if let Some(stored) = self.get(enrol)? {
            durable_file::confirm(&self.path(enrol))?;
            return Ok(stored);
        }
        let plain = encode(share);
        // A wrapping key is not stretched, so the strength plays no part.
        let sealed = sealed::seal(
            &self.secret,
            Strength::PRODUCTION,
            &Self::context(enrol),
            &plain,
            &mut OsRng,
        )
        .map_err(|_| StoreError::Corrupted)?;
        match durable_file::create(&self.path(enrol), &sealed) {
            Ok(()) => Ok(share.clone()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                durable_file::confirm(&self.path(enrol))?;
                self.get(enrol)?.ok_or(StoreError::Io(error))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn get(&self, enrol: &Sha256Hash) -> Result<Option<StoredShare>, StoreError> {
        let sealed = match fs::read(self.path(enrol)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let plain = sealed::open(
            &self.secret,
            Strength::PRODUCTION,
            &Self::context(enrol),
            &sealed,
        )
        .map_err(|_| StoreError::Corrupted)?;
        decode(&plain).map(Some)
    }
}

fn encode(share: &StoredShare) -> Zeroizing<Vec<u8>> {
    let bytes = share.share.to_bytes();
    let mut out = Zeroizing::new(Vec::with_capacity(32 + Share::LEN));
    out.extend_from_slice(&share.owner.to_bytes());
    out.extend_from_slice(bytes.as_ref());
    out
}

fn decode(plain: &[u8]) -> Result<StoredShare, StoreError> {
    let (owner, share) = plain
        .split_first_chunk::<32>()
        .ok_or(StoreError::Corrupted)?;
    Ok(StoredShare {
        owner: Owner::from_bytes(owner).map_err(|_| StoreError::Corrupted)?,
        share: Share::from_bytes(share).map_err(|_| StoreError::Corrupted)?,
    })
}
