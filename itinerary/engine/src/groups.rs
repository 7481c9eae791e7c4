//! An aggregate function over the rows of each subscriber, which holds a few 64-bit numbers for it: one group a subscriber
//! and numbers in it cost less than one group for each of them.

use std::fmt::Debug;
use std::hash::Hash;
use std::mem;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, BooleanArray};
use datafusion::arrow::datatypes::{DataType, UInt64Type};
use datafusion::common::{Result, exec_err, not_impl_err};
use datafusion::dataframe::DataFrame;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::function::AccumulatorArgs;
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use datafusion::physical_expr::aggregate::AggregateExprBuilder;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode, PhysicalGroupBy};
use datafusion::physical_plan::expressions::col;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::{Partitioning, execute_stream};
use datafusion::prelude::SessionContext;

const WIDTH: usize = size_of::<u64>();

/// What is held of a subscriber.
pub trait Fold: Debug + Copy + Eq + Hash + Send + Sync + 'static {
    /// The function's name.
    const NAME: &'static str;

    /// Takes a row.
    fn take(&self, held: &mut Vec<u64>, row: u64);

    /// Takes a number that was held of other rows of the same subscriber.
    fn join(&self, held: &mut Vec<u64>, part: u64);

    /// Makes of what was held what is asked for.
    fn finish(&self, held: &mut Vec<u64>);
}

/// Rows with the columns `subscriber` and `packed`, folded for each subscriber: batches of a subscriber and the bytes of its
/// numbers.
///
/// The rows are divided by subscriber first, and each part is folded by itself. The optimiser would fold first and divide
/// afterwards, and every subscriber would be held twice; hence no plan of its own.
pub async fn fold_by_subscriber(
    session: &SessionContext,
    rows: DataFrame,
    fold: impl Fold,
) -> Result<SendableRecordBatchStream> {
    let rows = rows.create_physical_plan().await?;
    let schema = rows.schema();
    let (subscriber, packed) = (col("subscriber", &schema)?, col("packed", &schema)?);
    let parts = session.state().config().target_partitions();
    let by = Partitioning::Hash(vec![Arc::clone(&subscriber)], parts);
    let divided = Arc::new(RepartitionExec::try_new(rows, by)?);
    let function = AggregateUDF::from(PerSubscriber {
        signature: Signature::exact(vec![DataType::UInt64], Volatility::Immutable),
        fold,
    });
    let function = AggregateExprBuilder::new(Arc::new(function), vec![packed])
        .schema(Arc::clone(&schema))
        .alias("numbers")
        .build()?;
    let folded = AggregateExec::try_new(
        AggregateMode::SinglePartitioned,
        PhysicalGroupBy::new_single(vec![(subscriber, "subscriber".to_owned())]),
        vec![Arc::new(function)],
        vec![None],
        divided,
        schema,
    )?;
    execute_stream(Arc::new(folded), session.task_ctx())
}

/// The numbers of a value of the function.
pub fn numbers(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let (numbers, _) = bytes.as_chunks::<WIDTH>();
    numbers.iter().map(|number| u64::from_le_bytes(*number))
}

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
struct PerSubscriber<F> {
    signature: Signature,
    fold: F,
}

impl<F: Fold> AggregateUDFImpl for PerSubscriber<F> {
    fn name(&self) -> &str {
        F::NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        not_impl_err!("{} is asked for by subscriber", F::NAME)
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups::of(self.fold)))
    }
}

/// What is held of every subscriber of a part.
struct Groups<F> {
    fold: F,
    groups: Vec<Vec<u64>>,
    /// Numbers that there is room for.
    room: usize,
}

impl<F: Fold> Groups<F> {
    const fn of(fold: F) -> Self {
        Self {
            fold,
            groups: Vec::new(),
            room: 0,
        }
    }

    fn grow(&mut self, groups: usize) {
        if self.groups.len() < groups {
            self.groups.resize_with(groups, Vec::new);
        }
    }

    fn with(&mut self, group: usize, change: impl FnOnce(&F, &mut Vec<u64>)) -> Result<()> {
        let Some(held) = self.groups.get_mut(group) else {
            return exec_err!("{}: group {group} was not announced", F::NAME);
        };
        let before = held.capacity();
        change(&self.fold, held);
        self.room += held.capacity() - before;
        Ok(())
    }

    fn emit(&mut self, emit_to: EmitTo) -> Vec<Vec<u64>> {
        let groups = match emit_to {
            EmitTo::All => mem::take(&mut self.groups),
            EmitTo::First(n) => {
                let rest = self.groups.split_off(n.min(self.groups.len()));
                mem::replace(&mut self.groups, rest)
            }
        };
        self.room -= groups.iter().map(Vec::capacity).sum::<usize>();
        groups
    }
}

