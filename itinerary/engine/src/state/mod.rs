//! What is kept between runs: a file a day, and the manifest that says which count.
//!
//! Order of a commit, each arrow a place where the power may go:
//! day files -> manifest names them -> the files they supersede are deleted. Before the second arrow the days are still pending
//! and are derived again; after it stray files are left, which the next start sweeps.

mod day_file;
mod disk;
mod manifest;

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use luyin_itinerary::{DayRecord, SubscriberToken};
use luyin_protocol::time::Day;
use sha2::{Digest, Sha256};

pub use self::day_file::{DayFileError, Sets};
use self::disk::Disk;
pub use self::disk::{Unwatched, Watch, replace};
pub use self::manifest::{Date, Derived, Manifest, Read, VERSION};
use crate::fingerprint::hex;

const MANIFEST: &str = "manifest.json";

/// Why a state could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file or folder.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: io::Error,
    },
    /// Another run has it.
    #[error("{0}: another run works in this state")]
    Locked(PathBuf),
    /// The manifest cannot be read. An empty state is never begun over it.
    #[error("{path}: {source}")]
    Manifest {
        /// which
        path: PathBuf,
        /// why not
        source: serde_json::Error,
    },
    /// The manifest of another version.
    #[error("{path}: version {found}; this program knows version {VERSION}")]
    Version {
        /// which
        path: PathBuf,
        /// its version
        found: u32,
    },
    /// There is no state.
    #[error("{0}: no state; `derive` begins one")]
    Missing(PathBuf),
    /// A day's file is not what was written.
    #[error("{0}: not the file that was written; derive the state anew")]
    Altered(PathBuf),
    /// A day's file cannot be read.
    #[error("{path}: {source}")]
    Day {
        /// which
        path: PathBuf,
        /// why not
        source: DayFileError,
    },
}

/// A state, locked against other runs for as long as it is open.
pub struct State {
    disk: Disk,
    manifest: Manifest,
    _lock: File,
}

