//! Where every choice of a run comes from: a small generator whose numbers never change with a library's version.

/// A stream of numbers drawn from a seed (SplitMix64, Steele, Lea and Flood 2014). Not for keys.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The stream of a seed.
    #[must_use]
    pub const fn of(seed: u64) -> Self {
        Self(seed ^ 0x5851_f42d_4c95_7f2d)
    }

    /// A stream of its own for one user, so that another user's draws do not move it.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self(self.draw())
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to `end`, without it; 0 where `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw().checked_rem(end).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn within(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// A place in a list of `length`.
    pub fn index(&mut self, length: usize) -> usize {
        let end = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(end)).unwrap_or(0)
    }

    /// One of a list.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.index(of.len()))
    }

    /// Whether something of so many in a thousand happens.
    pub fn happens(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_seed_are_the_same_for_ever() {
        let mut chance = Chance::of(7);
        let drawn = [chance.draw(), chance.below(100), chance.within(5, 9)];
        let mut again = Chance::of(7);
        assert_eq!(drawn, [again.draw(), again.below(100), again.within(5, 9)]);
        assert_ne!(Chance::of(7).draw(), Chance::of(8).draw());
        assert!((5..=9).contains(&drawn[2]));
    }

    #[test]
    fn an_empty_list_has_nothing_to_pick() {
        assert_eq!(Chance::of(1).pick::<u8>(&[]), None);
    }
}
