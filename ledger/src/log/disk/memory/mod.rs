//! A disk in memory that can lose power, run full, fail, misdirect a write or lie about a sync.
//!
//! What is written stays pending until it is synced; a power loss lets each pending change of content survive whole, in
//! part by 512-byte sectors, or not at all, each by itself, and likewise each pending change of a name.

mod state;

use super::{Disk, DiskFile};
use state::{Change, Inode, NameChange, State};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
