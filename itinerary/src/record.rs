//! What is kept of a subscriber's day.

use std::collections::BTreeMap;

use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::time::Day;

use crate::token::SubscriberToken;

/// A subscriber's day: no times, no stations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayRecord {
    /// Regions stayed in. Empty for who was seen and stayed nowhere long enough.
    pub regions: Itinerary,
    /// Whether the number changed its operator on that day.
    pub ported: bool,
}

impl DayRecord {
    /// Adds what another day, or another part of the same day, says.
    pub fn add(&mut self, other: &Self) {
        for region in other.regions.regions() {
            self.regions.insert(region);
        }
        self.ported |= other.ported;
    }
}

/// All records of some days.
pub type Records = BTreeMap<Day, BTreeMap<SubscriberToken, DayRecord>>;