impl State {
    /// Opens a state to write in it, begins one where there is none, and sweeps what a crash left.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn open(root: &Path, watch: Arc<dyn Watch>) -> Result<Self, StateError> {
        let failed = |source| StateError::File {
            path: root.to_owned(),
            source,
        };
        let disk = Disk::open(root, watch).map_err(failed)?;
        let lock = lock(&disk, File::try_lock)?;
        let manifest = load(&disk)?.unwrap_or_default();
        let state = Self {
            disk,
            manifest,
            _lock: lock,
        };
        for name in state.disk.days().map_err(failed)? {
            if !state.manifest.days.values().any(|day| day.file == name) {
                state.remove(&name)?;
            }
        }
        Ok(state)
    }

    /// Opens a state to read in it, which others may do at the same time.
    ///
    /// # Errors
    /// [`StateError`], also where there is none.
    pub fn read(root: &Path) -> Result<Self, StateError> {
        if !root.join(MANIFEST).is_file() {
            return Err(StateError::Missing(root.to_owned()));
        }
        let failed = |source| StateError::File {
            path: root.to_owned(),
            source,
        };
        let disk = Disk::open(root, Arc::new(Unwatched)).map_err(failed)?;
        let lock = lock(&disk, File::try_lock_shared)?;
        let manifest = load(&disk)?.ok_or_else(|| StateError::Missing(root.to_owned()))?;
        Ok(Self {
            disk,
            manifest,
            _lock: lock,
        })
    }

    /// What it consists of.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Changes the manifest, on the disk first.
    ///
    /// # Errors
    /// [`StateError::File`]; then nothing has changed.
    pub fn commit(&mut self, manifest: Manifest) -> Result<(), StateError> {
        let bytes =
            serde_json::to_vec_pretty(&manifest).map_err(|source| StateError::Manifest {
                path: self.disk.path(MANIFEST),
                source,
            })?;
        self.write(MANIFEST, &bytes)?;
        self.manifest = manifest;
        Ok(())
    }

    /// Puts derived days in the places of what stood there, all or none, and says of each whether anything changed.
    ///
    /// # Errors
    /// [`StateError`]; then the days are still pending.
    pub fn put(
        &mut self,
        days: &BTreeMap<Day, Vec<(u64, u32)>>,
        sets: &Sets,
    ) -> Result<Vec<(Day, bool)>, StateError> {
        let mut manifest = self.manifest.clone();
        let (mut put, mut superseded) = (Vec::with_capacity(days.len()), Vec::new());
        for (day, rows) in days {
            let date = Date(*day);
            let bytes = day_file::encode(rows, sets).map_err(|source| StateError::Day {
                path: self.disk.path(&day.to_iso()),
                source,
            })?;
            let sha256 = hex(&Sha256::digest(&bytes));
            manifest.pending.remove(&date);
            let before = self.manifest.days.get(&date);
            if before.is_some_and(|before| before.sha256 == sha256) {
                put.push((*day, false));
                continue;
            }
            let revision = before.map_or(1, |before| before.revision + 1);
            let file = format!("days/{}.r{revision}.parquet", day.to_iso());
            self.write(&file, &bytes)?;
            superseded.extend(before.map(|before| before.file.clone()));
            let derived = Derived {
                file,
                sha256,
                revision,
                subscribers: u64::try_from(rows.len()).unwrap_or(u64::MAX),
            };
            manifest.days.insert(date, derived);
            put.push((*day, true));
        }
        self.commit(manifest)?;
        for file in superseded {
            self.remove(&file)?;
        }
        Ok(put)
    }

    /// Forgets the days before one, and the deliveries that came before it.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn forget_before(&mut self, first: Day) -> Result<Vec<Day>, StateError> {
        let mut manifest = self.manifest.clone();
        let kept = manifest.days.split_off(&Date(first));
        let dropped = std::mem::replace(&mut manifest.days, kept);
        // What was delivered before the first day that is kept can touch none.
        manifest
            .deliveries
            .retain(|moment, _| moment.day() >= first);
        if manifest == self.manifest {
            return Ok(Vec::new());
        }
        self.commit(manifest)?;
        for day in dropped.values() {
            self.remove(&day.file)?;
        }
        Ok(dropped.keys().map(|date| date.0).collect())
    }

    /// Calls `each` with every subscriber of a day. A day without a file has none.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn day(
        &self,
        day: Day,
        each: impl FnMut(SubscriberToken, &DayRecord),
    ) -> Result<(), StateError> {
        let Some(derived) = self.manifest.days.get(&Date(day)) else {
            return Ok(());
        };
        let path = self.disk.path(&derived.file);
        let bytes = std::fs::read(&path).map_err(|source| StateError::File {
            path: path.clone(),
            source,
        })?;
        if hex(&Sha256::digest(&bytes)) != derived.sha256 {
            return Err(StateError::Altered(path));
        }
        day_file::decode(bytes, each).map_err(|source| StateError::Day { path, source })
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let written = self.disk.write(name, bytes);
        written.map_err(|source| self.failed(name, source))
    }

    fn remove(&self, name: &str) -> Result<(), StateError> {
        let removed = self.disk.remove(name);
        removed.map_err(|source| self.failed(name, source))
    }

    fn failed(&self, name: &str, source: io::Error) -> StateError {
        StateError::File {
            path: self.disk.path(name),
            source,
        }
    }
}

fn lock(disk: &Disk, take: impl Fn(&File) -> Result<(), TryLockError>) -> Result<File, StateError> {
    let path = disk.path("lock");
    let failed = |source| StateError::File {
        path: path.clone(),
        source,
    };
    let file = File::options().create(true).append(true).open(&path);
    let file = file.map_err(failed)?;
    match take(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StateError::Locked(path)),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn load(disk: &Disk) -> Result<Option<Manifest>, StateError> {
    let path = disk.path(MANIFEST);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StateError::File { path, source }),
    };
    let manifest: Manifest = match serde_json::from_slice(&bytes) {
        Ok(manifest) => manifest,
        Err(source) => return Err(StateError::Manifest { path, source }),
    };
    if manifest.version != VERSION {
        let found = manifest.version;
        return Err(StateError::Version { path, found });
    }
    Ok(Some(manifest))
}
