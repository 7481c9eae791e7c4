//! Numbers that are the same on every machine and in every version of every crate: SplitMix64 (Steele, Lea, Flood: Fast
//! Splittable Pseudorandom Number Generators, 2014). Not for secrets.

use std::fmt;
use std::str::FromStr;

/// Where a synthetic month comes from. The version changes where the same number gives another month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(u64);

/// Not a seed of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a seed of this version is v1:NUMBER")]
pub struct InvalidSeed;

impl Seed {
    /// Number `n` of this version.
    #[must_use]
    pub const fn v1(n: u64) -> Self {
        Self(n)
    }
}

impl FromStr for Seed {
    type Err = InvalidSeed;

    fn from_str(text: &str) -> Result<Self, InvalidSeed> {
        let number = text.strip_prefix("v1:").ok_or(InvalidSeed)?;
        number.parse().map(Self).map_err(|_| InvalidSeed)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1:{}", self.0)
    }
}

/// A stream of numbers.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The stream of a purpose: of a person, or of a person's day.
    pub fn of(seed: Seed, purpose: &[u64]) -> Self {
        let mut state = mix(seed.0);
        for part in purpose {
            state = mix(state ^ mix(part.wrapping_add(0x9e37_79b9_7f4a_7c15)));
        }
        Self(state)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number from `low` to below `high`; `low` where there is none.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.saturating_sub(low).max(1));
        // The high half of a product: no division, and for spans like these no bias that matters.
        let scaled = (u128::from(self.bits()) * u128::from(span)) >> 64;
        low + u32::try_from(scaled).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub fn per_mille(&mut self, n: u32) -> bool {
        self.between(0, 1000) < n
    }

    /// One of them.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let n = u32::try_from(all.len()).unwrap_or(u32::MAX);
        all.get(usize::try_from(self.between(0, n)).unwrap_or(0))
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
