//! The log as static files, after C2SP tlog-tiles: hash tiles and entry bundles of 256, full or partial.

#[cfg(feature = "node")]
mod reader;
#[cfg(feature = "node")]
mod writer;

#[cfg(feature = "node")]
pub use reader::TileReader;
#[cfg(feature = "node")]
pub use writer::TileWriter;

use crate::log::merkle::ProofError;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// Largest entry in bytes; its length is a `u16` in the bundle.
pub const MAX_ENTRY: usize = 65_535;

/// A number as path elements of three digits, all but the last with an `x`: 1234067 is `x001/x234/067`.
#[must_use]
pub fn number_path(number: u64) -> String {
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileKind {
    /// Hashes of complete subtrees of `256^level` entries; `level` is at most 7, since sizes are 64 bits.
    Hashes {
        /// The tile level.
        level: u8,
    },
    /// The entries under a level-0 tile.
    Entries,
}

/// Which tile: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    kind: TileKind,
    index: u64,
    width: u16,
}

impl TileId {
    /// Tile `index` of its kind with `width` hashes or entries.
    ///
    /// # Errors
    /// [`TilePathError`] if `width` is not 1 to 256, the level above 7, or the tile beyond 2^64 entries.
    pub fn new(kind: TileKind, index: u64, width: u16) -> Result<Self, TilePathError> {
        let level = match kind {
            TileKind::Hashes { level } => u32::from(level),
            TileKind::Entries => 0,
        };
        let most = match level {
            0..=6 => u64::MAX >> (8 * (level + 1)),
            7 => 0,
            _ => return Err(TilePathError),
        };
        if !(1..=TILE_WIDTH).contains(&width) || index > most {
            return Err(TilePathError);
        }
        Ok(Self { kind, index, width })
    }

    /// What it holds.
    #[must_use]
    pub const fn kind(&self) -> TileKind {
        self.kind
    }

    /// Its place among the tiles of its kind.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// The file's path below the log's directory.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        PathBuf::from(self.to_string())
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TileKind::Hashes { level } => write!(out, "tile/{level}/")?,
            TileKind::Entries => out.write_str("tile/entries/")?,
        }
        out.write_str(&number_path(self.index))?;
        match self.width {
            TILE_WIDTH => Ok(()),
            width => write!(out, ".p/{width}"),
        }
    }
}

/// A path that names no tile, or not in the one canonical way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a tile")]
pub struct TilePathError;

impl FromStr for TileId {
    type Err = TilePathError;

    fn from_str(path: &str) -> Result<Self, TilePathError> {
        let rest = path.strip_prefix("tile/").ok_or(TilePathError)?;
        let (kind, rest) = rest.split_once('/').ok_or(TilePathError)?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            level => TileKind::Hashes {
                level: level.parse().map_err(|_| TilePathError)?,
            },
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().map_err(|_| TilePathError)?),
            None => (rest, TILE_WIDTH),
        };
        let mut index = 0u64;
        for part in number.split('/') {
            let digits: u64 = part
                .trim_start_matches('x')
                .parse()
                .map_err(|_| TilePathError)?;
            let shifted = index.checked_mul(1000).ok_or(TilePathError)?;
            index = shifted.checked_add(digits).ok_or(TilePathError)?;
        }
        let tile = Self::new(kind, index, width)?;
        // Everything that was read too kindly above fails here: the path must be the one this tile is written with.
        if tile.to_string() == path {
            Ok(tile)
        } else {
            Err(TilePathError)
        }
    }
}

/// A refusal of the tiles.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    /// The disk failed.
    #[error("{path}: {source}")]
    Disk {
        /// File.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A tile does not hold what its path or the tiles around it say.
    #[error("{0} is damaged")]
    Damaged(TileId),
    /// The tiles lead to another root than the expected one.
    #[error("the tiles lead to another root")]
    Root,
    /// An entry above [`MAX_ENTRY`].
    #[error("an entry of {0} bytes")]
    EntrySize(usize),
    /// Outside the tree.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// More than 2^64 entries.
    #[error("the log is full")]
    Full,
}

/// Width of the tile with this index in a tree of `size`, or `None` if there is none.
#[cfg(feature = "node")]
fn width_at(size: u64, level: u8, index: u64) -> Option<u16> {
    let hashes = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
    let before = index.checked_mul(u64::from(TILE_WIDTH))?;
    let width = hashes.checked_sub(before)?.min(u64::from(TILE_WIDTH));
    u16::try_from(width).ok().filter(|width| *width > 0)
}

/// Tile levels that a tree of `size` has.
#[cfg(feature = "node")]
fn levels(size: u64) -> impl Iterator<Item = u8> {
    (0u8..8).take_while(move |level| size >> (8 * u32::from(*level)) > 0)
}

#[cfg(all(test, feature = "node"))]
mod tests;
