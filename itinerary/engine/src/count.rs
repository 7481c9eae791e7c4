//! `count`: how many subscribers have regions in their window, for a dry run of a risk list. Nobody is named.

use std::collections::{BTreeMap, HashMap};

use luyin_itinerary::{AskedError, DayRecord, Places, Reason, SubscriberToken};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::region::RegionCode;
use luyin_protocol::time::Day;
use serde::Serialize;

use crate::state::{State, StateError};
use crate::window::complete;

/// Cells below are not told, others are rounded down to its multiples, so that two lists that differ in a small town do not
/// tell how many live there.
pub const GRAIN: u64 = 10;

/// Why nothing was counted.
#[derive(Debug, thiserror::Error)]
pub enum CountError {
    /// The state.
    #[error(transparent)]
    State(#[from] StateError),
    /// A day that the state does not hold whole.
    #[error(transparent)]
    Incomplete(#[from] AskedError),
    /// A region of the list.
    #[error("{code}: {reason}")]
    Region {
        /// which
        code: RegionCode,
        /// why not
        reason: Reason,
    },
}

/// A number of subscribers that may be told: `null` below the grain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Cell(Option<u64>);

impl Cell {
    fn of(count: u64) -> Self {
        Self((count >= GRAIN).then_some(count / GRAIN * GRAIN))
    }

    /// What may be told.
    #[must_use]
    pub const fn told(self) -> Option<u64> {
        self.0
    }
}

/// What was counted. Every number is a multiple of ten, and none is below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// First day of the window.
    pub first: String,
    /// Its last.
    pub last: String,
    /// Subscribers seen in it.
    pub subscribers: Cell,
    /// Those with any of the regions.
    pub any: Cell,
    /// Those with each.
    pub regions: BTreeMap<String, Cell>,
}

/// Counts on a day.
///
/// # Errors
/// [`CountError`].
pub fn count(state: &State, asked: Day, codes: &[RegionCode]) -> Result<Counted, CountError> {
    let window = complete(state, asked)?;
    let mut list = Vec::new();
    for code in codes {
        let place = Places::embedded().on(&code.to_string(), asked);
        let region = place
            .map_err(|reason| CountError::Region {
                code: *code,
                reason,
            })?
            .region;
        list.push((*code, region));
    }
    let wanted = Itinerary::from_regions(list.iter().map(|(_, region)| *region));
    let mut met: HashMap<SubscriberToken, Itinerary> = HashMap::new();
    for day in window.days() {
        state.day(day, |token, record: &DayRecord| {
            let seen = met.entry(token).or_default();
            if record.regions.meets(&wanted) {
                for (_, region) in &list {
                    if record.regions.contains(*region) {
                        seen.insert(*region);
                    }
                }
            }
        })?;
    }
    let number = |found: usize| Cell::of(u64::try_from(found).unwrap_or(u64::MAX));
    let with = |region| met.values().filter(|seen| seen.contains(region)).count();
    Ok(Counted {
        first: window.first().to_iso(),
        last: window.last().to_iso(),
        subscribers: number(met.len()),
        any: number(met.values().filter(|seen| seen.meets(&wanted)).count()),
        regions: list
            .iter()
            .map(|(code, region)| (code.to_string(), number(with(*region))))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cells_are_not_told_and_large_ones_only_by_tens() {
        let told: Vec<Option<u64>> = [0, 1, 9, 10, 19, 123_456]
            .map(|n| Cell::of(n).told())
            .into();
        assert_eq!(told, [None, None, None, Some(10), Some(10), Some(123_450)]);
    }
}
