//! A disk that can be held or made to fail, over one in memory.

use luyin_ledger::log::disk::{Disk, DiskFile, MemoryDisk};
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};

/// How writes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writes {
    Go,
    Wait,
    Full,
}

/// The switch of a [`SwitchedDisk`].
#[derive(Clone, Debug)]
pub struct Switch(Arc<(Mutex<Writes>, Condvar)>);

impl Switch {
    fn set(&self, writes: Writes) {
        *self.0.0.lock().unwrap() = writes;
        self.0.1.notify_all();
    }

    /// Syncs wait until told otherwise.
    pub fn hold(&self) {
        self.set(Writes::Wait);
    }

    /// Writes fail as on a full disk.
    pub fn fill(&self) {
        self.set(Writes::Full);
    }

    /// Writes go.
    pub fn release(&self) {
        self.set(Writes::Go);
    }

    fn pass(&self) -> io::Result<()> {
        let (state, changed) = &*self.0;
        let mut writes = state.lock().unwrap();
        while *writes == Writes::Wait {
            writes = changed.wait(writes).unwrap();
        }
        match *writes {
            Writes::Full => Err(io::Error::from(io::ErrorKind::StorageFull)),
            Writes::Go | Writes::Wait => Ok(()),
        }
    }
}

/// A disk in memory with a switch.
#[derive(Debug)]
pub struct SwitchedDisk {
    disk: MemoryDisk,
    switch: Switch,
}

#[derive(Debug)]
struct SwitchedFile {
    file: Box<dyn DiskFile>,
    switch: Switch,
}

impl SwitchedDisk {
    pub fn new() -> (Arc<Self>, Switch) {
        let switch = Switch(Arc::new((Mutex::new(Writes::Go), Condvar::new())));
        let disk = Self {
            disk: MemoryDisk::new(1),
            switch: switch.clone(),
        };
        (Arc::new(disk), switch)
    }

    fn file(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(SwitchedFile {
            file,
            switch: self.switch.clone(),
        })
    }
}

impl Disk for SwitchedDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.switch.pass()?;
        self.disk.create(path).map(|f| self.file(f))
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.disk.open(path).map(|f| self.file(f))
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.disk.read(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.switch.pass()?;
        self.disk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.disk.list(dir)
    }
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        self.switch.pass()?;
        self.disk.make_dir(dir)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.switch.pass()?;
        self.disk.sync_dir(dir)
    }
}

impl DiskFile for SwitchedFile {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read_at(offset, out)
    }
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.switch.pass()?;
        self.file.append(bytes)
    }
    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.switch.pass()?;
        self.file.sync()
    }
}
