//! A disk in memory that can lose power, run full, fail, misdirect a write or lie about a sync.
//!
//! What is written stays pending until it is synced; a power loss lets each pending change of content survive whole, in
//! part by 512-byte sectors, or not at all, each by itself, and likewise each pending change of a name.

use super::{Disk, DiskFile};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const SECTOR: usize = 512;

/// Whether a failed operation took effect before its error was returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nothing was done.
    Before,
    /// It was done, and yet an error is returned.
    After,
}

/// A fault to play. Operations that change something are counted from 0 over the life of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Operation `operation` fails once with an input/output error.
    Fail {
        /// Which operation.
        operation: u64,
        /// Before or after it takes effect.
        when: Failure,
    },
    /// Operation `operation` and all later ones fail; call [`MemoryDisk::restart`] to see what survived.
    PowerCut {
        /// Which operation.
        operation: u64,
    },
    /// Every sync says yes and makes nothing durable.
    LyingSync,
    /// The files together may hold no more than this many bytes; an append beyond it is written in part and fails.
    Capacity {
        /// Bytes.
        bytes: u64,
    },
    /// Append number `operation` is written, durably, over another place of one of the files.
    Misdirect {
        /// Which operation.
        operation: u64,
    },
}

/// The simulated disk. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

#[derive(Debug, Clone)]
enum NameChange {
    Link { path: PathBuf, inode: usize },
    Unlink { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf },
}

#[derive(Debug, Clone, Default)]
struct Inode {
    durable: Vec<u8>,
    current: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Debug, Clone, Default)]
struct State {
    inodes: Vec<Inode>,
    current: BTreeMap<PathBuf, usize>,
    durable: BTreeMap<PathBuf, usize>,
    pending: Vec<NameChange>,
    dirs: BTreeSet<PathBuf>,
    faults: Vec<Fault>,
    operations: u64,
    random: u64,
    dead: bool,
}

