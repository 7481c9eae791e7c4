//! Heights of the consensus.

use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use std::fmt;

/// Which decision: the first is 1, and each decides one body, which may be empty.
///
/// It is not the ledger's number of blocks: an empty body makes no block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Height(u64);

impl Height {
    /// Before the first decision.
    pub const ZERO: Self = Self(0);
    /// The first decision.
    pub const FIRST: Self = Self(1);

    /// The height of this number.
    #[must_use]
    pub const fn new(height: u64) -> Self {
        Self(height)
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after it; the last one that there is stays.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Canonical for Height {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.0);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u64("the height").map(Self)
    }
}

impl malachitebft_core_types::Height for Height {
    const ZERO: Self = Self::ZERO;
    const INITIAL: Self = Self::FIRST;

    fn increment_by(&self, n: u64) -> Self {
        Self(self.0.saturating_add(n))
    }

    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.checked_sub(n).map(Self)
    }

    fn as_u64(&self) -> u64 {
        self.0
    }
}