fn bytes(groups: Vec<Vec<u64>>) -> ArrayRef {
    let numbers = groups.iter().map(Vec::len).sum::<usize>();
    let mut out = BinaryBuilder::with_capacity(groups.len(), numbers * WIDTH);
    let mut bytes = Vec::new();
    for held in groups {
        bytes.clear();
        bytes.extend(held.iter().flat_map(|number| number.to_le_bytes()));
        out.append_value(&bytes);
    }
    Arc::new(out.finish())
}

impl<F: Fold> GroupsAccumulator for Groups<F> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups);
        let ([values], None) = (values, opt_filter) else {
            return exec_err!("{} takes one column and no filter", F::NAME);
        };
        let values = values.as_primitive::<UInt64Type>();
        if values.null_count() > 0 {
            return exec_err!("{}: a row without a fate", F::NAME);
        }
        for (row, group) in values.values().iter().zip(group_indices) {
            self.with(*group, |fold, held| fold.take(held, *row))?;
        }
        Ok(())
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.grow(total_num_groups);
        let [values] = values else {
            return exec_err!("{} has one state", F::NAME);
        };
        for (value, group) in values.as_binary::<i32>().iter().zip(group_indices) {
            for part in value.into_iter().flat_map(numbers) {
                self.with(*group, |fold, held| fold.join(held, part))?;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let mut groups = self.emit(emit_to);
        for held in &mut groups {
            self.fold.finish(held);
        }
        Ok(bytes(groups))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![bytes(self.emit(emit_to))])
    }

    fn convert_to_state(&self, _: &[ArrayRef], _: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        // Asked of a partial aggregate that finds hardly anything to join, and there is none here.
        not_impl_err!("{} is not aggregated in two steps", F::NAME)
    }

    fn size(&self) -> usize {
        self.groups.capacity() * size_of::<Vec<u64>>() + self.room * WIDTH
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::UInt64Array;

    use super::*;

    /// Holds the rows, and makes their sum of them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    struct Sum;

    impl Fold for Sum {
        const NAME: &'static str = "sum";

        fn take(&self, held: &mut Vec<u64>, row: u64) {
            held.push(row);
        }

        fn join(&self, held: &mut Vec<u64>, part: u64) {
            held.push(part);
        }

        fn finish(&self, held: &mut Vec<u64>) {
            *held = vec![held.iter().sum()];
        }
    }

    fn rows(rows: &[u64]) -> [ArrayRef; 1] {
        [Arc::new(UInt64Array::from(rows.to_vec()))]
    }

    fn sums(out: &ArrayRef) -> Vec<u64> {
        let values = out.as_binary::<i32>().iter().flatten();
        values.flat_map(numbers).collect()
    }

    #[test]
    fn halves_that_are_joined_are_the_whole_and_groups_come_out_in_order() {
        let mut whole = Groups::of(Sum);
        whole
            .update_batch(&rows(&[1, 20, 2, 300]), &[0, 1, 0, 2], None, 3)
            .unwrap();
        assert!(whole.size() > 4 * WIDTH);
        let first = whole.evaluate(EmitTo::First(2)).unwrap();
        assert_eq!(sums(&first), [3, 20]);
        // What was the third group is the first now.
        whole.update_batch(&rows(&[1]), &[0], None, 1).unwrap();
        assert_eq!(sums(&whole.evaluate(EmitTo::All).unwrap()), [301]);
        assert_eq!(whole.room, 0);

        let (mut half, mut joined) = (Groups::of(Sum), Groups::of(Sum));
        half.update_batch(&rows(&[1, 20]), &[0, 1], None, 2)
            .unwrap();
        joined.update_batch(&rows(&[2]), &[0], None, 1).unwrap();
        joined
            .merge_batch(&half.state(EmitTo::All).unwrap(), &[0, 1], 2)
            .unwrap();
        assert_eq!(sums(&joined.evaluate(EmitTo::All).unwrap()), [3, 20]);
    }

    #[test]
    fn a_row_without_a_fate_or_of_a_group_that_was_not_announced_is_an_error() {
        let without: [ArrayRef; 1] = [Arc::new(UInt64Array::from(vec![None]))];
        let mut groups = Groups::of(Sum);
        assert!(groups.update_batch(&without, &[0], None, 1).is_err());
        assert!(groups.update_batch(&rows(&[1]), &[5], None, 1).is_err());
    }
}
