//! `derive`: reads what was delivered since the last run, surveys it, derives the days that it touches, forgets old ones.
//!
//! A day is a function of all deliveries that touch it, each judged by the moment at which it came, and of nothing else. So
//! it does not matter in how many runs they were read; a late event makes its day anew from the operator's own files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;

use datafusion::common::DataFusionError;
use datafusion::dataframe::DataFrame;
use datafusion::logical_expr::{col, lit};
use datafusion::prelude::SessionContext;
use luyin_itinerary::{Counts, DayRecord, Delivery, DeliveryError, Moment, Rules};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::time::{Day, Timestamp};
use serde::Serialize;

use crate::fingerprint::fingerprints;
use crate::groups::fold_by_subscriber;
use crate::judged::Judged;
use crate::packed::PORT;
use crate::session::session;
use crate::source::{SourceError, events};
use crate::state::{Date, Manifest, Read, Sets, State, StateError};
use crate::stays::{Part, Stays};
pub use crate::survey::Duplicates;
use crate::survey::{Survey, survey};

/// Days are derived in one reading of the deliveries that touch them while these have so many rows, which are held at 16 bytes
/// each for a while. Of more rows, one day is derived after another.
const ROWS_AT_ONCE: u64 = 16_000_000;

/// Why a derivation stopped. What was derived before stands, the rest is pending.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// The operator's drop.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// One of its files.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The state.
    #[error(transparent)]
    State(#[from] StateError),
    /// A delivery from the future: a folder named wrongly, or a clock that is.
    #[error("delivery {0} is named by a moment that has not come; nothing was read")]
    Early(Moment),
    /// A delivery that was read before and is needed again.
    #[error("delivery {moment} is no longer in the drop, and {} has to be derived from it again; nothing was read", day.to_iso())]
    Gone {
        /// which
        moment: Moment,
        /// for which day
        day: Day,
    },
    /// A delivery that is not what it was.
    #[error(
        "delivery {0} has other files than when it was read; what comes late comes in a delivery of its own; nothing was read"
    )]
    Changed(Moment),
    /// The query.
    #[error("the query failed: {0}")]
    Query(#[from] DataFusionError),
}

/// Seconds spent.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Spent {
    /// Reading files to know them again.
    pub fingerprints: f64,
    /// Counting rows by their fate.
    pub survey: f64,
    /// First and last sightings.
    pub query: f64,
    /// Sorting and writing days.
    pub writing: f64,
}

/// What a run did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Deliveries read now, with their rows by fate.
    pub deliveries: BTreeMap<Moment, Counts>,
    /// All rows read now.
    pub rows: Counts,
    /// Deliveries that came before the oldest day kept: passed over.
    pub too_old: BTreeSet<Moment>,
    /// Days derived now, and whether that changed them.
    pub derived: BTreeMap<Date, bool>,
    /// Days touched by what was read, but older than any that is kept.
    pub not_kept: BTreeSet<Date>,
    /// Days forgotten.
    pub forgotten: BTreeSet<Date>,
    /// Where the time went.
    pub seconds: Spent,
}

/// A derivation to be.
#[derive(Clone, Debug)]
pub struct Derivation {
    /// The operator's folder of deliveries.
    pub drop: PathBuf,
    /// Whether duplicates are counted.
    pub duplicates: Duplicates,
    /// Now.
    pub now: Timestamp,
}

impl Derivation {
    /// Derives.
    ///
    /// # Errors
    /// [`DeriveError`]; a bad row is no error, it is counted.
    pub async fn run(&self, state: &mut State) -> Result<Report, DeriveError> {
        let mut report = Report::default();
        let deliveries = Delivery::all_in(&self.drop)?;
        if let Some(early) = deliveries.iter().find(|d| d.moment.timestamp() > self.now) {
            return Err(DeriveError::Early(early.moment));
        }
        let session = session()?;
        let manifest = self.read(state, &session, &deliveries, &mut report).await?;
        if manifest != *state.manifest() {
            state.commit(manifest)?;
        }
        for days in at_once(state.manifest()) {
            derive(&session, state, &deliveries, &days, &mut report).await?;
        }
        if let Some(first) = state.manifest().first_kept(Rules::embedded()) {
            let forgotten = state.forget_before(first)?;
            report.forgotten = forgotten.into_iter().map(Date).collect();
        }
        Ok(report)
    }

