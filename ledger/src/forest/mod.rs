//! Poseidon trees of commitments and attestations: 4-ary, append-only, many of them under one epoch root.
//!
//! Protocol section 2 and clauses 8.11 to 8.13 of docs/protocol/08-log-and-tiles.md. A tree keeps only its right edge in
//! memory; its leaves are static files, of which a wallet fetches whole runs and makes its path by itself.

mod archive;
mod epoch;
mod path;
mod shape;
#[cfg(feature = "node")]
mod tiles;
mod tree;

pub use archive::{archive_window, archived, archives_digest, trees};
pub use epoch::{Forest, LeafPosition, Placed, WINDOW, Window, window_root};
pub use path::{Path, PathError, PathParts};
pub use shape::Shape;
#[cfg(feature = "node")]
pub use tiles::ForestTiles;
pub use tree::{FinishedTile, Tree};

use ark_bn254::Fr;
use luyin_protocol::hash::{Tag, empty_leaf, hash};
use std::io;
use std::sync::LazyLock;

/// Why a tree or its tiles were refused.
#[derive(Debug, thiserror::Error)]
pub enum ForestError {
    /// Depth or tile height out of bounds.
    #[error("not a shape of a tree")]
    Shape,
    /// More leaves than the tree can take.
    #[error("the tree is full")]
    Full,
    /// There is no such leaf, tile or tree.
    #[error("outside the tree")]
    Range,
    /// A tile is not what its name or the tiles around it say.
    #[error("{0} is damaged")]
    Damaged(String),
    /// The tiles lead to another root.
    #[error("the tiles lead to another root")]
    Root,
    /// The disk failed.
    #[error("{path}: {source}")]
    Disk {
        /// File or directory.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// Children of a node.
pub const ARITY: usize = 4;
/// Levels above a tree that join 16 trees under an epoch root.
pub const EPOCH_LEVELS: u8 = 2;

/// Hash of an inner node.
#[must_use]
pub fn node(children: &[Fr; ARITY]) -> Fr {
    hash(Tag::Tree, children)
}

/// Root of a subtree of `level` levels without any leaf; level 0 is the empty leaf.
///
/// # Panics
/// If `level` is above those of the largest [`Shape`] with the epoch's two.
#[must_use]
pub fn empty_root(level: u8) -> Fr {
    static ROOTS: LazyLock<Vec<Fr>> = LazyLock::new(|| {
        let above = |root: &Fr| Some(node(&[*root; ARITY]));
        let levels = usize::from(shape::MAX_DEPTH + EPOCH_LEVELS) + 1;
        std::iter::successors(Some(empty_leaf()), above)
            .take(levels)
            .collect()
    });
    ROOTS[usize::from(level)]
}

/// The children of one node: up to four, the rest empty subtrees of `level` levels.
fn padded(children: &[Fr], level: u8) -> [Fr; ARITY] {
    let mut all = [empty_root(level); ARITY];
    for (place, child) in all.iter_mut().zip(children) {
        *place = *child;
    }
    all
}

#[cfg(all(test, feature = "node"))]
mod tests;
