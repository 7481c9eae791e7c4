//! The derivation for a small operator: a drop of text, read and judged in one go by the reference, everything in memory and
//! nothing kept. What is larger, or comes as Parquet, is the engine's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use luyin_protocol::time::{Day, Timestamp};
use serde::Serialize;

use crate::asked::{Answered, Asked, AskedError};
use crate::delivery::{Delivery, DeliveryError, FileKind, Moment};
use crate::judge::Counts;
use crate::record::Records;
use crate::reference::Reference;
use crate::rules::Rules;
use crate::table::{Row, TableError, TableReader};
use crate::window::Window;

/// Rows of events that are held in memory at most.
pub const LARGEST: u64 = 1_000_000;

/// Why nothing was derived.
#[derive(Debug, thiserror::Error)]
pub enum SmallError {
    /// The operator's drop.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// One of its tables.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A delivery from the future: a folder named wrongly, or a clock that is.
    #[error("delivery {0} is named by a moment that has not come")]
    Early(Moment),
    /// Parquet.
    #[error("{0}: Parquet is read by the itinerary engine alone")]
    Parquet(PathBuf),
    /// Too much for one go.
    #[error(
        "the deliveries of the window hold more than {0} rows, which takes the itinerary engine"
    )]
    TooLarge(u64),
}

/// What the deliveries of a window hold.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Small {
    /// Deliveries that were read, with their rows by fate.
    pub deliveries: BTreeMap<Moment, Counts>,
    /// All rows.
    pub rows: Counts,
    /// Deliveries that came before the window: passed over.
    pub too_old: BTreeSet<Moment>,
    #[serde(skip)]
    records: Records,
}

impl Small {
    /// Derives the days of a window from at most `largest` rows of a drop.
    ///
    /// # Errors
    /// [`SmallError`]; a bad row is no error, it is counted.
    pub fn derive(
        drop: &Path,
        now: Timestamp,
        window: Window,
        largest: u64,
    ) -> Result<Self, SmallError> {
        let mut small = Self::default();
        let mut reference = Reference::default();
        let mut rows = 0;
        for delivery in Delivery::all_in(drop)? {
            let moment = delivery.moment;
            if moment.timestamp() > now {
                return Err(SmallError::Early(moment));
            }
            // What came before the window's first day can tell nothing of it.
            if moment.day() < window.first() {
                small.too_old.insert(moment);
                continue;
            }
            small.deliveries.insert(moment, Counts::default());
            for file in &delivery.files {
                take(file, moment, &mut reference, &mut rows, largest)?;
            }
        }
        for (received, counts) in reference.counts() {
            small.rows.add(counts);
            small
                .deliveries
                .insert(Moment::at(*received), counts.clone());
        }
        small.records = reference.records();
        Ok(small)
    }

    /// Whether all of a day has been delivered, late events aside: something was seen on it, and a delivery came after it.
    #[must_use]
    pub fn is_complete(&self, day: Day) -> bool {
        let newest = self.deliveries.keys().next_back();
        newest.is_some_and(|newest| newest.day() > day) && self.records.contains_key(&day)
    }

    /// What is known of every day.
    #[must_use]
    pub const fn records(&self) -> &Records {
        &self.records
    }

    /// Answers those who asked on a day: the table that `luyin attester issue` takes, and what is in it.
    ///
    /// # Errors
    /// [`AskedError`]; a row that cannot be answered is none.
    pub fn answer(&self, asked_on: Day, asked: &Path) -> Result<(Vec<u8>, Answered), AskedError> {
        let window = Window::asked_on(asked_on, Rules::embedded());
        let window = window.complete(|day| self.is_complete(day))?;
        let mut asked = Asked::read(asked, window)?;
        for day in window.days() {
            for (token, record) in self.records.get(&day).into_iter().flatten() {
                asked.know(day, *token, record);
            }
        }
        Ok(asked.answer())
    }
}

fn take(
    file: &Path,
    moment: Moment,
    reference: &mut Reference,
    rows: &mut u64,
    largest: u64,
) -> Result<(), SmallError> {
    if FileKind::of(file) == Some(FileKind::Parquet) {
        return Err(SmallError::Parquet(file.to_owned()));
    }
    let mut reader = TableReader::open(file)?;
    let mut row = Row::default();
    while reader.read(&mut row)? {
        *rows += 1;
        if *rows > largest {
            return Err(SmallError::TooLarge(largest));
        }
        reference.take(moment.timestamp(), &row.event());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
