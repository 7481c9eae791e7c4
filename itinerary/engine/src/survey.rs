//! What is in a delivery: how many rows of which fate, and of which days.

use std::collections::BTreeSet;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{Int64Type, UInt64Type};
use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::count::count_all;
use datafusion::logical_expr::{bitwise_and, col, lit};
use datafusion::prelude::SessionContext;
use futures::StreamExt;
use luyin_itinerary::{Counts, Reason};
use luyin_protocol::time::Day;

use crate::groups::{Fold, fold_by_subscriber, numbers};
use crate::packed::{CLASS, Class};

/// Whether rows that stand twice in a delivery are counted. They change no stay; counting them means holding every row of a
/// delivery for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    /// Each beyond the first is counted as quarantined.
    Counted,
    /// They count as sightings.
    PassedOver,
}

/// What a delivery holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Rows by their fate.
    pub counts: Counts,
    /// Days of which something was seen.
    pub days: BTreeSet<Day>,
}

/// Surveys rows with the columns `subscriber` and `packed`.
pub async fn survey(
    session: &SessionContext,
    rows: DataFrame,
    duplicates: Duplicates,
) -> Result<Survey> {
    let mut survey = Survey::default();
    match duplicates {
        Duplicates::Counted => survey.each_once(session, rows).await?,
        Duplicates::PassedOver => survey.all(rows).await?,
    }
    Ok(survey)
}

impl Survey {
    async fn each_once(&mut self, session: &SessionContext, rows: DataFrame) -> Result<()> {
        let mut batches = fold_by_subscriber(session, rows, Fates).await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            for bytes in batch.column(1).as_binary::<i32>().iter().flatten() {
                let mut numbers = numbers(bytes);
                while let (Some(class), Some(rows), Some(different)) =
                    (numbers.next(), numbers.next(), numbers.next())
                {
                    self.add(class, rows, different);
                }
            }
        }
        Ok(())
    }

    async fn all(&mut self, rows: DataFrame) -> Result<()> {
        let class = bitwise_and(col("packed"), lit(CLASS));
        let classes = rows
            .select(vec![class.alias("class")])?
            .aggregate(vec![col("class")], vec![count_all().alias("rows")])?;
        let mut batches = classes.execute_stream().await?;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            let classes = batch.column(0).as_primitive::<UInt64Type>().iter();
            let rows = batch.column(1).as_primitive::<Int64Type>().iter();
            for (class, rows) in classes.flatten().zip(rows.flatten()) {
                self.add(class, rows.unsigned_abs(), rows.unsigned_abs());
            }
        }
        Ok(())
    }

    fn add(&mut self, class: u64, rows: u64, different: u64) {
        let counts = &mut self.counts;
        counts.rows += rows;
        match Class::of(class) {
            Some(Class::Seen { day, succeeded }) => {
                counts.seen += different;
                counts.succeeded += if succeeded { different } else { 0 };
                counts.quarantine(Reason::Duplicate, rows - different);
                self.days.insert(day);
            }
            Some(Class::Ported { day }) => {
                counts.ported += different;
                counts.quarantine(Reason::Duplicate, rows - different);
                self.days.insert(day);
            }
            Some(Class::Quarantined(reason)) => counts.quarantine(reason, rows),
            // `pack` makes no such class; what it would be is not dropped.
            None => counts.quarantine(Reason::Garbage, rows),
        }
    }
}

/// Fates of a subscriber's rows: for each class how many rows, and how many different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Fates;

impl Fold for Fates {
    const NAME: &'static str = "fates";

    fn take(&self, held: &mut Vec<u64>, row: u64) {
        held.push(row);
    }

    fn join(&self, held: &mut Vec<u64>, part: u64) {
        held.push(part);
    }

    fn finish(&self, held: &mut Vec<u64>) {
        // Equal rows stand together then; those of a class need not, and are few.
        held.sort_unstable();
        let mut out: Vec<u64> = Vec::with_capacity(6);
        let mut before = None;
        for row in held.iter() {
            let class = row & CLASS;
            let different = u64::from(before != Some(row));
            before = Some(row);
            let (triples, _) = out.as_chunks_mut::<3>();
            match triples.iter_mut().find(|[held, ..]| *held == class) {
                Some([_, rows, all]) => {
                    *rows += 1;
                    *all += different;
                }
                None => out.extend([class, 1, 1]),
            }
        }
        *held = out;
    }
}

#[cfg(test)]
mod tests {
    use luyin_itinerary::{EventKind, Fate, Sighting, SubscriberToken};
    use luyin_protocol::region::RegionIndex;

    use super::*;
    use crate::packed::pack;

    #[test]
    fn rows_are_counted_by_class_and_those_that_stand_twice_apart() {
        let seen = |second, kind, succeeded| {
            pack(&Fate::Seen(Sighting {
                token: SubscriberToken::new(u64::MAX).unwrap(),
                day: Day::new(10),
                second,
                region: RegionIndex::new(3).unwrap(),
                kind,
                succeeded,
            }))
        };
        let garbage = pack(&Fate::Quarantined(Reason::Garbage));
        let rows = [
            seen(5, EventKind::Call, false),
            garbage,
            seen(5, EventKind::Data, false),
            seen(5, EventKind::Call, false),
            seen(5, EventKind::Call, true),
            garbage,
        ];
        let mut held = Vec::new();
        rows.iter().for_each(|row| Fates.take(&mut held, *row));
        Fates.finish(&mut held);
        let mut survey = Survey::default();
        let (triples, rest) = held.as_chunks::<3>();
        assert!(rest.is_empty());
        for [class, rows, different] in triples {
            survey.add(*class, *rows, *different);
        }
        let counts = &survey.counts;
        assert!(counts.balance());
        assert_eq!((counts.rows, counts.seen, counts.succeeded), (6, 3, 1));
        assert_eq!(counts.quarantined[&Reason::Duplicate], 1);
        assert_eq!(counts.quarantined[&Reason::Garbage], 2);
        assert_eq!(survey.days.len(), 1);
    }
}
