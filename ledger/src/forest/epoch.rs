//! Many trees, one after the other, and the roots that join them.
//!
//! Tree `i` stands at place `i mod 16` of the epoch, so a tree keeps its place for as long as it is among the newest 16.
//! Once it is not, it stands at the same place under the archive root of its group, `i / 16`.

use super::{ARITY, EPOCH_LEVELS, ForestError, Shape, Tree, empty_root, tree::ascend};
use super::{FinishedTile, Path, PathError, PathParts};
use ark_bn254::Fr;

/// Trees under one epoch root.
pub const WINDOW: usize = ARITY * ARITY;

/// The roots of the trees at the 16 places of an epoch or an archive; the empty tree's where there is none.
pub type Window = [Fr; WINDOW];

/// Root over the two levels that join 16 trees of a depth.
#[must_use]
pub fn window_root(shape: Shape, window: &Window) -> Fr {
    ascend(window, shape.depth(), EPOCH_LEVELS, 0).0
}

/// Where a leaf stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafPosition {
    tree: u64,
    index: u64,
}

impl LeafPosition {
    /// Leaf `index` of tree `tree`.
    #[must_use]
    pub const fn new(tree: u64, index: u64) -> Self {
        Self { tree, index }
    }

    /// Number of the tree, from 0.
    #[must_use]
    pub const fn tree(self) -> u64 {
        self.tree
    }

    /// Number of the leaf in its tree, from 0.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.index
    }

    /// Its tree's place in an epoch or archive.
    #[must_use]
    pub const fn place(self) -> usize {
        place(self.tree)
    }
}

/// A tile that became full, with its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    tree: u64,
    tile: FinishedTile,
}

impl Placed {
    /// Number of the tree.
    #[must_use]
    pub const fn tree(&self) -> u64 {
        self.tree
    }

    /// The tile.
    #[must_use]
    pub const fn tile(&self) -> &FinishedTile {
        &self.tile
    }
}

/// All trees of one kind: the roots of the closed ones and the open one.
#[derive(Debug, Clone)]
pub struct Forest {
    shape: Shape,
    closed: Vec<Fr>,
    open: Tree,
}

impl Forest {
    /// A forest with one tree and no leaf.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            closed: Vec::new(),
            open: Tree::new(shape),
        }
    }

    /// The forest of these closed trees' roots and this open tree.
    #[must_use]
    pub fn restore(closed: Vec<Fr>, open: Tree) -> Self {
        Self {
            shape: open.shape(),
            closed,
            open,
        }
    }

    /// Roots of the closed trees, oldest first.
    #[must_use]
    pub fn closed(&self) -> &[Fr] {
        &self.closed
    }

    /// The newest tree.
    #[must_use]
    pub const fn open(&self) -> &Tree {
        &self.open
    }

    /// Number of the newest tree.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.closed.len() as u64
    }

    /// Where the next leaf will stand.
    #[must_use]
    pub fn next(&self) -> LeafPosition {
        match self.open.room() {
            0 => LeafPosition::new(self.newest() + 1, 0),
            _ => LeafPosition::new(self.newest(), self.open.size()),
        }
    }

    /// Adds leaves. A full tree closes and a new one opens when the next leaf comes. Returns the tiles that became full.
    ///
    /// # Errors
    /// None today; the type is that of [`Tree::append`].
    pub fn append(&mut self, leaves: &[Fr]) -> Result<Vec<Placed>, ForestError> {
        let mut finished = Vec::new();
        let mut rest = leaves;
        while !rest.is_empty() {
            if self.open.room() == 0 {
                self.closed.push(self.open.root());
                self.open = Tree::new(self.shape);
            }
            let room = usize::try_from(self.open.room()).unwrap_or(usize::MAX);
            let (now, later) = rest.split_at(rest.len().min(room));
            let tree = self.newest();
            let tiles = self.open.append(now)?;
            finished.extend(tiles.into_iter().map(|tile| Placed { tree, tile }));
            rest = later;
        }
        Ok(finished)
    }

    /// Root of a tree, or `None` if it has not been opened.
    #[must_use]
    pub fn tree_root(&self, tree: u64) -> Option<Fr> {
        if tree == self.newest() {
            return Some(self.open.root());
        }
        let index = usize::try_from(tree).ok()?;
        self.closed.get(index).copied()
    }

    /// Roots of the newest 16 trees, each at its place.
    #[must_use]
    pub fn window(&self) -> Window {
        let oldest = self.newest().saturating_sub(WINDOW as u64 - 1);
        self.place_all(oldest..=self.newest())
    }

    /// The epoch root.
    #[must_use]
    pub fn epoch_root(&self) -> Fr {
        window_root(self.shape, &self.window())
    }

    /// Roots of the trees that are no longer among the newest 16, oldest first.
    #[must_use]
    pub fn archived(&self) -> &[Fr] {
        let count = usize::try_from(super::archived(self.newest() + 1)).unwrap_or(usize::MAX);
        self.closed.get(..count).unwrap_or_default()
    }

    /// The path of a leaf of the open tree's window to the epoch root, from the tiles of its tree.
    ///
    /// # Errors
    /// [`PathError`].
    pub fn epoch_path(
        &self,
        position: LeafPosition,
        upper: &[Fr],
        tile: &[Fr],
        last: &[Fr],
    ) -> Result<Path, PathError> {
        Path::build(&PathParts {
            shape: self.shape,
            position,
            window: &self.window(),
            upper,
            tile,
            last,
        })
    }

    fn place_all(&self, trees: impl Iterator<Item = u64>) -> Window {
        let mut window = [empty_root(self.shape.depth()); WINDOW];
        for tree in trees {
            if let (Some(slot), Some(root)) = (window.get_mut(place(tree)), self.tree_root(tree)) {
                *slot = root;
            }
        }
        window
    }
}

const fn place(tree: u64) -> usize {
    // Below 16.
    (tree % WINDOW as u64) as usize
}
