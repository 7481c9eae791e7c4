//! What is refused, and that nothing is half done then.

use std::sync::Arc;

use luyin_itinerary::{DeliveryError, Reason};
use luyin_itinerary_engine::derive::DeriveError;
use luyin_itinerary_engine::generate::Format;
use luyin_itinerary_engine::state::{State, StateError, Unwatched};

use super::support::{Town, at, day, files, line, month};

const TOKEN: u64 = 1 << 63 | 7;

/// One day with a stay of four hours in Wuhan and one of three in Beijing.
fn town() -> Town {
    let town = Town::new();
    let date = "2020-03-05";
    let lines = [
        line(TOKEN, at(date, 8, 0), "420106"),
        line(TOKEN, at(date, 12, 0), "420100"),
        line(TOKEN, at(date, 15, 0), "110105"),
        line(TOKEN, at(date, 18, 0), "110000"),
    ];
    town.deliver("2020-03-06T0200", "a.csv", &lines);
    town.derive();
    town
}

fn regions(town: &Town) -> usize {
    let records = town.records();
    let record = records[&day("2020-03-05")].values().next().unwrap();
    record.regions.regions().count()
}

#[test]
fn a_late_event_supersedes_its_day_and_one_that_comes_too_late_is_quarantined() {
    let town = town();
    assert_eq!(regions(&town), 1);
    let late = line(TOKEN, at("2020-03-05", 19, 0), "110105");
    town.deliver("2020-03-07T0200", "a.csv", &[late]);
    town.derive();
    assert_eq!(regions(&town), 2);
    let revision = |town: &Town| {
        town.state()
            .manifest()
            .days
            .values()
            .next()
            .unwrap()
            .revision
    };
    assert_eq!(revision(&town), 2);
    let too_late = line(TOKEN, at("2020-03-05", 2, 0), "JPN");
    town.deliver("2020-03-08T0200", "a.csv", &[too_late]);
    let report = town.derive();
    assert_eq!(report.rows.quarantined[&Reason::TooLate], 1);
    assert_eq!((regions(&town), revision(&town)), (2, 2));
}

#[test]
fn a_delivery_that_is_gone_or_changed_and_needed_again_refuses_the_run() {
    for changed in [false, true] {
        let town = town();
        let before = files(&town.path("state"));
        let late = line(TOKEN, at("2020-03-05", 19, 0), "110105");
        town.deliver("2020-03-07T0200", "a.csv", &[late]);
        if changed {
            town.deliver("2020-03-06T0200", "a.csv", &[]);
        } else {
            std::fs::remove_dir_all(town.drop().join("2020-03-06T0200")).unwrap();
        }
        let refused = town
            .try_derive(&town.drop(), Arc::new(Unwatched))
            .unwrap_err();
        match refused {
            DeriveError::Changed(moment) if changed => {
                assert_eq!(moment.to_string(), "2020-03-06T0200");
            }
            DeriveError::Gone { day: needed, .. } if !changed => {
                assert_eq!(needed, day("2020-03-05"));
            }
            other => panic!("{other}"),
        }
        assert_eq!(files(&town.path("state")), before);
    }
}

#[test]
fn a_delivery_that_nothing_asks_for_again_may_go() {
    let town = town();
    std::fs::remove_dir_all(town.drop().join("2020-03-06T0200")).unwrap();
    let next = line(TOKEN, at("2020-03-06", 12, 0), "420106");
    town.deliver("2020-03-07T0200", "a.csv", &[next]);
    town.derive();
    assert_eq!(town.records().len(), 2);
}

#[test]
fn a_table_that_breaks_off_or_has_other_columns_refuses_the_run_whole() {
    let town = town();
    let before = files(&town.path("state"));
    let other = Town::new();
    other.generate(&month(1, 20, 1), Format::Parquet);
    let parquet = other.drop().join("2020-02-19T0200/events.parquet");
    let parquet = std::fs::read(parquet).unwrap();
    let without_its_middle =
        [&parquet[..parquet.len() / 3], &parquet[parquet.len() / 2..]].concat();
    for (name, bytes) in [
        ("b.csv.gz", &b"\x1f\x8b\x08\x00\x00\x00\x00\x00"[..]),
        ("b.csv", b"imsi,time,region,kind\n"),
        ("b.parquet", b"PAR1PAR1"),
        ("c.parquet", b"PAR1\xff\x00\x00\x00PAR1"),
        ("d.parquet", b""),
        ("e.parquet", &parquet[..parquet.len() - 1]),
        ("f.parquet", &without_its_middle),
        ("b.txt", b""),
    ] {
        town.deliver("2020-03-07T0200", "a.csv", &[]);
        let path = town.drop().join("2020-03-07T0200").join(name);
        std::fs::write(&path, bytes).unwrap();
        let refused = town
            .try_derive(&town.drop(), Arc::new(Unwatched))
            .unwrap_err();
        // What is only found while rows are read is told by the query.
        let named = refused.to_string().contains(name);
        assert!(
            named || matches!(refused, DeriveError::Query(_)),
            "{name}: {refused}"
        );
        assert_eq!(files(&town.path("state")), before, "{name}");
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn deliveries_from_the_future_and_of_no_moment_are_refused() {
    let town = town();
    town.deliver("2031-03-07T0200", "a.csv", &[]);
    let refused = town
        .try_derive(&town.drop(), Arc::new(Unwatched))
        .unwrap_err();
    assert!(matches!(refused, DeriveError::Early(_)), "{refused}");
    std::fs::rename(
        town.drop().join("2031-03-07T0200"),
        town.drop().join("seventh of March"),
    )
    .unwrap();
    let refused = town
        .try_derive(&town.drop(), Arc::new(Unwatched))
        .unwrap_err();
    let name = matches!(refused, DeriveError::Delivery(DeliveryError::Name { .. }));
    assert!(name, "{refused}");
}

#[test]
fn a_state_that_is_not_as_it_was_written_is_refused_and_never_begun_anew() {
    let town = town();
    let manifest = town.path("state/manifest.json");
    let written = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, &written[..written.len() / 2]).unwrap();
    let refused = State::open(&town.path("state"), Arc::new(Unwatched));
    assert!(matches!(refused, Err(StateError::Manifest { .. })));
    let other = String::from_utf8(written.clone()).unwrap();
    std::fs::write(&manifest, other.replace("\"version\": 1", "\"version\": 2")).unwrap();
    let refused = State::open(&town.path("state"), Arc::new(Unwatched));
    assert!(matches!(refused, Err(StateError::Version { found: 2, .. })));
    std::fs::write(&manifest, written).unwrap();

    let day_file = town.path("state/days/2020-03-05.r1.parquet");
    let mut bytes = std::fs::read(&day_file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&day_file, bytes).unwrap();
    let refused = town.state().day(day("2020-03-05"), |_, _| ());
    assert!(matches!(refused, Err(StateError::Altered(_))));
    assert!(matches!(
        State::read(&town.path("nowhere")),
        Err(StateError::Missing(_))
    ));
}

#[test]
fn an_old_delivery_does_not_bring_back_days_that_were_forgotten() {
    let town = town();
    let old = line(TOKEN, at("2020-01-10", 8, 0), "JPN");
    town.deliver("2020-01-11T0200", "a.csv", &[old]);
    let report = town.derive();
    assert_eq!(report.too_old.len(), 1);
    assert_eq!(town.records().len(), 1);
}
