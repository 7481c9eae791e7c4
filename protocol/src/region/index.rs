use crate::codec::DecodeError;
use serde::{Deserialize, Serialize};

/// How many indexes the bitmaps of a note can hold.
pub const CAPACITY: u16 = 759;

/// Position of a region in the append-only table; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct RegionIndex(u16);

impl RegionIndex {
    /// An index below [`CAPACITY`].
    pub const fn new(n: u16) -> Result<Self, DecodeError> {
        if n < CAPACITY {
            Ok(Self(n))
        } else {
            Err(DecodeError::Invalid("a region index below 759"))
        }
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Every index the bitmaps can hold, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..CAPACITY).map(Self)
    }
}

impl TryFrom<u16> for RegionIndex {
    type Error = DecodeError;
    fn try_from(n: u16) -> Result<Self, DecodeError> {
        Self::new(n)
    }
}

impl From<RegionIndex> for u16 {
    fn from(r: RegionIndex) -> u16 {
        r.0
    }
}

impl From<RegionIndex> for usize {
    fn from(r: RegionIndex) -> usize {
        usize::from(r.0)
    }
}

impl std::fmt::Display for RegionIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
