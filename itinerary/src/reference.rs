//! The derivation as the rule says it, one event after another, everything in memory.

use std::collections::{BTreeMap, HashSet};

use luyin_protocol::region::RegionIndex;
use luyin_protocol::time::{Day, Timestamp};

use crate::event::{Event, EventKind};
use crate::judge::{Counts, Fate, Judge, Reason};
use crate::record::Records;
use crate::rules::Rules;
use crate::token::SubscriberToken;

/// First and last sighting in a region within one day, in seconds of that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    first: u32,
    last: u32,
}

impl Stay {
    /// A single sighting.
    #[must_use]
    pub const fn at(second: u32) -> Self {
        Self {
            first: second,
            last: second,
        }
    }

    /// And another one, before or after.
    pub fn see(&mut self, second: u32) {
        self.first = self.first.min(second);
        self.last = self.last.max(second);
    }

    /// Whether it is long enough to count on that day. What lies between the two does not matter: who flaps over a border
    /// all day stays on both sides of it.
    #[must_use]
    pub fn counts_on(self, day: Day) -> bool {
        self.last - self.first >= Rules::embedded().on(day).stay_seconds
    }
}

/// What a row says, for finding it a second time: subscriber, day, second, region and whether under an old code, kind.
type Said = (
    SubscriberToken,
    Day,
    u32,
    Option<(RegionIndex, bool)>,
    EventKind,
);

/// The derivation.
#[derive(Debug, Default)]
pub struct Reference {
    stays: BTreeMap<(Day, SubscriberToken), BTreeMap<RegionIndex, Stay>>,
    ported: HashSet<(Day, SubscriberToken)>,
    counts: BTreeMap<Timestamp, Counts>,
    said: HashSet<(Timestamp, Said)>,
}

impl Reference {
    /// Takes a row of what was delivered at a moment.
    pub fn take(&mut self, received: Timestamp, event: &Event<'_>) {
        let mut fate = Judge::of_delivery(received).fate(event);
        let said = match fate {
            Fate::Seen(s) => {
                let place = Some((s.region, s.succeeded));
                Some((s.token, s.day, s.second, place, s.kind))
            }
            Fate::Ported {
                token,
                day,
                second,
                kind,
            } => Some((token, day, second, None, kind)),
            Fate::Quarantined(_) => None,
        };
        if said.is_some_and(|said| !self.said.insert((received, said))) {
            fate = Fate::Quarantined(Reason::Duplicate);
        }
        self.counts.entry(received).or_default().count(&fate);
        match fate {
            Fate::Seen(seen) => {
                let regions = self.stays.entry((seen.day, seen.token)).or_default();
                let stay = regions.entry(seen.region);
                stay.or_insert(Stay::at(seen.second)).see(seen.second);
            }
            Fate::Ported { token, day, .. } => {
                self.stays.entry((day, token)).or_default();
                self.ported.insert((day, token));
            }
            Fate::Quarantined(_) => {}
        }
    }

    /// What is kept of every day.
    #[must_use]
    pub fn records(&self) -> Records {
        let mut records = Records::new();
        for ((day, token), regions) in &self.stays {
            let record = records.entry(*day).or_default().entry(*token).or_default();
            record.ported = self.ported.contains(&(*day, *token));
            for (region, stay) in regions {
                if stay.counts_on(*day) {
                    record.regions.insert(*region);
                }
            }
        }
        records
    }

    /// What became of each delivery's rows.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<Timestamp, Counts> {
        &self.counts
    }
}

#[cfg(test)]
mod tests;
