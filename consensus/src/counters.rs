//! How often something that a peer sent was dropped, by the reason.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why it was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// The bytes are no message.
    Undecodable,
    /// A piece of a body for a height or round that is not open.
    Stale,
    /// A piece of a body by somebody whose turn it is not.
    NotProposer,
    /// A piece of a body that the proposer has not sealed.
    Unsealed,
    /// A body beyond those that are judged in a round.
    Surplus,
    /// Pieces that contradict each other, or a body of another digest.
    Inconsistent,
    /// A body, or all unfinished ones together, beyond the limits.
    TooLarge,
}

const KINDS: usize = 7;

// Of the process: the decoders that the engine holds have no place for more.
static COUNTS: [AtomicU64; KINDS] = [const { AtomicU64::new(0) }; KINDS];

impl Dropped {
    /// All of them.
    pub const ALL: [Self; KINDS] = [
        Self::Undecodable,
        Self::Stale,
        Self::NotProposer,
        Self::Unsealed,
        Self::Surplus,
        Self::Inconsistent,
        Self::TooLarge,
    ];

    /// Its name in logs and figures.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Undecodable => "undecodable",
            Self::Stale => "stale",
            Self::NotProposer => "not-proposer",
            Self::Unsealed => "unsealed",
            Self::Surplus => "surplus",
            Self::Inconsistent => "inconsistent",
            Self::TooLarge => "too-large",
        }
    }

    fn slot(self) -> Option<&'static AtomicU64> {
        let at = Self::ALL.iter().position(|kind| *kind == self)?;
        COUNTS.get(at)
    }
}

/// Counts one.
pub fn count(why: Dropped) {
    if let Some(slot) = why.slot() {
        slot.fetch_add(1, Ordering::Relaxed);
    }
}

/// How many were dropped for this reason since the process began, over all engines in it.
#[must_use]
pub fn dropped(why: Dropped) -> u64 {
    why.slot().map_or(0, |slot| slot.load(Ordering::Relaxed))
}
