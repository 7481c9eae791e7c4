//! What becomes of a row: a sighting, a change of operator, or quarantine with a reason. None is dropped.

use std::collections::BTreeMap;
use std::fmt;

use luyin_protocol::region::RegionIndex;
use luyin_protocol::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use crate::event::{Event, EventKind};
use crate::place::Places;
use crate::rules::{Rules, RulesInForce};
use crate::token::SubscriberToken;

/// Why a row counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Reason {
    /// A field is missing or unreadable, or the kind is none.
    Garbage = 1,
    /// The subscriber is not named by a token.
    NotAToken = 2,
    /// Before the first day that the rules speak of.
    Ancient = 3,
    /// After the moment at which it was delivered.
    Future = 4,
    /// It came later than the rules allow; its day is closed.
    TooLate = 5,
    /// No region ever had that code.
    UnknownRegion = 6,
    /// The region had ended, and none took over.
    RetiredRegion = 7,
    /// The region had not begun.
    RegionToCome = 8,
    /// The same subscriber, second, region and kind stand in the same delivery already.
    Duplicate = 9,
}

impl Reason {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Garbage,
        Self::NotAToken,
        Self::Ancient,
        Self::Future,
        Self::TooLate,
        Self::UnknownRegion,
        Self::RetiredRegion,
        Self::RegionToCome,
        Self::Duplicate,
    ];

    /// Its number, from 1.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The reason with that number.
    #[must_use]
    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.number() == number)
    }

    /// As reports spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Garbage => "garbage",
            Self::NotAToken => "not-a-token",
            Self::Ancient => "ancient",
            Self::Future => "future",
            Self::TooLate => "too-late",
            Self::UnknownRegion => "unknown-region",
            Self::RetiredRegion => "retired-region",
            Self::RegionToCome => "region-to-come",
            Self::Duplicate => "duplicate",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A subscriber's telephone in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sighting {
    /// Who.
    pub token: SubscriberToken,
    /// The Beijing day, wherever the telephone was.
    pub day: Day,
    /// Second of that day.
    pub second: u32,
    /// Where, as the region stood on the day.
    pub region: RegionIndex,
    /// By what.
    pub kind: EventKind,
    /// Whether the row named a region that this one took over.
    pub succeeded: bool,
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It counts.
    Seen(Sighting),
    /// The number changed its operator: what this operator knows of the day is not all.
    Ported {
        /// Whose.
        token: SubscriberToken,
        /// When, a Beijing day.
        day: Day,
        /// Second of that day.
        second: u32,
        /// From or to another operator.
        kind: EventKind,
    },
    /// It does not.
    Quarantined(Reason),
}

/// Judges the rows of one delivery.
#[derive(Clone, Copy, Debug)]
pub struct Judge {
    places: &'static Places,
    rules: RulesInForce,
    received: i64,
    oldest: i64,
}

impl Judge {
    /// For what was delivered at a moment, by the rules of its day.
    #[must_use]
    pub fn of_delivery(received: Timestamp) -> Self {
        let rules = Rules::embedded().on(received.day());
        let seconds = |at: Timestamp| i64::try_from(at.get() / 1000).unwrap_or(i64::MAX);
        Self {
            places: Places::embedded(),
            rules,
            received: seconds(received),
            oldest: seconds(rules.oldest.start()),
        }
    }

    /// What becomes of a row. Whether it is there twice is not asked here.
    #[must_use]
    pub fn fate(&self, event: &Event<'_>) -> Fate {
        self.judged(event).unwrap_or_else(Fate::Quarantined)
    }

    fn judged(&self, event: &Event<'_>) -> Result<Fate, Reason> {
        let (Some(token), Some(time), Some(kind)) = (event.token, event.time, event.kind) else {
            return Err(Reason::Garbage);
        };
        let kind: EventKind = kind.parse().map_err(|_| Reason::Garbage)?;
        let token = SubscriberToken::new(token).map_err(|_| Reason::NotAToken)?;
        let (day, second) = self.moment(time)?;
        if !kind.is_sighting() {
            return Ok(Fate::Ported {
                token,
                day,
                second,
                kind,
            });
        }
        let place = self.places.on(event.code.ok_or(Reason::Garbage)?, day)?;
        Ok(Fate::Seen(Sighting {
            token,
            day,
            second,
            region: place.region,
            kind,
            succeeded: place.succeeded,
        }))
    }

    fn moment(&self, time: i64) -> Result<(Day, u32), Reason> {
        if time < self.oldest {
            return Err(Reason::Ancient);
        }
        if time > self.received {
            return Err(Reason::Future);
        }
        // Both lie between the oldest day and the delivery.
        if self.received - time > i64::from(self.rules.late_seconds) {
            return Err(Reason::TooLate);
        }
        let time = u64::try_from(time).map_err(|_| Reason::Ancient)?;
        let at = Timestamp::new(time.saturating_mul(1000));
        let second = at.since_midnight_ms() / 1000;
        Ok((at.day(), u32::try_from(second).unwrap_or(u32::MAX)))
    }
}

/// What became of the rows of a delivery: `rows = seen + ported + quarantined`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows read.
    pub rows: u64,
    /// Sightings, each once.
    pub seen: u64,
    /// Of them under the code of a region that another one took over.
    pub succeeded: u64,
    /// Changes of operator.
    pub ported: u64,
    /// Rows in quarantine, by their reasons.
    pub quarantined: BTreeMap<Reason, u64>,
}

impl Counts {
    /// Counts a row's fate.
    pub fn count(&mut self, fate: &Fate) {
        self.rows += 1;
        match fate {
            Fate::Seen(sighting) => {
                self.seen += 1;
                self.succeeded += u64::from(sighting.succeeded);
            }
            Fate::Ported { .. } => self.ported += 1,
            Fate::Quarantined(reason) => self.quarantine(*reason, 1),
        }
    }

    /// Rows for quarantine that are in `rows` already.
    pub fn quarantine(&mut self, reason: Reason, rows: u64) {
        if rows > 0 {
            *self.quarantined.entry(reason).or_default() += rows;
        }
    }

    /// Both together.
    pub fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.seen += other.seen;
        self.succeeded += other.succeeded;
        self.ported += other.ported;
        for (reason, rows) in &other.quarantined {
            self.quarantine(*reason, *rows);
        }
    }

    /// Whether every row has its fate.
    #[must_use]
    pub fn balance(&self) -> bool {
        self.rows == self.seen + self.ported + self.quarantined.values().sum::<u64>()
    }
}

#[cfg(test)]
mod tests;
