//! A disk that is only looked at.

use crate::log::disk::{Disk, DiskFile};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Reads through to another disk. What would cut a torn tail, or make durable, does nothing; all else that would change
/// something fails.
#[derive(Debug)]
pub(super) struct ReadOnlyDisk(pub Arc<dyn Disk>);

#[derive(Debug)]
struct ReadOnlyFile(Box<dyn DiskFile>);

fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl Disk for ReadOnlyDisk {
    fn create(&self, _: &Path) -> io::Result<Box<dyn DiskFile>> {
        refused()
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(ReadOnlyFile(self.0.open(path)?)))
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.read(path)
    }
    fn rename(&self, _: &Path, _: &Path) -> io::Result<()> {
        refused()
    }
    fn remove(&self, _: &Path) -> io::Result<()> {
        refused()
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.0.list(dir)
    }
    fn make_dir(&self, _: &Path) -> io::Result<()> {
        refused()
    }
    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl DiskFile for ReadOnlyFile {
    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read_at(offset, out)
    }
    fn append(&mut self, _: &[u8]) -> io::Result<()> {
        refused()
    }
    fn truncate(&mut self, _: u64) -> io::Result<()> {
        Ok(())
    }
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}
