//! What a state consists of. The manifest is the one file that commits: a day's file counts once it stands here.

use std::collections::{BTreeMap, BTreeSet};

use luyin_itinerary::{Counts, Moment, Rules};
use luyin_protocol::time::Day;
use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;

/// The form of manifests and day files.
pub const VERSION: u32 = 1;

/// A day as files and people spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(pub Day);

impl TryFrom<String> for Date {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let day = Day::from_iso(&text).map(Self);
        day.map_err(|_| format!("{text:?} is no date YYYY-MM-DD"))
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.0.to_iso()
    }
}

/// A delivery that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// Its files as they were.
    pub files: Vec<Fingerprint>,
    /// Days of which it saw something.
    pub days: BTreeSet<Date>,
    /// Its rows by their fate.
    pub counts: Counts,
}

/// A day that was derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// File below the state.
    pub file: String,
    /// SHA-256 of it, in hex.
    pub sha256: String,
    /// From 1; each supersession by late events adds one.
    pub revision: u32,
    /// Subscribers seen.
    pub subscribers: u64,
}

/// All of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`VERSION`].
    pub version: u32,
    /// Deliveries that were read and touch a day that is kept.
    pub deliveries: BTreeMap<Moment, Read>,
    /// When the newest delivery came that was ever read: days that ended before it are complete.
    pub newest: Option<Moment>,
    /// Days to derive, since a delivery touches them that is not in their file yet.
    pub pending: BTreeSet<Date>,
    /// Days that were derived.
    pub days: BTreeMap<Date, Derived>,
}

impl Default for Manifest {
    fn default() -> Self {
        Self {
            version: VERSION,
            deliveries: BTreeMap::new(),
            newest: None,
            pending: BTreeSet::new(),
            days: BTreeMap::new(),
        }
    }
}

impl Manifest {
    /// The oldest day that is kept: the window of the newest day, and one more. `None` while there is no day.
    pub fn first_kept(&self, rules: &Rules) -> Option<Day> {
        let last = |days: Option<&Date>| days.map(|date| date.0);
        let newest = last(self.days.keys().next_back()).max(last(self.pending.last()))?;
        Some(newest.plus(1).minus(rules.kept_days(newest)))
    }

    /// Whether all of a day has been delivered, late events aside, and is in the state.
    pub fn is_complete(&self, day: Day) -> bool {
        let ended = self.newest.is_some_and(|newest| newest.day() > day);
        let date = Date(day);
        ended && self.days.contains_key(&date) && !self.pending.contains(&date)
    }
}
