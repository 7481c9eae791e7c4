//! The path from a leaf to an epoch root, as the circuits take it: per level the four children, no index.

use super::{ARITY, EPOCH_LEVELS, LeafPosition, Shape, Window, node, tree::ascend};
use ark_bn254::Fr;

/// Why a path could not be made, or proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The tiles do not hold that leaf.
    #[error("no such leaf in these tiles")]
    Range,
    /// The leaf's tile has another root than the upper file says.
    #[error("the tile does not fit the upper file")]
    Tile,
    /// The tree has another root than the window says.
    #[error("the tiles do not fit the tree's root")]
    Tree,
    /// The path has another number of levels than expected.
    #[error("wrong number of levels")]
    Levels,
    /// A node is not among the children that the path gives for its parent.
    #[error("the path is broken at level {0}")]
    Broken(usize),
    /// The path ends in another root.
    #[error("leads to another root")]
    Root,
}

/// What a path is made of. A wallet fetches runs of tiles and never names its own leaf.
#[derive(Debug, Clone, Copy)]
pub struct PathParts<'a> {
    /// Shape of the tree.
    pub shape: Shape,
    /// The leaf.
    pub position: LeafPosition,
    /// The 16 tree roots under the epoch or archive root.
    pub window: &'a Window,
    /// Roots of the full tiles of the leaf's tree.
    pub upper: &'a [Fr],
    /// Leaves of the tile that holds the leaf.
    pub tile: &'a [Fr],
    /// Leaves of the tree's unfinished tile; empty if there is none.
    pub last: &'a [Fr],
}

/// A leaf and, per level from the leaf on, the four children of its ancestors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    leaf: Fr,
    levels: Vec<[Fr; ARITY]>,
}

impl Path {
    /// A path put together elsewhere; [`Path::verify`] tells whether it proves anything.
    #[must_use]
    pub const fn new(leaf: Fr, levels: Vec<[Fr; ARITY]>) -> Self {
        Self { leaf, levels }
    }

    /// Makes the path to the epoch root, `depth + 2` levels, and checks the tiles on the way.
    ///
    /// # Errors
    /// [`PathError::Range`], [`PathError::Tile`], [`PathError::Tree`].
    pub fn build(parts: &PathParts<'_>) -> Result<Self, PathError> {
        let PathParts {
            shape,
            position,
            window,
            upper,
            tile,
            last,
        } = *parts;
        let to_usize = |number| usize::try_from(number).map_err(|_| PathError::Range);
        let inside = to_usize(position.index() % shape.tile_width())?;
        let number = to_usize(position.index() / shape.tile_width())?;
        let leaf = *tile.get(inside).ok_or(PathError::Range)?;
        let fits = |count: usize, most: u64| u64::try_from(count).is_ok_and(|c| c <= most);
        if !fits(tile.len(), shape.tile_width()) || !fits(last.len(), shape.tile_width() - 1) {
            return Err(PathError::Range);
        }

        let (tile_root, mut levels) = ascend(tile, 0, shape.tile_height(), inside);
        let mut row = upper.to_vec();
        if !last.is_empty() {
            row.push(ascend(last, 0, shape.tile_height(), 0).0);
        }
        if !fits(row.len(), shape.tiles()) {
            return Err(PathError::Range);
        }
        if row.get(number) != Some(&tile_root) {
            return Err(PathError::Tile);
        }
        let (tree_root, way) = ascend(&row, shape.tile_height(), shape.upper_height(), number);
        levels.extend(way);
        if window.get(position.place()) != Some(&tree_root) {
            return Err(PathError::Tree);
        }
        let (_, way) = ascend(window, shape.depth(), EPOCH_LEVELS, position.place());
        levels.extend(way);
        Ok(Self { leaf, levels })
    }

    /// The leaf.
    #[must_use]
    pub const fn leaf(&self) -> Fr {
        self.leaf
    }

    /// Per level the four children, from the leaf's siblings up.
    #[must_use]
    pub fn levels(&self) -> &[[Fr; ARITY]] {
        &self.levels
    }

    /// The root it leads to.
    ///
    /// # Errors
    /// [`PathError::Broken`].
    pub fn root(&self) -> Result<Fr, PathError> {
        let mut current = self.leaf;
        for (level, children) in self.levels.iter().enumerate() {
            if !children.contains(&current) {
                return Err(PathError::Broken(level));
            }
            current = node(children);
        }
        Ok(current)
    }

    /// Checks that it leads from its leaf to `root` in `depth + 2` levels.
    ///
    /// Without the count a path could begin at an inner node, which is a hash that somebody may have chosen as a leaf.
    ///
    /// # Errors
    /// [`PathError`].
    pub fn verify(&self, shape: Shape, root: Fr) -> Result<(), PathError> {
        if self.levels.len() != usize::from(shape.depth() + EPOCH_LEVELS) {
            return Err(PathError::Levels);
        }
        match self.root()? == root {
            true => Ok(()),
            false => Err(PathError::Root),
        }
    }
}
