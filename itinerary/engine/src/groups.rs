//! Rows brought together by subscriber. They are dealt into buckets by the first bits of the token, which are random, and each
//! bucket is sorted by itself, where it fits a core's cache. A table of a million subscribers would be missed by the cache
//! with nearly every row, and the cost of a row would grow with their number.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::UInt64Type;
use datafusion::common::{DataFusionError, Result, exec_err};
use datafusion::dataframe::DataFrame;
use datafusion::physical_plan::execute_stream_partitioned;
use datafusion::prelude::SessionContext;
use futures::StreamExt;
use tokio::task::JoinSet;

const BITS: u32 = 8;
const BUCKETS: usize = 1 << BITS;

/// A subscriber, 0 for none, with a number that says something of a row.
pub type Pair = (u64, u64);

/// What is made of the rows of subscribers.
pub trait Fold: Copy + Send + Sync + 'static {
    /// What is made of a bucket.
    type Out: Send + 'static;

    /// The number that is sorted by, from a row's fate; `None` passes the row over.
    fn number(&self, fate: u64) -> Option<u64>;

    /// What becomes of a bucket: all pairs of some subscribers, in order.
    fn fold(&self, sorted: &[Pair]) -> Self::Out;
}

/// Rows with the columns `subscriber` and `packed`, folded: one result a bucket, in the order of tokens.
pub async fn fold_by_subscriber<F: Fold>(
    session: &SessionContext,
    rows: DataFrame,
    fold: F,
) -> Result<Vec<F::Out>> {
    let plan = rows.create_physical_plan().await?;
    let mut dealing = JoinSet::new();
    for mut stream in execute_stream_partitioned(plan, session.task_ctx())? {
        dealing.spawn(async move {
            let mut buckets = Buckets::default();
            while let Some(batch) = stream.next().await {
                buckets.deal(&batch?, fold)?;
            }
            Ok::<_, DataFusionError>(buckets)
        });
    }
    let mut dealt: Vec<Buckets> = Vec::new();
    while let Some(buckets) = dealing.join_next().await {
        dealt.push(buckets.map_err(joined)??);
    }
    let threads = session.state().config().target_partitions();
    fold_all(dealt, fold, threads).await
}

fn joined(error: tokio::task::JoinError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// Pairs by the first bits of their tokens.
struct Buckets(Vec<Vec<Pair>>);

impl Default for Buckets {
    fn default() -> Self {
        Self(vec![Vec::new(); BUCKETS])
    }
}

impl Buckets {
    fn deal(&mut self, batch: &RecordBatch, fold: impl Fold) -> Result<()> {
        let [tokens, fates] = batch.columns() else {
            return exec_err!("rows have a subscriber and a fate");
        };
        let tokens = tokens.as_primitive::<UInt64Type>();
        let fates = fates.as_primitive::<UInt64Type>();
        if fates.null_count() > 0 {
            return exec_err!("a row without a fate");
        }
        for (token, fate) in tokens.iter().zip(fates.values()) {
            if let Some(number) = fold.number(*fate) {
                let token = token.unwrap_or(0);
                if let Some(bucket) = self.0.get_mut(bucket_of(token)) {
                    bucket.push((token, number));
                }
            }
        }
        Ok(())
    }
}

/// The highest bit is the same in all tokens; numbers that are none count for nothing, and lie where they lie.
fn bucket_of(token: u64) -> usize {
    let [first, second, ..] = token.to_be_bytes();
    usize::from(first << 1 | second >> 7)
}

/// Folds each bucket, all cores at once.
async fn fold_all<F: Fold>(dealt: Vec<Buckets>, fold: F, threads: usize) -> Result<Vec<F::Out>> {
    let mut whole: Vec<Mutex<Vec<Vec<Pair>>>> = Vec::new();
    whole.resize_with(BUCKETS, Mutex::default);
    for Buckets(buckets) in dealt {
        for (part, all) in buckets.into_iter().zip(&mut whole) {
            all.get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .push(part);
        }
    }
    let (whole, next) = (Arc::new(whole), Arc::new(AtomicUsize::new(0)));
    let mut folding = JoinSet::new();
    for _ in 0..threads.max(1) {
        let (whole, next) = (Arc::clone(&whole), Arc::clone(&next));
        folding.spawn_blocking(move || {
            let mut done = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let Some(parts) = whole.get(n) else { break };
                let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
                // What was folded is given back at once.
                let mut pairs = std::mem::take(&mut *parts).concat();
                pairs.sort_unstable();
                done.push((n, fold.fold(&pairs)));
            }
            done
        });
    }
    let mut all = Vec::with_capacity(BUCKETS);
    while let Some(done) = folding.join_next().await {
        all.extend(done.map_err(joined)?);
    }
    all.sort_unstable_by_key(|(n, _)| *n);
    Ok(all.into_iter().map(|(_, out)| out).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::UInt64Array;

    use super::*;

    /// Passes odd numbers over, and keeps the rest.
    #[derive(Clone, Copy)]
    struct Even;

    impl Fold for Even {
        type Out = Vec<Pair>;

        fn number(&self, fate: u64) -> Option<u64> {
            fate.is_multiple_of(2).then_some(fate)
        }

        fn fold(&self, sorted: &[Pair]) -> Vec<Pair> {
            sorted.to_vec()
        }
    }

    fn frame(
        session: &SessionContext,
        tokens: Vec<Option<u64>>,
        fates: Vec<Option<u64>>,
    ) -> DataFrame {
        let tokens: UInt64Array = tokens.into();
        let fates: UInt64Array = fates.into();
        let columns: [(&str, datafusion::arrow::array::ArrayRef); 2] = [
            ("subscriber", Arc::new(tokens)),
            ("packed", Arc::new(fates)),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(n, c)| (n, c, true)));
        session.read_batch(batch.unwrap()).unwrap()
    }

    #[tokio::test]
    async fn every_row_comes_out_once_and_in_the_order_of_tokens() {
        let session = SessionContext::new();
        let step = u64::MAX / 1000;
        let tokens: Vec<u64> = (0..1000)
            .map(|n| ((n * 7919 % 1000) * step) | (1 << 63))
            .collect();
        let half = |range: std::ops::Range<usize>| {
            let tokens = tokens[range.clone()].iter().map(|t| Some(*t)).collect();
            frame(&session, tokens, range.map(|n| Some(n as u64)).collect())
        };
        let rows = half(0..400).union(half(400..1000)).unwrap();
        let none = frame(&session, vec![None, Some(5)], vec![Some(8), Some(6)]);
        let out = fold_by_subscriber(&session, rows.union(none).unwrap(), Even);
        let out = out.await.unwrap();
        assert_eq!(out.len(), BUCKETS);
        let out = out.concat();
        let mut wanted: Vec<Pair> = tokens.iter().copied().zip(0..).collect();
        wanted.retain(|(_, n)| n % 2 == 0);
        wanted.sort_unstable();
        // Those of no token lie in the first bucket, and before all others.
        assert_eq!(out[..2], [(0, 8), (5, 6)]);
        assert_eq!(out[2..], wanted);
    }

    #[tokio::test]
    async fn a_row_without_a_fate_is_an_error() {
        let session = SessionContext::new();
        let rows = frame(&session, vec![Some(1)], vec![None]);
        assert!(fold_by_subscriber(&session, rows, Even).await.is_err());
    }
}
