//! The leaves of a tree and the roots of its tiles as static files.

use super::{FinishedTile, ForestError, Shape, Tree, tree::ascend};
use crate::log::disk::{Disk, write_files};
use crate::log::tiles::number_path;
use ark_bn254::Fr;
use luyin_protocol::field;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// The files of one tree: `<prefix>/<N>[.p/<W>]` with leaves and `<prefix>/upper[.p/<W>]` with roots of full tiles.
///
/// A file never changes once it is named, so all of them may be cached for ever.
#[derive(Debug, Clone)]
pub struct ForestTiles {
    disk: Arc<dyn Disk>,
    prefix: PathBuf,
    shape: Shape,
}

impl ForestTiles {
    /// The files of a tree below `prefix`, such as `note/0` or `att/20417`.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>, prefix: impl Into<PathBuf>, shape: Shape) -> Self {
        Self {
            disk,
            prefix: prefix.into(),
            shape,
        }
    }

    /// Makes the tiles that became full, and the partial ones of the tree as it is now, durable.
    ///
    /// `finished` are all tiles that [`Tree::append`] returned since the last call. A failed call may be repeated.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(&self, tree: &Tree, finished: &[FinishedTile]) -> Result<(), ForestError> {
        let mut files = Vec::new();
        for tile in finished {
            files.push((
                self.tile_path(tile.index(), tile.leaves().len()),
                tile.leaves(),
            ));
        }
        if !tree.tile().is_empty() {
            let index = tree.size() / self.shape.tile_width();
            files.push((self.tile_path(index, tree.tile().len()), tree.tile()));
        }
        if !tree.upper().is_empty() {
            files.push((self.upper_path(tree.upper().len()), tree.upper()));
        }
        let encode = |(path, row): (PathBuf, &[Fr])| (path, to_bytes(row));
        let files: Vec<(PathBuf, Vec<u8>)> = files.into_iter().map(encode).collect();
        write_files(self.disk.as_ref(), &files).map_err(|source| ForestError::Disk {
            path: self.prefix.display().to_string(),
            source,
        })
    }

    /// Leaves of tile `index` in a tree of `size` leaves.
    ///
    /// # Errors
    /// [`ForestError::Range`], [`ForestError::Damaged`]; those of the disk.
    pub fn tile(&self, index: u64, size: u64) -> Result<Vec<Fr>, ForestError> {
        let start = index.checked_mul(self.shape.tile_width());
        let after = start.and_then(|start| size.checked_sub(start));
        let width = after
            .ok_or(ForestError::Range)?
            .min(self.shape.tile_width());
        if width == 0 || size > self.shape.capacity() {
            return Err(ForestError::Range);
        }
        let width = usize::try_from(width).map_err(|_| ForestError::Range)?;
        let full = usize::try_from(self.shape.tile_width()).map_err(|_| ForestError::Range)?;
        self.read(width, full, |width| self.tile_path(index, width))
    }

    /// Leaves of the unfinished tile in a tree of `size` leaves; empty if the last tile is full.
    ///
    /// # Errors
    /// As [`ForestTiles::tile`].
    pub fn last(&self, size: u64) -> Result<Vec<Fr>, ForestError> {
        match size % self.shape.tile_width() {
            0 => Ok(Vec::new()),
            _ => self.tile(size / self.shape.tile_width(), size),
        }
    }

    /// Roots of the full tiles in a tree of `size` leaves.
    ///
    /// # Errors
    /// As [`ForestTiles::tile`].
    pub fn upper(&self, size: u64) -> Result<Vec<Fr>, ForestError> {
        let count = size / self.shape.tile_width();
        if size > self.shape.capacity() {
            return Err(ForestError::Range);
        }
        let count = usize::try_from(count).map_err(|_| ForestError::Range)?;
        if count == 0 {
            return Ok(Vec::new());
        }
        self.read(count, count, |count| self.upper_path(count))
    }

    /// The tree of `size` leaves, from its files; only the right edge is read.
    ///
    /// # Errors
    /// [`ForestError::Root`] if it has another root; those of reading.
    pub fn restore(&self, size: u64, root: Fr) -> Result<Tree, ForestError> {
        let tree = Tree::restore(self.shape, &self.upper(size)?, &self.last(size)?)?;
        if tree.root() == root {
            Ok(tree)
        } else {
            Err(ForestError::Root)
        }
    }

    /// Reads all leaves of a tree of `size` leaves and checks them up to the root.
    ///
    /// # Errors
    /// [`ForestError::Damaged`] names the first tile that does not fit; those of [`ForestTiles::restore`].
    pub fn check(&self, size: u64, root: Fr) -> Result<(), ForestError> {
        for (index, expected) in (0u64..).zip(self.upper(size)?) {
            let leaves = self.tile(index, size)?;
            if ascend(&leaves, 0, self.shape.tile_height(), 0).0 != expected {
                let path = self.tile_path(index, leaves.len());
                return Err(ForestError::Damaged(path.display().to_string()));
            }
        }
        self.restore(size, root).map(drop)
    }

    /// A partial tile may be gone once it is full; the full one begins with the same leaves.
    fn read(
        &self,
        width: usize,
        full: usize,
        path: impl Fn(usize) -> PathBuf,
    ) -> Result<Vec<Fr>, ForestError> {
        let mut found = (path(width), width);
        let mut bytes = self.disk.read(&found.0);
        if width < full && matches!(&bytes, Err(e) if e.kind() == io::ErrorKind::NotFound) {
            found = (path(full), full);
            bytes = self.disk.read(&found.0);
        }
        let name = found.0.display().to_string();
        let bytes = bytes.map_err(|source| ForestError::Disk {
            path: name.clone(),
            source,
        })?;
        let row = from_bytes(&bytes).filter(|row| row.len() == found.1);
        let mut row = row.ok_or(ForestError::Damaged(name))?;
        row.truncate(width);
        Ok(row)
    }

    /// The partial file of a tree's newest tile, relative to its prefix; none where that is full or empty.
    #[must_use]
    pub fn partial_name(shape: Shape, tree: &Tree) -> Option<PathBuf> {
        let width = tree.tile().len();
        let index = tree.size() / shape.tile_width();
        (width > 0).then(|| Self::partial_directory(index).join(width.to_string()))
    }

    /// The directory of a tile's partial files, relative to the tree's prefix.
    #[must_use]
    pub fn partial_directory(index: u64) -> PathBuf {
        PathBuf::from(format!("{}.p", number_path(index)))
    }

    fn tile_path(&self, index: u64, width: usize) -> PathBuf {
        let full = u64::try_from(width) == Ok(self.shape.tile_width());
        self.named(&number_path(index), width, full)
    }

    fn upper_path(&self, count: usize) -> PathBuf {
        let full = u64::try_from(count) == Ok(self.shape.tiles());
        self.named("upper", count, full)
    }

    fn named(&self, name: &str, width: usize, full: bool) -> PathBuf {
        match full {
            true => self.prefix.join(name),
            false => self.prefix.join(format!("{name}.p/{width}")),
        }
    }
}

/// 32 bytes an element, little endian.
fn to_bytes(row: &[Fr]) -> Vec<u8> {
    row.iter().flat_map(field::to_bytes).collect()
}

/// `None` for a length that is no multiple of 32, or an element that is not below the modulus.
fn from_bytes(bytes: &[u8]) -> Option<Vec<Fr>> {
    let (elements, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() {
        return None;
    }
    elements.iter().map(|e| field::from_bytes(e).ok()).collect()
}
