//! Appends entries and writes the tiles they touch.

use super::reader::disk_error;
use super::{MAX_ENTRY, TILE_WIDTH, TileError, TileId, TileKind, TileReader, levels, width_at};
use crate::log::disk::{Disk, write_files};
use crate::log::merkle::{EntryIndex, Frontier, LogHash, TreeHead};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The right edge of the tiled log. Everything else is on the disk, and nothing there is ever changed.
///
/// The tiles can be made again from the entries at any time: a writer opened at an older size and given the same entries
/// writes the same files.
#[derive(Debug)]
pub struct TileWriter {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    frontier: Frontier,
    /// Hashes of the unfinished tile of each level.
    edge: Vec<Vec<LogHash>>,
    /// The unfinished bundle.
    bundle: Vec<u8>,
    /// Finished tiles that are not on the disk yet.
    finished: Vec<(PathBuf, Vec<u8>)>,
    written: u64,
}

impl TileWriter {
    /// A log without entries below `dir`.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>, dir: impl Into<PathBuf>) -> Self {
        Self {
            disk,
            dir: dir.into(),
            frontier: Frontier::new(),
            edge: Vec::new(),
            bundle: Vec::new(),
            finished: Vec::new(),
            written: 0,
        }
    }

    /// Goes on after the tiles of `head`, whose right edge is read and checked.
    ///
    /// # Errors
    /// [`TileError::Root`] if the tiles lead to another root; those of reading.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: impl Into<PathBuf>,
        head: &TreeHead,
    ) -> Result<Self, TileError> {
        let mut writer = Self::new(Arc::clone(&disk), dir);
        let size = head.size();
        let reader = TileReader::new(disk, writer.dir.clone(), size);
        reader.check(size.saturating_sub(1), head)?;
        let mut edge = Vec::new();
        for level in levels(size) {
            let index = (size >> (8 * u32::from(level))) / u64::from(TILE_WIDTH);
            edge.push(match width_at(size, level, index) {
                Some(_) => reader.hashes(level, index)?,
                None => Vec::new(),
            });
        }
        for (level, hashes) in (0u8..8).zip(&edge).collect::<Vec<_>>().into_iter().rev() {
            for hash in hashes {
                writer.frontier.push_subtree(8 * level, *hash)?;
            }
        }
        if writer.frontier.head() != *head {
            return Err(TileError::Root);
        }
        let index = size / u64::from(TILE_WIDTH);
        if width_at(size, 0, index).is_some() {
            for entry in reader.entries(index)? {
                push_entry(&mut writer.bundle, &entry)?;
            }
        }
        writer.edge = edge;
        writer.written = size;
        Ok(writer)
    }

    /// Adds an entry in memory; its number is returned.
    ///
    /// # Errors
    /// [`TileError::EntrySize`], [`TileError::Full`].
    pub fn append(&mut self, entry: &[u8]) -> Result<EntryIndex, TileError> {
        let index = self.frontier.size();
        if index == u64::MAX {
            return Err(TileError::Full);
        }
        push_entry(&mut self.bundle, entry)?;
        let mut hash = LogHash::leaf(entry);
        self.frontier.push(hash);
        for level in 0u8..8 {
            let at = usize::from(level);
            if self.edge.len() == at {
                self.edge.push(Vec::new());
            }
            let Some(hashes) = self.edge.get_mut(at) else {
                break;
            };
            hashes.push(hash);
            if hashes.len() < usize::from(TILE_WIDTH) {
                break;
            }
            let full = std::mem::take(hashes);
            let mut tile = Frontier::new();
            full.iter().for_each(|hash| tile.push(*hash));
            hash = tile.head().root();
            let number = index >> (8 * (u32::from(level) + 1)).min(63);
            self.finish(TileKind::Hashes { level }, number, hash_bytes(&full))?;
            if level == 0 {
                let bundle = std::mem::take(&mut self.bundle);
                self.finish(TileKind::Entries, number, bundle)?;
            }
        }
        Ok(EntryIndex::new(index))
    }

    /// Size and root, entries in memory included.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.frontier.head()
    }

    /// Number of entries whose tiles are on the disk.
    #[must_use]
    pub const fn written(&self) -> u64 {
        self.written
    }

    /// A reader of the tiles on the disk.
    #[must_use]
    pub fn reader(&self) -> TileReader {
        TileReader::new(Arc::clone(&self.disk), self.dir.clone(), self.written)
    }

    /// Makes all tiles of the present size durable, partial ones included. A failed call may be repeated.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&mut self) -> Result<TreeHead, TileError> {
        let size = self.frontier.size();
        if size > self.written {
            let mut files = self.finished.clone();
            for (level, hashes) in (0u8..).zip(&self.edge) {
                self.partial(
                    TileKind::Hashes { level },
                    level,
                    hash_bytes(hashes),
                    &mut files,
                )?;
            }
            self.partial(TileKind::Entries, 0, self.bundle.clone(), &mut files)?;
            write_files(self.disk.as_ref(), &files).map_err(|e| disk_error(&self.dir, e))?;
            self.finished.clear();
            self.written = size;
        }
        Ok(self.head())
    }

    /// Removes the partial tiles of which the full one is on the disk, among the tiles that entries `from..to` touch.
    ///
    /// The standard allows it; a client with an older checkpoint takes the full tile instead. A crash in between leaves
    /// some of them, to no harm.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn prune(&self, from: u64, to: u64) -> Result<(), TileError> {
        let to = to.min(self.written);
        for level in levels(to) {
            let shift = 8 * (u32::from(level) + 1);
            let end = to.checked_shr(shift).unwrap_or(0);
            for index in from.checked_shr(shift).unwrap_or(0)..end {
                self.prune_tile(TileKind::Hashes { level }, index)?;
                if level == 0 {
                    self.prune_tile(TileKind::Entries, index)?;
                }
            }
        }
        Ok(())
    }

    fn prune_tile(&self, kind: TileKind, index: u64) -> Result<(), TileError> {
        let Ok(tile) = TileId::new(kind, index, 1) else {
            return Ok(());
        };
        let path = self.dir.join(tile.path());
        let dir = path.parent().unwrap_or(&self.dir);
        let names = match self.disk.list(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other.map_err(|e| disk_error(dir, e))?,
        };
        for name in names {
            let file = dir.join(name);
            let removed = self.disk.remove(&file);
            removed.map_err(|e| disk_error(&file, e))?;
        }
        Ok(())
    }

    fn finish(&mut self, kind: TileKind, index: u64, bytes: Vec<u8>) -> Result<(), TileError> {
        let tile = TileId::new(kind, index, TILE_WIDTH).map_err(|_| TileError::Full)?;
        self.finished.push((self.place(tile), bytes));
        Ok(())
    }

    fn partial(
        &self,
        kind: TileKind,
        level: u8,
        bytes: Vec<u8>,
        files: &mut Vec<(PathBuf, Vec<u8>)>,
    ) -> Result<(), TileError> {
        let size = self.frontier.size();
        let index = (size >> (8 * u32::from(level))) / u64::from(TILE_WIDTH);
        if let Some(width) = width_at(size, level, index) {
            let tile = TileId::new(kind, index, width).map_err(|_| TileError::Full)?;
            files.push((self.place(tile), bytes));
        }
        Ok(())
    }

    fn place(&self, tile: TileId) -> PathBuf {
        Path::join(&self.dir, tile.path())
    }
}

fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), TileError> {
    let length = u16::try_from(entry.len()).map_err(|_| TileError::EntrySize(entry.len()))?;
    debug_assert!(entry.len() <= MAX_ENTRY);
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

fn hash_bytes(hashes: &[LogHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}