    /// Reads the deliveries that are new, and gives the manifest that knows them. Nothing is written.
    async fn read(
        &self,
        state: &State,
        session: &SessionContext,
        deliveries: &[Delivery],
        report: &mut Report,
    ) -> Result<Manifest, DeriveError> {
        let mut manifest = state.manifest().clone();
        let oldest = manifest.first_kept(Rules::embedded());
        for delivery in deliveries {
            let moment = delivery.moment;
            if manifest.deliveries.contains_key(&moment) {
                continue;
            }
            if oldest.is_some_and(|oldest| moment.day() < oldest) {
                report.too_old.insert(moment);
                continue;
            }
            let begun = Instant::now();
            let files = fingerprints(delivery)?;
            report.seconds.fingerprints += begun.elapsed().as_secs_f64();
            let begun = Instant::now();
            let found = self.survey(session, delivery).await?;
            report.seconds.survey += begun.elapsed().as_secs_f64();
            report.rows.add(&found.counts);
            report.deliveries.insert(moment, found.counts.clone());
            let days: BTreeSet<Date> = found.days.into_iter().map(Date).collect();
            manifest.pending.extend(&days);
            manifest.newest = manifest.newest.max(Some(moment));
            let counts = found.counts;
            manifest.deliveries.insert(
                moment,
                Read {
                    files,
                    days,
                    counts,
                },
            );
        }
        if let Some(first) = manifest.first_kept(Rules::embedded()) {
            let kept = manifest.pending.split_off(&Date(first));
            report.not_kept = std::mem::replace(&mut manifest.pending, kept);
        }
        still_there(state.manifest(), &manifest.pending, deliveries)?;
        Ok(manifest)
    }

    async fn survey(
        &self,
        session: &SessionContext,
        delivery: &Delivery,
    ) -> Result<Survey, DeriveError> {
        let rows = judged(session, [delivery], None).await?;
        match rows {
            Some(rows) => Ok(survey(session, rows, self.duplicates).await?),
            None => Ok(Survey::default()),
        }
    }
}

/// Refuses where a day has to be derived again and a delivery that it was derived from is not what it was.
fn still_there(
    before: &Manifest,
    pending: &BTreeSet<Date>,
    deliveries: &[Delivery],
) -> Result<(), DeriveError> {
    for (moment, read) in &before.deliveries {
        let Some(day) = read.days.intersection(pending).next() else {
            continue;
        };
        let here = deliveries.iter().find(|d| d.moment == *moment);
        let here = here.ok_or(DeriveError::Gone {
            moment: *moment,
            day: day.0,
        })?;
        if fingerprints(here)? != read.files {
            return Err(DeriveError::Changed(*moment));
        }
    }
    Ok(())
}

/// Pending days, the oldest first, as many together as may be derived in one reading.
fn at_once(manifest: &Manifest) -> Vec<Vec<Day>> {
    let mut out: Vec<Vec<Day>> = Vec::new();
    let mut touching: BTreeSet<Moment> = BTreeSet::new();
    for date in &manifest.pending {
        let read = manifest.deliveries.iter();
        let here = read.filter(|(_, read)| read.days.contains(date));
        touching.extend(here.clone().map(|(moment, _)| *moment));
        let read = touching.iter().filter_map(|m| manifest.deliveries.get(m));
        let rows: u64 = read.map(|read| read.counts.rows).sum();
        match out.last_mut() {
            Some(days) if rows <= ROWS_AT_ONCE => days.push(date.0),
            _ => {
                touching = here.map(|(moment, _)| *moment).collect();
                out.push(vec![date.0]);
            }
        }
    }
    out
}

