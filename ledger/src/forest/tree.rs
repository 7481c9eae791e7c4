//! One append-only tree: its right edge.

use super::{ARITY, ForestError, Shape, empty_root, node, padded};
use ark_bn254::Fr;
use std::sync::OnceLock;

/// From how many nodes of one level on hashing is spread over all cores; one hash takes tens of microseconds.
#[cfg(feature = "parallel")]
const PARALLEL: usize = 64;

/// A leaf tile that became full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedTile {
    index: u64,
    leaves: Vec<Fr>,
}

impl FinishedTile {
    /// Its place in the tree.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// All its leaves.
    #[must_use]
    pub fn leaves(&self) -> &[Fr] {
        &self.leaves
    }
}

/// A tree that grows. In memory: up to three nodes a level, the leaves of the unfinished tile, the roots of full tiles.
#[derive(Debug, Clone)]
pub struct Tree {
    shape: Shape,
    size: u64,
    /// Per level the nodes that wait for their siblings; the last level holds the root of a full tree.
    edge: Vec<Vec<Fr>>,
    tile: Vec<Fr>,
    upper: Vec<Fr>,
    root: OnceLock<Fr>,
}

impl Tree {
    /// A tree without leaves.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            size: 0,
            edge: vec![Vec::new(); usize::from(shape.depth()) + 1],
            tile: Vec::new(),
            upper: Vec::new(),
            root: OnceLock::new(),
        }
    }

    /// The tree whose full tiles have the roots `upper` and whose unfinished tile has the leaves `tile`.
    ///
    /// # Errors
    /// [`ForestError::Full`] if that is more than a tree takes, [`ForestError::Range`] if `tile` would be a full one.
    pub fn restore(shape: Shape, upper: &[Fr], tile: &[Fr]) -> Result<Self, ForestError> {
        let full = u64::try_from(upper.len()).map_err(|_| ForestError::Full)?;
        let leaves = u64::try_from(tile.len()).map_err(|_| ForestError::Full)?;
        if full > shape.tiles() || (full == shape.tiles() && leaves > 0) {
            return Err(ForestError::Full);
        }
        if leaves >= shape.tile_width() {
            return Err(ForestError::Range);
        }
        let mut tree = Self::new(shape);
        tree.climb(shape.tile_height(), upper.to_vec());
        tree.size = full * shape.tile_width();
        tree.upper = upper.to_vec();
        tree.append(tile)?;
        Ok(tree)
    }

    /// Its depth and tiles.
    #[must_use]
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// How many more leaves it takes.
    #[must_use]
    pub const fn room(&self) -> u64 {
        self.shape.capacity() - self.size
    }

    /// Leaves of the unfinished tile.
    #[must_use]
    pub fn tile(&self) -> &[Fr] {
        &self.tile
    }

    /// Roots of the full tiles.
    #[must_use]
    pub fn upper(&self) -> &[Fr] {
        &self.upper
    }

    /// Adds leaves, all or none, and hashes each node that becomes complete once. Returns the tiles that became full.
    ///
    /// # Errors
    /// [`ForestError::Full`].
    pub fn append(&mut self, leaves: &[Fr]) -> Result<Vec<FinishedTile>, ForestError> {
        let count = u64::try_from(leaves.len()).map_err(|_| ForestError::Full)?;
        if count > self.room() {
            return Err(ForestError::Full);
        }
        let mut finished = Vec::new();
        let mut rest = leaves;
        let mut index = self.size / self.shape.tile_width();
        // A tile has at most 65,536 leaves.
        let width = usize::try_from(self.shape.tile_width()).unwrap_or(usize::MAX);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(width - self.tile.len()));
            self.tile.extend_from_slice(now);
            rest = later;
            if self.tile.len() == width {
                let leaves = std::mem::take(&mut self.tile);
                finished.push(FinishedTile { index, leaves });
                index += 1;
            }
        }
        if count > 0 {
            let roots = self.climb(0, leaves.to_vec());
            self.upper.extend(roots);
            self.size += count;
            self.root = OnceLock::new();
        }
        Ok(finished)
    }

    /// Root, with empty subtrees where there are no leaves yet. Computed once after each append.
    #[must_use]
    pub fn root(&self) -> Fr {
        *self.root.get_or_init(|| {
            let mut carried: Option<Fr> = None;
            for (level, waiting) in (0..self.shape.depth()).zip(&self.edge) {
                let children: Vec<Fr> = waiting.iter().copied().chain(carried).collect();
                carried = (!children.is_empty()).then(|| node(&padded(&children, level)));
            }
            let full = self.edge.last().and_then(|level| level.first()).copied();
            let root = full.or(carried);
            root.unwrap_or_else(|| empty_root(self.shape.depth()))
        })
    }

    /// Puts nodes of one level behind those that wait there and hashes upwards; returns the new roots of full tiles.
    fn climb(&mut self, from: u8, nodes: Vec<Fr>) -> Vec<Fr> {
        let mut roots = Vec::new();
        let mut nodes = nodes;
        for (level, waiting) in (0u8..).zip(&mut self.edge).skip(usize::from(from)) {
            waiting.append(&mut nodes);
            if level == self.shape.depth() {
                break;
            }
            nodes = parents(waiting);
            waiting.drain(..nodes.len() * ARITY);
            if level + 1 == self.shape.tile_height() {
                roots.clone_from(&nodes);
            }
        }
        roots
    }
}

/// Hashes of the complete groups of four.
fn parents(nodes: &[Fr]) -> Vec<Fr> {
    let (groups, _) = nodes.as_chunks::<ARITY>();
    #[cfg(feature = "parallel")]
    if groups.len() >= PARALLEL {
        use rayon::prelude::*;
        return groups.par_iter().map(node).collect();
    }
    groups.iter().map(node).collect()
}

/// Hashes of all groups of four, the last one filled up.
fn padded_parents(row: &[Fr], level: u8) -> Vec<Fr> {
    let parent = |group: &[Fr]| node(&padded(group, level));
    #[cfg(feature = "parallel")]
    if row.len() >= ARITY * PARALLEL {
        use rayon::prelude::*;
        let groups = row.par_chunks(ARITY).with_min_len(PARALLEL);
        return groups.map(parent).collect();
    }
    row.chunks(ARITY).map(parent).collect()
}

/// Root of a subtree of `height` levels over a row of nodes of `level`, and the children on the way from node `index`.
pub fn ascend(row: &[Fr], level: u8, height: u8, index: usize) -> (Fr, Vec<[Fr; ARITY]>) {
    let mut row = row.to_vec();
    let mut way = Vec::with_capacity(usize::from(height));
    let mut index = index;
    for level in level..level + height {
        index /= ARITY;
        let siblings = row.chunks(ARITY).nth(index).unwrap_or_default();
        way.push(padded(siblings, level));
        row = padded_parents(&row, level);
    }
    let root = row.first().copied();
    (root.unwrap_or_else(|| empty_root(level + height)), way)
}
