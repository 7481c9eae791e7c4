//! The only door to the file system: everything durable goes through [`Disk`], so that every fault can be played.

mod memory;
mod real;

pub use memory::{Failure, Fault, MemoryDisk};
pub use real::RealDisk;

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};

/// Files below one root directory, with durability made explicit.
///
/// Paths are relative to the root. A write is durable only after [`DiskFile::sync`] on the file and, where a name was
/// made, renamed or removed, [`Disk::sync_dir`] on its directory; nothing else may be relied upon.
pub trait Disk: Debug + Send + Sync {
    /// Makes a new empty file. Fails with `AlreadyExists` if the name is taken.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Opens an existing file for reading and appending.
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// The whole content of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Renames within the root, replacing the target atomically.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Names of the files (not directories) in a directory, sorted. Fails with `NotFound` if there is no such directory.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;
    /// Makes a directory and its parents, each durable when this returns. An existing one is no error.
    fn make_dir(&self, dir: &Path) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// An open file of a [`Disk`].
pub trait DiskFile: Debug + Send {
    /// Length in bytes, unsynced appends included.
    fn length(&self) -> io::Result<u64>;
    /// Reads exactly `out.len()` bytes at `offset`; fails with `UnexpectedEof` if there are fewer.
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()>;
    /// Writes at the end. On an error an unknown part of `bytes` may have been written.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Cuts the file back to `length` bytes.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
    /// Makes content and length durable (`fdatasync`).
    fn sync(&mut self) -> io::Result<()>;
}

/// Writes whole files so that each name shows either its old content or all of its new content, durably.
///
/// Order: every temporary file is written and synced; then all are renamed; then each directory is synced once. A crash
/// before a rename leaves a `.tmp` file that the next write of the same name removes; a crash after it leaves the file.
///
/// # Errors
/// The first error of the disk; names already renamed stay.
pub fn write_files(disk: &dyn Disk, files: &[(PathBuf, Vec<u8>)]) -> io::Result<()> {
    let mut dirs: Vec<&Path> = Vec::new();
    for (path, bytes) in files {
        let dir = path.parent().unwrap_or(Path::new(""));
        if !dirs.contains(&dir) {
            disk.make_dir(dir)?;
            dirs.push(dir);
        }
        write_temporary(disk, &temporary(path), bytes)?;
    }
    for (path, _) in files {
        disk.rename(&temporary(path), path)?;
    }
    for dir in dirs {
        disk.sync_dir(dir)?;
    }
    Ok(())
}

fn write_temporary(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = match disk.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            disk.remove(path)?;
            disk.create(path)?
        }
        other => other?,
    };
    file.append(bytes)?;
    file.sync()
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests;
