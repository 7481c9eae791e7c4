//! Whose notices they are: one sealed file for each notice, under the trustee's storage key.

use std::io;
use std::path::PathBuf;

use luyin_keys::durable_file;
use luyin_keys::escrow::{StoreError, SubjectOpening};
use luyin_keys::sealed::{self, Secret, Strength, WrappingKey};
use luyin_protocol::risk::NoticeId;
use rand::rngs::OsRng;

const CONTEXT: &[u8] = b"luyin/v1/trustee-opening/";

/// Keeps openings durably, sealed at rest.
#[derive(Debug)]
pub struct OpeningStore {
    directory: PathBuf,
    secret: Secret,
}

impl OpeningStore {
    /// Uses `directory`, which must exist.
    #[must_use]
    pub fn new(directory: PathBuf, key: WrappingKey) -> Self {
        Self {
            directory,
            secret: Secret::Key(key),
        }
    }

    fn path(&self, notice: &NoticeId) -> PathBuf {
        self.directory.join(format!("{notice}.opening"))
    }

    fn context(notice: &NoticeId) -> Vec<u8> {
        [CONTEXT, notice.as_bytes()].concat()
    }

    /// Stores an opening that was found to open its notice. There is only one such, so a second one changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn put(&self, notice: &NoticeId, opening: &SubjectOpening) -> Result<(), StoreError> {
        // A wrapping key is not stretched, so the strength plays no part.
        let sealed = sealed::seal(
            &self.secret,
            Strength::PRODUCTION,
            &Self::context(notice),
            &opening.to_bytes(),
            &mut OsRng,
        )
        .map_err(|_| StoreError::Corrupted)?;
        match durable_file::create(&self.path(notice), &sealed) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Ok(durable_file::confirm(&self.path(notice))?)
            }
            other => Ok(other?),
        }
    }

    /// The opening of a notice.
    ///
    /// # Errors
    /// [`StoreError::Corrupted`] for a file that does not open; it is never taken for absent.
    pub fn get(&self, notice: &NoticeId) -> Result<Option<SubjectOpening>, StoreError> {
        let bytes = match std::fs::read(self.path(notice)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let plain = sealed::open(
            &self.secret,
            Strength::PRODUCTION,
            &Self::context(notice),
            &bytes,
        )
        .map_err(|_| StoreError::Corrupted)?;
        SubjectOpening::from_bytes(&plain)
            .map(Some)
            .map_err(|_| StoreError::Corrupted)
    }
}
