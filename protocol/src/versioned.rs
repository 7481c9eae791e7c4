//! Which version of a policy or a risk list counts at a moment (protocol clause 6.4).

use crate::policy::Policy;
use crate::risk::RiskList;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Data that is published in versions, each with the moment it takes effect and the grace in which
/// its predecessor is still accepted.
pub trait Versioned {
    /// Whether both are versions of the same thing.
    fn is_version_of(&self, other: &Self) -> bool;
    /// Versions count from 1 without gaps.
    fn version(&self) -> u32;
    /// When this version takes effect.
    fn effective(&self) -> Timestamp;
    /// How long the previous version is accepted after that.
    fn grace_ms(&self) -> u32;
}

impl Versioned for Policy {
    fn is_version_of(&self, other: &Self) -> bool {
        self.reference.id == other.reference.id
    }
    fn version(&self) -> u32 {
        self.reference.version.into()
    }
    fn effective(&self) -> Timestamp {
        self.effective
    }
    fn grace_ms(&self) -> u32 {
        self.grace_ms
    }
}

impl Versioned for RiskList {
    /// There is one list.
    fn is_version_of(&self, _: &Self) -> bool {
        true
    }
    fn version(&self) -> u32 {
        self.version
    }
    fn effective(&self) -> Timestamp {
        self.effective
    }
    fn grace_ms(&self) -> u32 {
        self.grace_ms
    }
}

/// How a version stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Published, not yet in effect.
    Future,
    /// The one in effect.
    Current,
    /// Superseded, still accepted.
    Grace,
    /// No longer accepted.
    Retired,
}

impl Standing {
    /// Whether proofs under this version are accepted.
    #[must_use]
    pub const fn is_accepted(self) -> bool {
        matches!(self, Self::Current | Self::Grace)
    }
}

/// How `item` stands among the `versions` of the same thing; others are passed over. A version is superseded by the next
/// number that is in effect; only the direct predecessor of the current one has a grace.
#[must_use]
pub fn standing<'a, T: Versioned + 'a>(
    item: &T,
    versions: impl IntoIterator<Item = &'a T>,
    now: Timestamp,
) -> Standing {
    if item.effective() > now {
        return Standing::Future;
    }
    let superseding =
        |v: &&T| v.is_version_of(item) && v.effective() <= now && v.version() > item.version();
    let later: Vec<&T> = versions.into_iter().filter(superseding).collect();
    match later.as_slice() {
        [] => Standing::Current,
        [next]
            if next.version() == item.version() + 1
                && now < next.effective().plus_ms(next.grace_ms().into()) =>
        {
            Standing::Grace
        }
        _ => Standing::Retired,
    }
}

/// The version in effect, if any.
#[must_use]
pub fn current<T: Versioned>(versions: &[T], now: Timestamp) -> Option<&T> {
    versions
        .iter()
        .filter(|v| v.effective() <= now)
        .max_by_key(|v| v.version())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::itinerary::Itinerary;

    fn list(version: u32, effective: u64, grace_ms: u32) -> RiskList {
        RiskList {
            version,
            regions: Itinerary::default(),
            effective: Timestamp::new(effective),
            grace_ms,
        }
    }

    #[test]
    fn the_old_version_is_accepted_until_the_grace_of_the_new_one_ends() {
        let all = [list(1, 100, 0), list(2, 200, 50), list(3, 300, 0)];
        let at = |i: usize, t: u64| standing(&all[i], &all, Timestamp::new(t));
        assert_eq!(at(0, 99), Standing::Future);
        assert_eq!(at(0, 100), Standing::Current);
        assert_eq!(at(0, 200), Standing::Grace);
        assert_eq!(at(0, 249), Standing::Grace);
        assert_eq!(at(0, 250), Standing::Retired);
        assert_eq!(at(1, 299), Standing::Current);
        assert_eq!(at(1, 300), Standing::Retired, "an emergency has no grace");
        assert_eq!(current(&all, Timestamp::new(299)).unwrap().version, 2);
        assert!(current(&all, Timestamp::new(99)).is_none());
    }
}
