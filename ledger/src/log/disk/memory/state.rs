//! What a [`super::MemoryDisk`] holds, durably and not, and what becomes of it.

use super::Fault;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

const SECTOR: usize = 512;

#[derive(Debug, Clone)]
pub enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

#[derive(Debug, Clone)]
pub enum NameChange {
    Link { path: PathBuf, inode: usize },
    Unlink { path: PathBuf },
    Rename { from: PathBuf, to: PathBuf },
}

#[derive(Debug, Clone, Default)]
pub struct Inode {
    pub durable: Vec<u8>,
    pub current: Vec<u8>,
    pub pending: Vec<Change>,
}

#[derive(Debug, Clone, Default)]
pub struct State {
    pub inodes: Vec<Inode>,
    pub current: BTreeMap<PathBuf, usize>,
    pub durable: BTreeMap<PathBuf, usize>,
    pub pending: Vec<NameChange>,
    pub dirs: BTreeSet<PathBuf>,
    pub faults: Vec<Fault>,
    pub operations: u64,
    pub random: u64,
    pub dead: bool,
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

    fn coin(&mut self) -> bool {
        self.draw().is_multiple_of(2)
    }

    pub fn alive(&self) -> io::Result<()> {
        if self.dead {
            return Err(io::Error::other("power lost"));
        }
        Ok(())
    }

    pub fn inode(&self, path: &Path) -> io::Result<usize> {
        let found = self.current.get(path).copied();
        found.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }

    pub fn used(&self) -> usize {
        self.current
            .values()
            .map(|inode| self.inodes[*inode].current.len())
            .sum()
    }

    pub fn append(&mut self, inode: usize, bytes: &[u8], operation: u64) -> io::Result<()> {
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

    pub fn sync(&mut self, inode: usize) {
        if !self.faults.contains(&Fault::LyingSync) {
            let file = &mut self.inodes[inode];
            file.durable = file.current.clone();
            file.pending.clear();
        }
    }

    pub fn sync_dir(&mut self, dir: &Path) {
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

    pub fn lose_power(&mut self) {
        for index in 0..self.inodes.len() {
            for change in std::mem::take(&mut self.inodes[index].pending) {
                self.survive(index, change);
            }
            self.inodes[index].current = self.inodes[index].durable.clone();
        }
        for change in std::mem::take(&mut self.pending) {
            if self.coin() {
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
            Change::Truncate { length } if fate < 2 => {
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
                        _ => self.coin(),
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