impl MemoryDisk {
    /// An empty disk; `seed` decides what survives a power loss.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let disk = Self::default();
        disk.lock().random = seed;
        disk
    }

    /// Replaces the faults to be played.
    pub fn set_faults(&self, faults: &[Fault]) {
        self.lock().faults = faults.to_vec();
    }

    /// How many changing operations were asked for so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.lock().operations
    }

    /// A disk of its own with the same content, so that many outcomes can be tried from one state.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            state: Arc::new(Mutex::new(self.lock().clone())),
        }
    }

    /// Power is lost and comes back: a disk without faults that shows what survived.
    #[must_use]
    pub fn restart(&self) -> Self {
        let mut state = self.lock().clone();
        state.lose_power();
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// The process is killed and the machine stays up: all writes are seen, faults are gone.
    #[must_use]
    pub fn kill(&self) -> Self {
        let mut state = self.lock().clone();
        state.dead = false;
        state.faults.clear();
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// All files, with their length in bytes.
    #[must_use]
    pub fn files(&self) -> Vec<(PathBuf, usize)> {
        let state = self.lock();
        let inodes = &state.inodes;
        state
            .current
            .iter()
            .map(|(path, inode)| (path.clone(), inodes[*inode].current.len()))
            .collect()
    }

    /// Replaces a file's content, durably, as bit rot or an intruder would. Makes the file if there is none.
    pub fn overwrite(&self, path: &Path, bytes: &[u8]) {
        let mut state = self.lock();
        let inode = match state.current.get(path) {
            Some(inode) => *inode,
            None => state.inodes.len(),
        };
        let content = Inode {
            durable: bytes.to_vec(),
            current: bytes.to_vec(),
            pending: Vec::new(),
        };
        if inode == state.inodes.len() {
            state.inodes.push(content);
        } else {
            state.inodes[inode] = content;
        }
        state.current.insert(path.to_owned(), inode);
        state.durable.insert(path.to_owned(), inode);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation, plays the faults upon it and, unless it fails before, runs it.
    fn change<T>(&self, run: impl FnOnce(&mut State, u64) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.lock();
        let operation = state.operations;
        state.operations += 1;
        let cut = Fault::PowerCut { operation };
        if state.dead || state.faults.contains(&cut) {
            state.dead = true;
            return Err(io::Error::other("power lost"));
        }
        let failure = state.faults.iter().find_map(|fault| match fault {
            Fault::Fail {
                operation: at,
                when,
            } if *at == operation => Some(*when),
            _ => None,
        });
        match failure {
            Some(Failure::Before) => Err(io::Error::other("injected, before")),
            Some(Failure::After) => {
                run(&mut state, operation)?;
                Err(io::Error::other("injected, after"))
            }
            None => run(&mut state, operation),
        }
    }
}

impl State {
    /// SplitMix64.
    fn draw(&mut self) -> usize {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 1) as usize
    }

    fn alive(&self) -> io::Result<()> {
        if self.dead {
            return Err(io::Error::other("power lost"));
        }
        Ok(())
    }

    fn inode(&self, path: &Path) -> io::Result<usize> {
        let found = self.current.get(path).copied();
        found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    fn used(&self) -> usize {
        self.current
            .values()
            .map(|inode| self.inodes[*inode].current.len())
            .sum()
    }

    fn append(&mut self, inode: usize, bytes: &[u8], operation: u64) -> io::Result<()> {
        let room = self.faults.iter().find_map(|fault| match fault {
            Fault::Capacity { bytes } => Some((*bytes as usize).saturating_sub(self.used())),
            _ => None,
        });
        let fits = room.unwrap_or(bytes.len()).min(bytes.len());
        if self.faults.contains(&Fault::Misdirect { operation }) {
            self.misdirect(inode, bytes);
            return Ok(());
        }
        let file = &mut self.inodes[inode];
        let offset = file.current.len();
        file.current.extend_from_slice(&bytes[..fits]);
        file.pending.push(Change::Write {
            offset,
            bytes: bytes[..fits].to_vec(),
        });
        if fits < bytes.len() {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        Ok(())
    }

    /// The bytes land on a random sector of a random file; where they belong are zeroes.
    fn misdirect(&mut self, inode: usize, bytes: &[u8]) {
        let file = &mut self.inodes[inode];
        let length = file.current.len() + bytes.len();
        file.current.resize(length, 0);
        file.durable = file.current.clone();
        file.pending.clear();
        let names: Vec<usize> = self.current.values().copied().collect();
        let victim = names[self.draw() % names.len()];
        let sectors = self.inodes[victim].current.len().div_ceil(SECTOR).max(1);
        let offset = (self.draw() % sectors) * SECTOR;
        let file = &mut self.inodes[victim];
        for content in [&mut file.current, &mut file.durable] {
            let end = content.len().min(offset + bytes.len());
            if offset < end {
                content[offset..end].copy_from_slice(&bytes[..end - offset]);
            }
        }
    }

    fn sync(&mut self, inode: usize) {
        if !self.faults.contains(&Fault::LyingSync) {
            let file = &mut self.inodes[inode];
            file.durable = file.current.clone();
            file.pending.clear();
        }
    }

    fn sync_dir(&mut self, dir: &Path) {
        if self.faults.contains(&Fault::LyingSync) {
            return;
        }
        let pending = std::mem::take(&mut self.pending);
        for change in pending {
            let path = match &change {
                NameChange::Link { path, .. } | NameChange::Unlink { path } => path,
                NameChange::Rename { to, .. } => to,
            };
            if path.parent() == Some(dir) {
                self.settle(change);
            } else {
                self.pending.push(change);
            }
        }
    }

    fn settle(&mut self, change: NameChange) {
        match change {
            NameChange::Link { path, inode } => {
                self.durable.insert(path, inode);
            }
            NameChange::Unlink { path } => {
                self.durable.remove(&path);
            }
            NameChange::Rename { from, to } => {
                if let Some(inode) = self.durable.remove(&from) {
                    self.durable.insert(to, inode);
                }
            }
        }
    }

    fn lose_power(&mut self) {
        for index in 0..self.inodes.len() {
            for change in std::mem::take(&mut self.inodes[index].pending) {
                self.survive(index, change);
            }
            self.inodes[index].current = self.inodes[index].durable.clone();
        }
        for change in std::mem::take(&mut self.pending) {
            if self.draw() % 2 == 0 {
                self.settle(change);
            }
        }
        self.current = self.durable.clone();
        self.faults.clear();
        self.dead = false;
    }

    /// A pending change of content reaches the medium whole, as a prefix, as scattered sectors, or not at all.
    fn survive(&mut self, inode: usize, change: Change) {
        let fate = self.draw() % 4;
        match change {
            Change::Truncate { length } if fate % 2 == 0 => {
                self.inodes[inode].durable.truncate(length);
            }
            Change::Truncate { .. } => {}
            Change::Write { offset, bytes } => {
                let sectors = bytes.len().div_ceil(SECTOR);
                let whole = self.draw() % (sectors + 1);
                for sector in 0..sectors {
                    let kept = match fate {
                        0 => false,
                        1 => true,
                        2 => sector < whole,
                        _ => self.draw() % 2 == 0,
                    };
                    if kept {
                        let from = sector * SECTOR;
                        let to = bytes.len().min(from + SECTOR);
                        self.place(inode, offset + from, &bytes[from..to]);
                    }
                }
            }
        }
    }

    fn place(&mut self, inode: usize, offset: usize, bytes: &[u8]) {
        let durable = &mut self.inodes[inode].durable;
        let end = offset + bytes.len();
        if durable.len() < end {
            durable.resize(end, 0);
        }
        durable[offset..end].copy_from_slice(bytes);
    }
}

impl Disk for MemoryDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let inode = self.change(|state, _| {
            let dir = path.parent().unwrap_or(Path::new(""));
            if !dir.as_os_str().is_empty() && !state.dirs.contains(dir) {
                return Err(io::Error::from(io::ErrorKind::NotFound));
            }
            if state.current.contains_key(path) {
                return Err(io::Error::from(io::ErrorKind::AlreadyExists));
            }
            let inode = state.inodes.len();
            state.inodes.push(Inode::default());
            state.current.insert(path.to_owned(), inode);
            state.pending.push(NameChange::Link {
                path: path.to_owned(),
                inode,
            });
            Ok(inode)
        })?;
        Ok(Box::new(MemoryFile {
            disk: self.clone(),
            inode,
        }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let state = self.lock();
        state.alive()?;
        let inode = state.inode(path)?;
        Ok(Box::new(MemoryFile {
            disk: self.clone(),
            inode,
        }))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.lock();
        state.alive()?;
        Ok(state.inodes[state.inode(path)?].current.clone())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.change(|state, _| {
            let inode = state.inode(from)?;
            state.current.remove(from);
            state.current.insert(to.to_owned(), inode);
            state.pending.push(NameChange::Rename {
                from: from.to_owned(),
                to: to.to_owned(),
            });
            Ok(())
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.change(|state, _| {
            state.inode(path)?;
            state.current.remove(path);
            state.pending.push(NameChange::Unlink {
                path: path.to_owned(),
            });
            Ok(())
        })
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.lock();
        state.alive()?;
        if !state.dirs.contains(dir) {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        let names = state.current.keys().filter(|p| p.parent() == Some(dir));
        Ok(names
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            .collect())
    }

    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(|state, _| {
            for ancestor in dir.ancestors() {
                state.dirs.insert(ancestor.to_owned());
            }
            Ok(())
        })
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.change(|state, _| {
            state.sync_dir(dir);
            Ok(())
        })
    }
}

#[derive(Debug)]
struct MemoryFile {
    disk: MemoryDisk,
    inode: usize,
}

impl DiskFile for MemoryFile {
    fn length(&self) -> io::Result<u64> {
        let state = self.disk.lock();
        state.alive()?;
        Ok(state.inodes[self.inode].current.len() as u64)
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.disk.lock();
        state.alive()?;
        let from = usize::try_from(offset).map_err(io::Error::other)?;
        let content = &state.inodes[self.inode].current;
        let bytes = from
            .checked_add(out.len())
            .and_then(|to| content.get(from..to))
            .ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let inode = self.inode;
        self.disk
            .change(|state, operation| state.append(inode, bytes, operation))
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        let inode = self.inode;
        self.disk.change(|state, _| {
            let length = usize::try_from(length).map_err(io::Error::other)?;
            let file = &mut state.inodes[inode];
            file.current.truncate(length);
            file.pending.push(Change::Truncate { length });
            Ok(())
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        let inode = self.inode;
        self.disk.change(|state, _| {
            state.sync(inode);
            Ok(())
        })
    }
}
