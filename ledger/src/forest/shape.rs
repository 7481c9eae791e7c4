//! How deep a tree is and how it is cut into tiles.

use super::ForestError;

/// Deepest tree.
pub const MAX_DEPTH: u8 = 15;

/// Depth of a tree and height of its leaf tiles, in levels of arity four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    depth: u8,
    tile_height: u8,
}

impl Shape {
    /// That of the network: 12 levels, 16,777,216 leaves, tiles of 4,096 leaves.
    pub const NETWORK: Self = Self {
        depth: 12,
        tile_height: 6,
    };

    /// A tree of `depth` levels whose leaf tiles are subtrees of `tile_height` levels.
    ///
    /// # Errors
    /// [`ForestError::Shape`] unless `1 <= tile_height < depth <= 15` and a tile has at most 65,536 leaves.
    pub fn new(depth: u8, tile_height: u8) -> Result<Self, ForestError> {
        if tile_height == 0 || tile_height > 8 || tile_height >= depth || depth > MAX_DEPTH {
            return Err(ForestError::Shape);
        }
        Ok(Self { depth, tile_height })
    }

    /// Levels from a leaf to the root.
    #[must_use]
    pub const fn depth(self) -> u8 {
        self.depth
    }

    /// Levels from a leaf to the root of its tile.
    #[must_use]
    pub const fn tile_height(self) -> u8 {
        self.tile_height
    }

    /// Levels from the root of a tile to that of the tree.
    #[must_use]
    pub const fn upper_height(self) -> u8 {
        self.depth - self.tile_height
    }

    /// Leaves that a tree can take.
    #[must_use]
    pub const fn capacity(self) -> u64 {
        1 << (2 * self.depth)
    }

    /// Leaves of a full tile.
    #[must_use]
    pub const fn tile_width(self) -> u64 {
        1 << (2 * self.tile_height)
    }

    /// Tiles of a full tree.
    #[must_use]
    pub const fn tiles(self) -> u64 {
        1 << (2 * self.upper_height())
    }
}
