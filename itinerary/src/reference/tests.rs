use luyin_protocol::region::{RegionCode, RegionTable};

use super::*;

const TOKEN: u64 = 1 << 63 | 42;

fn day(text: &str) -> Day {
    Day::from_iso(text).unwrap()
}

/// Seconds since 1970 of a time of a Beijing day.
fn at(date: &str, hour: u64, minute: u64, second: u64) -> i64 {
    let start = day(date).start().get() / 1000;
    i64::try_from(start + hour * 3600 + minute * 60 + second).unwrap()
}

fn delivered(date: &str) -> Timestamp {
    day(date).plus(1).start().plus_ms(2 * 3600 * 1000)
}

fn see(reference: &mut Reference, date: &str, time: i64, code: &str) {
    let event = Event {
        token: Some(TOKEN),
        time: Some(time),
        code: Some(code),
        kind: Some("update"),
    };
    reference.take(delivered(date), &event);
}

fn stayed(reference: &Reference, date: &str) -> Vec<String> {
    let token = SubscriberToken::new(TOKEN).unwrap();
    let records = reference.records();
    let record = records.get(&day(date)).and_then(|day| day.get(&token));
    let table = RegionTable::embedded();
    let code = |region| table.by_index(region).unwrap().code().to_string();
    record.map_or_else(Vec::new, |r| r.regions.regions().map(code).collect())
}

#[test]
fn four_hours_from_first_to_last_are_a_stay_and_a_second_less_is_none() {
    let date = "2020-03-05";
    let mut reference = Reference::default();
    see(&mut reference, date, at(date, 8, 0, 0), "420100");
    see(&mut reference, date, at(date, 11, 59, 59), "420106");
    assert!(stayed(&reference, date).is_empty());
    see(&mut reference, date, at(date, 12, 0, 0), "420102");
    assert_eq!(stayed(&reference, date), ["420100"]);
}

#[test]
fn three_hours_before_midnight_and_three_after_are_no_stay() {
    let mut reference = Reference::default();
    see(
        &mut reference,
        "2020-03-05",
        at("2020-03-05", 21, 0, 0),
        "420100",
    );
    see(
        &mut reference,
        "2020-03-05",
        at("2020-03-05", 23, 59, 59),
        "420100",
    );
    see(
        &mut reference,
        "2020-03-06",
        at("2020-03-06", 0, 0, 0),
        "420100",
    );
    see(
        &mut reference,
        "2020-03-06",
        at("2020-03-06", 3, 0, 0),
        "420100",
    );
    assert!(stayed(&reference, "2020-03-05").is_empty());
    assert!(stayed(&reference, "2020-03-06").is_empty());
    assert_eq!(reference.records().len(), 2, "but the subscriber was seen");
}

#[test]
fn whoever_flaps_over_a_border_all_day_stays_on_both_sides() {
    let date = "2020-03-05";
    let mut reference = Reference::default();
    for hour in 8..14 {
        see(&mut reference, date, at(date, hour, 0, 0), "110105");
        see(&mut reference, date, at(date, hour, 30, 0), "131082");
    }
    assert_eq!(stayed(&reference, date), ["110000", "131000"]);
}

#[test]
fn abroad_counts_by_country_and_by_the_beijing_day() {
    let date = "2020-03-05";
    let mut reference = Reference::default();
    // The evening before, over there.
    see(&mut reference, date, at(date, 0, 0, 0), "USA");
    see(&mut reference, date, at(date, 5, 0, 0), "USA");
    see(&mut reference, date, at(date, 21, 0, 0), "CAN");
    assert_eq!(stayed(&reference, date), ["USA"]);
}

#[test]
fn order_and_repetition_change_nothing_and_repetition_is_counted() {
    let date = "2020-03-05";
    let times = [at(date, 18, 0, 0), at(date, 9, 0, 0), at(date, 12, 0, 0)];
    let mut once = Reference::default();
    let mut twice = Reference::default();
    for time in times {
        see(&mut once, date, time, "420100");
    }
    for time in times.into_iter().rev().chain(times) {
        see(&mut twice, date, time, "420100");
    }
    assert_eq!(once.records(), twice.records());
    let counts = &twice.counts()[&delivered(date)];
    assert_eq!((counts.rows, counts.seen), (6, 3));
    assert_eq!(counts.quarantined[&Reason::Duplicate], 3);
    assert!(counts.balance());
}

#[test]
fn an_event_that_comes_two_days_late_makes_the_stay() {
    let date = "2020-03-05";
    let mut reference = Reference::default();
    see(&mut reference, date, at(date, 8, 0, 0), "420100");
    see(&mut reference, "2020-03-06", at(date, 12, 0, 0), "420100");
    assert_eq!(stayed(&reference, date), ["420100"]);
    // A day later it would have come too late.
    see(&mut reference, "2020-03-07", at(date, 8, 0, 0), "JPN");
    let counts = &reference.counts()[&delivered("2020-03-07")];
    assert_eq!(counts.quarantined[&Reason::TooLate], 1);
}

#[test]
fn porting_a_number_is_marked_and_is_no_stay() {
    let date = "2020-03-05";
    let mut reference = Reference::default();
    let port = Event {
        token: Some(TOKEN),
        time: Some(at(date, 10, 0, 0)),
        code: Some("420100"),
        kind: Some("ported-out"),
    };
    reference.take(delivered(date), &port);
    let token = SubscriberToken::new(TOKEN).unwrap();
    let records = reference.records();
    let record = records[&day(date)][&token];
    assert!(record.ported && record.regions.regions().next().is_none());
    let code: RegionCode = "420100".parse().unwrap();
    let wuhan = RegionTable::embedded().by_code(code).unwrap().index();
    assert!(!record.regions.contains(wuhan));
}
