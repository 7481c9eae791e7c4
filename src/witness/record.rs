//! What a witness remembers of one log: the newest checkpoint that it cosigned, and split views, on the disk.

use std::io;
use std::path::{Path, PathBuf};

use luyin_keys::durable_file;
use luyin_ledger::log::checkpoint::{SignedCheckpoint, VerifierKey, VerifyError};
use luyin_ledger::log::witness::{AddCheckpoint, Refusal, consider};
use luyin_protocol::signature::Sha256Hash;
use serde::{Deserialize, Serialize};

/// Why nothing is remembered.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The disk.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The remembered checkpoint is damaged, or not of the log's keys: it is never taken for none.
    #[error("{path}: {source}")]
    Damaged {
        /// the file
        path: PathBuf,
        /// what is wrong
        source: VerifyError,
    },
}

/// Two histories that a log signed for one size. Anybody can check both signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitView {
    /// The log.
    pub origin: String,
    /// The size of both.
    pub size: u64,
    /// The signed note that was cosigned.
    pub cosigned: String,
    /// The signed note that came later.
    pub other: String,
    /// When it came, milliseconds since 1970.
    pub found: u64,
}

/// One log's record.
#[derive(Debug)]
pub struct Record {
    origin: String,
    keys: Vec<VerifierKey>,
    note: PathBuf,
    splits: PathBuf,
    known: Option<SignedCheckpoint>,
}

impl Record {
    /// Opens the record of a log below a data directory.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn open(data: &Path, origin: &str, keys: &[VerifierKey]) -> Result<Self, RecordError> {
        let log = log_name(origin);
        let (logs, splits) = (data.join("logs"), data.join("splits"));
        std::fs::create_dir_all(&logs)?;
        std::fs::create_dir_all(&splits)?;
        let note = logs.join(format!("{log}.note"));
        let known = match std::fs::read(&note) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
            Ok(bytes) => {
                let known = SignedCheckpoint::verify(&bytes, keys);
                let damaged = |source| RecordError::Damaged {
                    path: note.clone(),
                    source,
                };
                Some(known.map_err(damaged)?)
            }
        };
        Ok(Self {
            origin: origin.to_owned(),
            keys: keys.to_vec(),
            note,
            splits,
            known,
        })
    }

    /// The newest checkpoint that was cosigned.
    #[must_use]
    pub const fn known(&self) -> Option<&SignedCheckpoint> {
        self.known.as_ref()
    }

    /// Decides on a request; what is taken is durable when this returns. The caller has the record for itself.
    ///
    /// # Errors
    /// The refusal, or that the disk failed: then nothing was taken.
    pub fn add(
        &mut self,
        request: &AddCheckpoint,
    ) -> Result<Result<SignedCheckpoint, Refusal>, RecordError> {
        let signed = match consider(request, &self.keys, self.known.as_ref()) {
            Ok(signed) => signed,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if self.known.as_ref() != Some(&signed) {
            durable_file::replace(&self.note, signed.note())?;
            self.known = Some(signed.clone());
        }
        Ok(Ok(signed))
    }

    /// Keeps the proof of a split view; the first of a size is enough.
    ///
    /// # Errors
    /// [`RecordError::Io`].
    pub fn keep(&self, other: &SignedCheckpoint, found: u64) -> Result<(), RecordError> {
        let Some(known) = &self.known else {
            return Ok(());
        };
        let text = |note: &[u8]| String::from_utf8_lossy(note).into_owned();
        let size = other.checkpoint().size();
        let split = SplitView {
            origin: self.origin.clone(),
            size,
            cosigned: text(known.note()),
            other: text(other.note()),
            found,
        };
        let name = format!("{}-{size}.json", log_name(&self.origin));
        let bytes = serde_json::to_vec_pretty(&split).map_err(io::Error::other)?;
        match durable_file::create(&self.splits.join(name), &bytes) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            kept => Ok(kept?),
        }
    }

    /// Split views that were found so far, of every log.
    ///
    /// # Errors
    /// [`RecordError::Io`].
    pub fn split_views(data: &Path) -> Result<Vec<SplitView>, RecordError> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(data.join("splits"))? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                let bytes = std::fs::read(&path)?;
                found.push(serde_json::from_slice(&bytes).map_err(io::Error::other)?);
            }
        }
        Ok(found)
    }
}

/// An origin as the name of files and in addresses.
pub(crate) fn log_name(origin: &str) -> String {
    Sha256Hash::of(origin.as_bytes()).to_string()
}
