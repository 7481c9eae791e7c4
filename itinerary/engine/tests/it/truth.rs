//! The engine's derivation, the reference's and the generator's truth are one.

use luyin_itinerary::generator::Month;
use luyin_itinerary::{Counts, Moment, Reason, Reference};
use luyin_itinerary_engine::generate::Format;
use luyin_protocol::time::Day;

use super::support::{Town, day, files, month, received, truth};

/// While the engine was written, it was tried on these.
const DEVELOPED_ON: [u64; 3] = [1, 2, 3];
/// Never looked at before: added when the derivation was done, and it has not been changed for them.
const HELD_OUT: [u64; 3] = [881_203, 20_220_708, 4_611_686_018];

fn reference(month: &Month) -> Reference {
    let (mut reference, mut rows) = (Reference::default(), Vec::new());
    for day in month.days() {
        for subscriber in 0..month.subscribers() {
            let _ = month.day(subscriber, day, &mut rows);
        }
    }
    for written in &rows {
        reference.take(received(written.delivery), &written.row.event());
    }
    reference
}

/// The window of the newest day, and one day more.
fn first_kept(last: Day) -> Day {
    last.minus(14)
}

fn agree(seed: u64, format: Format) {
    let month = month(seed, 1200, 18);
    let town = Town::new();
    let generated = town.generate(&month, format);
    let report = town.derive();
    let last = month.days().last().unwrap();
    let truth = truth(&month, first_kept(last));
    assert_eq!(truth.len(), 15);
    assert_eq!(town.records(), truth, "seed {seed}");

    // Every row of every delivery has the fate that the reference gives it.
    let reference = reference(&month);
    let by_moment = |moment: &Moment| &reference.counts()[&moment.timestamp()];
    let mut all = Counts::default();
    for (moment, counts) in &report.deliveries {
        assert_eq!(counts, by_moment(moment), "seed {seed}, delivery {moment}");
        all.add(counts);
    }
    assert_eq!(all, report.rows);
    assert_eq!(all.rows, generated.rows);
    for reason in Reason::ALL {
        let wanted = generated.quarantined.get(reason.name()).copied();
        let counted = all.quarantined.get(&reason).copied();
        assert_eq!(counted, wanted, "seed {seed}, {reason}");
    }
    let kept = reference.records().split_off(&first_kept(last));
    assert_eq!(kept, truth, "seed {seed}");
}

#[test]
fn the_derivation_equals_the_reference_and_the_truth_on_the_seeds_that_it_was_written_with() {
    for (seed, format) in
        DEVELOPED_ON
            .into_iter()
            .zip([Format::Parquet, Format::Csv, Format::CsvGz])
    {
        agree(seed, format);
    }
}

#[test]
fn the_derivation_equals_the_reference_and_the_truth_on_three_seeds_held_out() {
    for (seed, format) in
        HELD_OUT
            .into_iter()
            .zip([Format::Parquet, Format::CsvGz, Format::Parquet])
    {
        agree(seed, format);
    }
}

#[test]
fn day_by_day_comes_to_the_same_as_at_once_and_a_second_run_changes_nothing() {
    let month = month(1, 300, 6);
    let (whole, daily) = (Town::new(), Town::new());
    whole.generate(&month, Format::Parquet);
    whole.derive();
    let mut superseded = 0;
    for delivery in moved_one_by_one(&whole, &daily) {
        let report = daily.derive();
        assert_eq!(report.deliveries.len(), 1, "{delivery}");
        superseded += daily
            .state()
            .manifest()
            .days
            .values()
            .filter(|d| d.revision > 1)
            .count();
        let before = files(&daily.path("state"));
        let again = daily.derive();
        assert!(again.deliveries.is_empty() && again.derived.is_empty());
        assert_eq!(files(&daily.path("state")), before);
    }
    assert!(superseded > 0, "late events made days anew");
    assert_eq!(daily.records(), whole.records());
    assert_eq!(daily.records(), truth(&month, day("2020-02-18")));
}

/// Copies deliveries from one drop to another, one whenever it is asked.
fn moved_one_by_one(from: &Town, to: &Town) -> impl Iterator<Item = String> {
    let mut names: Vec<_> = from
        .drop()
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let (from, to) = (from.drop(), to.drop());
    names.into_iter().inspect(move |name| {
        std::fs::create_dir(to.join(name)).unwrap();
        for file in from.join(name).read_dir().unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(name).join(file.file_name())).unwrap();
        }
    })
}
