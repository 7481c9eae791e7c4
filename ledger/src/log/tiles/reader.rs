//! Reads hashes and entries back from tiles and checks that they fit together.

use super::{TILE_WIDTH, TileError, TileId, TileKind, levels, width_at};
use crate::log::disk::Disk;
use crate::log::merkle::{Frontier, LogHash, NodeId, NodeReader, ProofError, TreeHead, root};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The tiles of a tree of one size.
#[derive(Debug, Clone)]
pub struct TileReader {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    size: u64,
}

impl TileReader {
    /// Reads the tiles of a tree of `size` entries below `dir`.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>, dir: impl Into<PathBuf>, size: u64) -> Self {
        Self {
            disk,
            dir: dir.into(),
            size,
        }
    }

    /// The hashes of a tile.
    ///
    /// # Errors
    /// [`TileError::Proof`] if the tree has no such tile, [`TileError::Damaged`] if its length is wrong.
    pub fn hashes(&self, level: u8, index: u64) -> Result<Vec<LogHash>, TileError> {
        let tile = self.tile(TileKind::Hashes { level }, index)?;
        let bytes = self.read(tile)?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        let hashes = hashes.get(..usize::from(tile.width()));
        match hashes {
            Some(hashes) if rest.is_empty() => {
                Ok(hashes.iter().copied().map(LogHash::new).collect())
            }
            _ => Err(TileError::Damaged(tile)),
        }
    }

    /// The entries of a bundle.
    ///
    /// # Errors
    /// As [`TileReader::hashes`].
    pub fn entries(&self, index: u64) -> Result<Vec<Vec<u8>>, TileError> {
        let tile = self.tile(TileKind::Entries, index)?;
        let bytes = self.read(tile)?;
        let mut entries = split_bundle(&bytes).ok_or(TileError::Damaged(tile))?;
        if entries.len() < usize::from(tile.width()) {
            return Err(TileError::Damaged(tile));
        }
        entries.truncate(usize::from(tile.width()));
        Ok(entries)
    }

    /// Root over the tiles on the disk, from the highest ones; what lies below them is not looked at.
    ///
    /// # Errors
    /// Those of reading.
    pub fn head(&self) -> Result<TreeHead, TileError> {
        Ok(TreeHead::new(self.size, root(self, self.size)?))
    }

    /// Checks all tiles that entries from `from` on touch, from the entries up to the root.
    ///
    /// With `from = 0` that is the whole log. A node calls this before it signs: it never signs what its disk does not hold.
    ///
    /// # Errors
    /// [`TileError::Damaged`] names the first tile that does not fit; [`TileError::Root`] if the root is another one.
    pub fn check(&self, from: u64, head: &TreeHead) -> Result<(), TileError> {
        let first = from / u64::from(TILE_WIDTH);
        for index in first..self.size.div_ceil(u64::from(TILE_WIDTH)) {
            let hashes = self.hashes(0, index)?;
            let entries = self.entries(index)?;
            if !entries.iter().map(|e| LogHash::leaf(e)).eq(hashes) {
                return Err(TileError::Damaged(self.tile(TileKind::Entries, index)?));
            }
        }
        for level in levels(self.size).skip(1) {
            self.check_level(level, from)?;
        }
        if self.head()? == *head {
            Ok(())
        } else {
            Err(TileError::Root)
        }
    }

    /// Each hash from the one over entry `from` on is the root of the full tile below it.
    fn check_level(&self, level: u8, from: u64) -> Result<(), TileError> {
        let shift = 8 * u32::from(level);
        let first = from >> shift;
        let count = self.size >> shift;
        let width = u64::from(TILE_WIDTH);
        for index in first / width..count.div_ceil(width) {
            let hashes = self.hashes(level, index)?;
            for (child, hash) in (index * width..).zip(hashes) {
                if child >= first && tile_root(&self.hashes(level - 1, child)?) != hash {
                    let tile = self.tile(TileKind::Hashes { level }, index)?;
                    return Err(TileError::Damaged(tile));
                }
            }
        }
        Ok(())
    }

    fn tile(&self, kind: TileKind, index: u64) -> Result<TileId, TileError> {
        let level = match kind {
            TileKind::Hashes { level } => level,
            TileKind::Entries => 0,
        };
        let width = width_at(self.size, level, index).ok_or(ProofError::Range)?;
        TileId::new(kind, index, width).map_err(|_| ProofError::Range.into())
    }

    /// A partial tile may be gone once it is full; the full one begins with the same bytes.
    fn read(&self, tile: TileId) -> Result<Vec<u8>, TileError> {
        let full = TileId {
            width: TILE_WIDTH,
            ..tile
        };
        match self.disk.read(&self.dir.join(tile.path())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.read_exactly(full),
            Err(source) => Err(disk_error(&tile.path(), source)),
            Ok(bytes) => {
                let hashes = usize::from(tile.width) * 32;
                match tile.kind {
                    TileKind::Hashes { .. } if bytes.len() != hashes => {
                        Err(TileError::Damaged(tile))
                    }
                    TileKind::Entries
                        if split_bundle(&bytes).map(|e| e.len()) != Some(tile.width.into()) =>
                    {
                        Err(TileError::Damaged(tile))
                    }
                    _ => Ok(bytes),
                }
            }
        }
    }

    fn read_exactly(&self, tile: TileId) -> Result<Vec<u8>, TileError> {
        let path = tile.path();
        let bytes = self.disk.read(&self.dir.join(&path));
        bytes.map_err(|source| disk_error(&path, source))
    }
}

impl NodeReader for TileReader {
    type Error = TileError;

    fn node(&self, node: NodeId) -> Result<LogHash, TileError> {
        let (tile_level, inner) = (node.level() / 8, u32::from(node.level() % 8));
        let per_tile = u64::from(TILE_WIDTH) >> inner;
        let hashes = self.hashes(tile_level, node.index() / per_tile)?;
        let start = (node.index() % per_tile) << inner;
        let start = usize::try_from(start).map_err(|_| ProofError::Range)?;
        let inside = hashes.get(start..start + (1 << inner));
        Ok(tile_root(inside.ok_or(ProofError::Range)?))
    }
}

pub(super) fn disk_error(path: &Path, source: io::Error) -> TileError {
    TileError::Disk {
        path: path.display().to_string(),
        source,
    }
}

/// Root over the hashes of a full tile, or over a run of them that is a complete subtree.
fn tile_root(hashes: &[LogHash]) -> LogHash {
    let mut frontier = Frontier::new();
    hashes.iter().for_each(|hash| frontier.push(*hash));
    frontier.head().root()
}

/// `None` if the bytes are not a sequence of length-prefixed entries.
fn split_bundle(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry.to_vec());
        rest = after;
    }
    Some(entries)
}
