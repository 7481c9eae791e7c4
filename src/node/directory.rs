//! A node's data directory: what stands where, and that one process holds it.

use luyin_keys::durable_file;
use luyin_protocol::codec::{Canonical, DecodeError};
use luyin_protocol::network::NetworkParameters;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a data directory is refused.
#[derive(Debug, Error)]
pub enum DirectoryError {
    /// The file system.
    #[error("{path}: {source}")]
    Io {
        /// which file or directory
        path: PathBuf,
        /// why
        source: io::Error,
    },
    /// Another process holds it.
    #[error("{0} is held by another process")]
    Held(PathBuf),
    /// The founding data.
    #[error("the founding data: {0}")]
    Genesis(#[from] DecodeError),
}

/// A data directory, held by this process until dropped.
#[derive(Debug)]
pub struct DataDirectory {
    root: PathBuf,
    _lock: File,
}

/// The name of the founding data's file.
pub const GENESIS: &str = "genesis.bin";

impl DataDirectory {
    /// Opens a directory that holds founding data, and takes its lock.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, DirectoryError> {
        let root = root.into();
        let path = root.join("lock");
        let at = |source| DirectoryError::Io {
            path: path.clone(),
            source,
        };
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(at)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DirectoryError::Held(root)),
            Err(TryLockError::Error(source)) => Err(at(source)),
        }
    }

    /// Puts founding data into a directory, which is made where it is missing. Data that is there already is not replaced.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn found(root: &Path, genesis: &NetworkParameters) -> Result<(), DirectoryError> {
        genesis.check()?;
        let path = root.join(GENESIS);
        std::fs::create_dir_all(root)
            .and_then(|()| durable_file::create(&path, &genesis.to_vec()))
            .map_err(|source| DirectoryError::Io { path, source })
    }

    /// The founding data.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn genesis(&self) -> Result<NetworkParameters, DirectoryError> {
        read_genesis(&self.root.join(GENESIS))
    }

    /// Where segments, tiles and trees stand.
    #[must_use]
    pub fn chain(&self) -> PathBuf {
        self.root.join("chain")
    }

    /// Where the index stands.
    #[must_use]
    pub fn index(&self) -> PathBuf {
        self.root.join("index")
    }

    /// Where gates' records stand.
    #[must_use]
    pub fn gate_records(&self) -> PathBuf {
        self.root.join("gate-records")
    }

    /// Where spent walk-in passes stand.
    #[must_use]
    pub fn walk_ins(&self) -> PathBuf {
        self.root.join("walk-ins")
    }

    /// The register of refused attempts of the authority.
    #[must_use]
    pub fn attempts(&self) -> PathBuf {
        self.root.join("authority-attempts.log")
    }

    /// The log of regulators' reads.
    #[must_use]
    pub fn reads(&self) -> PathBuf {
        self.root.join("audit-reads.log")
    }
}

/// Reads founding data from a file.
///
/// # Errors
/// [`DirectoryError`].
pub fn read_genesis(path: &Path) -> Result<NetworkParameters, DirectoryError> {
    let bytes = std::fs::read(path).map_err(|source| DirectoryError::Io {
        path: path.to_owned(),
        source,
    })?;
    Ok(NetworkParameters::from_slice(&bytes)?)
}
