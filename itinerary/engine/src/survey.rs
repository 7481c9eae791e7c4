//! What is in a delivery: how many rows of which fate, and of which days.

use std::collections::{BTreeMap, BTreeSet};

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

use crate::groups::{Fold, Pair, fold_by_subscriber};
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
        for classes in fold_by_subscriber(session, rows, Fates).await? {
            for (class, (rows, different)) in classes {
                self.add(class, rows, different);
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

/// For each class how many rows, and how many different ones.
#[derive(Clone, Copy, Debug)]
struct Fates;

impl Fold for Fates {
    type Out = BTreeMap<u64, (u64, u64)>;

    fn number(&self, fate: u64) -> Option<u64> {
        Some(fate)
    }

    fn fold(&self, sorted: &[Pair]) -> Self::Out {
        let mut classes = BTreeMap::new();
        for same in sorted.chunk_by(|a, b| a == b) {
            let Some((_, fate)) = same.first() else {
                continue;
            };
            let (rows, different): &mut (u64, u64) = classes.entry(fate & CLASS).or_default();
            *rows += u64::try_from(same.len()).unwrap_or(u64::MAX);
            *different += 1;
        }
        classes
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
        let mut pairs: Vec<Pair> = rows.iter().map(|row| (7, *row)).collect();
        // Somebody else was seen in the same second.
        pairs.push((8, seen(5, EventKind::Call, false)));
        pairs.sort_unstable();
        let mut survey = Survey::default();
        for (class, (rows, different)) in Fates.fold(&pairs) {
            survey.add(class, rows, different);
        }
        let counts = &survey.counts;
        assert!(counts.balance());
        assert_eq!((counts.rows, counts.seen, counts.succeeded), (7, 4, 1));
        assert_eq!(counts.quarantined[&Reason::Duplicate], 1);
        assert_eq!(counts.quarantined[&Reason::Garbage], 2);
        assert_eq!(survey.days.len(), 1);
    }
}
