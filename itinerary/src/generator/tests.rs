use std::collections::{BTreeMap, BTreeSet};

use luyin_protocol::time::Day;

use super::*;
use crate::{Counts, Reason, Records, Reference};

/// While the derivation was written, it was tried on these.
const DEVELOPED_ON: [u64; 2] = [1, 2];
/// Never looked at before: added when the derivation was done, and it has not been changed for them.
const HELD_OUT: [u64; 3] = [7_411, 20_200_305, 90_210_667];

fn month(seed: u64, subscribers: u32, days: u16) -> Month {
    let first = Day::from_iso("2020-02-18").unwrap();
    Month::new(Seed::v1(seed), subscribers, first, days, 5)
}

/// What is true, what should be quarantined, and what the reference makes of the rows.
fn both(month: &Month) -> (Records, BTreeMap<Day, BTreeMap<Reason, u64>>, Reference) {
    let (mut records, mut quarantined) = (Records::new(), BTreeMap::new());
    let (mut reference, mut rows) = (Reference::default(), Vec::new());
    for day in month.days() {
        for subscriber in 0..month.subscribers() {
            let truth = month.day(subscriber, day, &mut rows).unwrap();
            if let Some(record) = truth.record {
                records.entry(day).or_default().insert(truth.token, record);
            }
        }
    }
    for written in &rows {
        reference.take(Month::received(written.delivery), &written.row.event());
        if let Some(reason) = written.quarantined {
            let day: &mut BTreeMap<_, _> = quarantined.entry(written.delivery).or_default();
            *day.entry(reason).or_default() += 1;
        }
    }
    (records, quarantined, reference)
}

fn agree(seed: u64) {
    let (truth, quarantined, reference) = both(&month(seed, 1500, 16));
    assert_eq!(reference.records(), truth, "seed {seed}");
    let mut all = Counts::default();
    for (received, counts) in reference.counts() {
        // Delivered in the night after its day.
        let expected = quarantined.get(&received.day().minus(1));
        assert_eq!(
            counts.quarantined,
            expected.cloned().unwrap_or_default(),
            "seed {seed}"
        );
        assert!(counts.balance());
        all.add(counts);
    }
    assert!(all.ported > 0 && all.seen > 100_000, "{all:?}");
}

#[test]
fn the_reference_equals_the_truth_on_the_seeds_that_it_was_written_with() {
    DEVELOPED_ON.into_iter().for_each(agree);
}

#[test]
fn the_reference_equals_the_truth_on_three_seeds_held_out() {
    HELD_OUT.into_iter().for_each(agree);
}

#[test]
fn a_month_has_everybody_and_every_fault_in_it() {
    let month = month(1, 4000, 16);
    let mut rows = Vec::new();
    let mut personas = BTreeSet::new();
    let mut tokens = BTreeSet::new();
    let (mut elsewhere, mut abroad) = (0, 0);
    for day in month.days() {
        for subscriber in 0..month.subscribers() {
            let truth = month.day(subscriber, day, &mut rows).unwrap();
            personas.insert(truth.persona);
            tokens.insert(truth.token);
            let record = truth.record.unwrap_or_default();
            elsewhere += u32::from(record.regions.regions().count() > 1);
            abroad += u32::from(record.regions.regions().any(|r| r.get() > 372));
        }
    }
    assert_eq!((personas.len(), tokens.len()), (8, 4000));
    assert!(elsewhere > 1000 && abroad > 100);
    let reasons: BTreeSet<Reason> = rows.iter().filter_map(|row| row.quarantined).collect();
    let missing: Vec<_> = Reason::ALL
        .into_iter()
        .filter(|reason| !reasons.contains(reason))
        .collect();
    // No region ends without a successor, and none of this month's places was still to come.
    assert_eq!(missing, [Reason::RetiredRegion, Reason::RegionToCome]);
    let late = rows.iter().filter(|row| row.quarantined.is_none());
    assert!(
        late.clone()
            .any(|row| row.row.code.map(|c| c.to_string()).as_deref() == Some("371200"))
    );
    assert!(late.count() > 100_000);
}

#[test]
fn a_seed_of_this_version_gives_the_same_month_for_ever() {
    let mut rows = Vec::new();
    let month = month(1, 3, 2);
    let truth: Vec<Option<Truth>> = (0..3)
        .map(|n| month.day(n, Day::from_iso("2020-02-18").unwrap(), &mut rows))
        .collect();
    assert_eq!(truth.len(), 3);
    // A fingerprint of every field: another one is another version.
    let mut print = 0_u64;
    for written in &rows {
        let text = format!("{:?}", written.row);
        for byte in text.bytes() {
            print = print.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte);
        }
    }
    assert_eq!((rows.len(), print), (25, 6_811_629_056_357_773_579));
    assert_eq!("v1:7".parse(), Ok(Seed::v1(7)));
    assert!("v2:7".parse::<Seed>().is_err() && "7".parse::<Seed>().is_err());
    assert_eq!(Seed::v1(7).to_string(), "v1:7");
}