/// The rows of deliveries as `subscriber` and `packed`, only those of some days where days are given. `None` for no file.
async fn judged(
    session: &SessionContext,
    deliveries: impl IntoIterator<Item = &Delivery>,
    days: Option<(Day, Day)>,
) -> Result<Option<DataFrame>, DeriveError> {
    let mut all: Option<DataFrame> = None;
    for delivery in deliveries {
        let judge = Judged::of_delivery(delivery.moment.timestamp());
        for file in &delivery.files {
            let mut rows = events(session, file).await?;
            if let Some((first, last)) = days {
                let seconds =
                    |day: Day| lit(i64::try_from(day.start().get() / 1000).unwrap_or(i64::MAX));
                let from = col("time").gt_eq(seconds(first));
                rows = rows.filter(from.and(col("time").lt(seconds(last.plus(1)))))?;
            }
            let fate = judge.call(vec![
                col("subscriber"),
                col("time"),
                col("region"),
                col("kind"),
            ]);
            let rows = rows.select(vec![col("subscriber"), fate.alias("packed")])?;
            all = Some(match all {
                Some(before) => before.union(rows)?,
                None => rows,
            });
        }
    }
    Ok(all)
}

/// Derives some days and puts them into the state, the oldest first.
async fn derive(
    session: &SessionContext,
    state: &mut State,
    deliveries: &[Delivery],
    days: &[Day],
    report: &mut Report,
) -> Result<(), DeriveError> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(());
    };
    let read = &state.manifest().deliveries;
    let touching = deliveries.iter().filter(|delivery| {
        let read = read.get(&delivery.moment);
        read.is_some_and(|read| days.iter().any(|day| read.days.contains(&Date(*day))))
    });
    let begun = Instant::now();
    let mut table = Table::of(days);
    if let Some(rows) = judged(session, touching, Some((*first, *last))).await? {
        let stays = Stays::of_days(*first, *last);
        for part in fold_by_subscriber(session, rows, stays).await? {
            table.take(&part);
        }
    }
    report.seconds.query += begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let put = state.put(&table.days, &table.sets)?;
    let put = put.into_iter().map(|(day, changed)| (Date(day), changed));
    report.derived.extend(put);
    report.seconds.writing += begun.elapsed().as_secs_f64();
    Ok(())
}

/// The derived days, while they are collected.
struct Table {
    days: BTreeMap<Day, Vec<(u64, u32)>>,
    sets: Sets,
}

impl Table {
    fn of(days: &[Day]) -> Self {
        Self {
            days: days.iter().map(|day| (*day, Vec::new())).collect(),
            sets: Sets::default(),
        }
    }

    /// Takes the days of some subscribers, whose tokens are above those of all before.
    fn take(&mut self, part: &Part) {
        let sets = part.sets.iter();
        let sets = sets.map(|regions| self.sets.number(regions, || record(regions)));
        let sets: Vec<u32> = sets.collect();
        for (day, token, set) in &part.days {
            if let (Some(rows), Some(set)) = (self.days.get_mut(day), sets.get(*set)) {
                rows.push((*token, *set));
            }
        }
    }
}

fn record(regions: &[u16]) -> DayRecord {
    let indexes = regions.iter().filter_map(|n| (*n).try_into().ok());
    DayRecord {
        regions: Itinerary::from_regions(indexes),
        ported: regions.contains(&PORT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_derived_together_while_the_deliveries_that_touch_them_are_small() {
        let mut manifest = Manifest::default();
        // Every delivery holds its day and late events of the day before.
        for day in 10..16 {
            let rows = if day < 13 { 4_000_000 } else { 15_000_000 };
            let counts = Counts {
                rows,
                ..Counts::default()
            };
            let days = [day - 1, day].map(|day| Date(Day::new(day)));
            manifest.pending.extend(days);
            let read = Read {
                files: Vec::new(),
                days: days.into(),
                counts,
            };
            let moment = Moment::new(Day::new(day + 1), 120);
            manifest.deliveries.insert(moment, read);
        }
        let groups = at_once(&manifest);
        let groups: Vec<Vec<u16>> = groups
            .iter()
            .map(|days| days.iter().map(|day| day.get()).collect())
            .collect();
        let wanted = [vec![9, 10, 11], vec![12], vec![13], vec![14], vec![15]];
        assert_eq!(groups, wanted);
    }
}
