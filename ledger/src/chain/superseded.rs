//! Files that newer ones have made superfluous: partial tiles of sizes that no epoch names, and all partial tiles of tiles
//! that are full. Without this every block would leave a file of up to 128 KiB behind.
//!
//! Nothing is removed before the index is durable beyond it, since opening restores the trees at the index's size. A
//! crash forgets the list and leaves some files, to no harm: those of full tiles are found again by the next that fills.

use super::trees::TreeFiles;
use crate::forest::ForestError;
use crate::log::disk::Disk;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// What may go at the next flush of the index.
#[derive(Debug, Default)]
pub(super) struct Superseded {
    /// Partial files by tree, oldest first, without those that an epoch names.
    partial: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// Directories of partial files whose tile is full.
    filled: Vec<PathBuf>,
}

impl Superseded {
    /// Keeps a tree's partial file for good: the epoch just made is of its size.
    pub fn keep(&mut self, files: &TreeFiles) {
        if let (Some(listed), Some(kept)) =
            (self.partial.get_mut(files.prefix()), files.partial_file())
        {
            listed.retain(|file| *file != kept);
        }
    }

    /// Takes note of what a block wrote.
    pub fn add(&mut self, files: &TreeFiles) {
        let written = self.partial.entry(files.prefix().to_owned()).or_default();
        written.extend(files.partial_file());
        self.filled.extend(files.filled());
    }

    /// Removes what is superfluous below `dir`; of each tree the newest partial file stays.
    pub fn remove(&mut self, disk: &dyn Disk, dir: &Path) -> Result<(), ForestError> {
        for files in self.partial.values_mut() {
            let last = files.len().saturating_sub(1);
            for file in files.drain(..last) {
                remove(disk, &dir.join(file))?;
            }
        }
        self.partial.retain(|_, files| !files.is_empty());
        for filled in self.filled.drain(..) {
            let filled = dir.join(filled);
            let names = match disk.list(&filled) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other.map_err(|source| failed(&filled, source))?,
            };
            for name in names {
                remove(disk, &filled.join(name))?;
            }
        }
        Ok(())
    }
}

fn remove(disk: &dyn Disk, file: &Path) -> Result<(), ForestError> {
    match disk.remove(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(|source| failed(file, source)),
    }
}

fn failed(path: &Path, source: io::Error) -> ForestError {
    ForestError::Disk {
        path: path.display().to_string(),
        source,
    }
}
