use super::*;

/// 2020-03-06T02:00 in Beijing.
const RECEIVED: i64 = 1_583_431_200;
const TOKEN: u64 = 1 << 63 | 7;

fn judge() -> Judge {
    Judge::of_delivery(Timestamp::new(u64::try_from(RECEIVED).unwrap() * 1000))
}

fn event(time: i64) -> Event<'static> {
    Event {
        token: Some(TOKEN),
        time: Some(time),
        code: Some("420106"),
        kind: Some("update"),
    }
}

fn reason(event: &Event<'_>) -> Option<Reason> {
    match judge().fate(event) {
        Fate::Quarantined(reason) => Some(reason),
        _ => None,
    }
}

#[test]
fn an_event_is_seen_on_its_beijing_day_wherever_it_happened() {
    // 15:59:59 and 16:00:00 UTC.
    for (time, day, second) in [
        (1_583_423_999, "2020-03-05", 86_399),
        (1_583_424_000, "2020-03-06", 0),
    ] {
        let mut abroad = event(time);
        abroad.code = Some("USA");
        abroad.kind = Some("roaming");
        let Fate::Seen(seen) = judge().fate(&abroad) else {
            panic!("a sighting");
        };
        assert_eq!((seen.day.to_iso().as_str(), seen.second), (day, second));
    }
}

#[test]
fn forty_eight_hours_late_is_in_time_and_a_second_more_is_not() {
    let late = RECEIVED - 48 * 3600;
    assert_eq!(reason(&event(late)), None);
    assert_eq!(reason(&event(late - 1)), Some(Reason::TooLate));
    assert_eq!(reason(&event(RECEIVED)), None);
    assert_eq!(reason(&event(RECEIVED + 1)), Some(Reason::Future));
}

#[test]
fn times_that_no_clock_shows_are_ancient_or_to_come_and_nothing_overflows() {
    for time in [0, -1, i64::MIN, 1_546_271_999] {
        assert_eq!(reason(&event(time)), Some(Reason::Ancient), "{time}");
    }
    assert_eq!(reason(&event(i64::MAX)), Some(Reason::Future));
}

#[test]
fn each_fault_has_its_reason() {
    let good = event(RECEIVED - 60);
    for (bad, why) in [
        (
            Event {
                token: None,
                ..good
            },
            Reason::Garbage,
        ),
        (Event { time: None, ..good }, Reason::Garbage),
        (Event { code: None, ..good }, Reason::Garbage),
        (Event { kind: None, ..good }, Reason::Garbage),
        (
            Event {
                kind: Some("Update"),
                ..good
            },
            Reason::Garbage,
        ),
        (
            Event {
                token: Some(13_800_138_000),
                ..good
            },
            Reason::NotAToken,
        ),
        (
            Event {
                code: Some("999999"),
                ..good
            },
            Reason::UnknownRegion,
        ),
        (
            Event {
                code: Some(""),
                ..good
            },
            Reason::UnknownRegion,
        ),
        // Baiyang began in 2023.
        (
            Event {
                code: Some("659012"),
                ..good
            },
            Reason::RegionToCome,
        ),
    ] {
        assert_eq!(reason(&bad), Some(why));
    }
}

#[test]
fn a_change_of_operator_is_no_sighting_and_needs_no_place() {
    let mut port = event(RECEIVED - 60);
    port.kind = Some("ported-out");
    port.code = None;
    assert!(matches!(judge().fate(&port), Fate::Ported { .. }));
}

#[test]
fn an_ended_region_counts_as_its_successor_and_the_report_says_so() {
    let mut laiwu = event(RECEIVED - 60);
    laiwu.code = Some("371202");
    let mut counts = Counts::default();
    let fate = judge().fate(&laiwu);
    counts.count(&fate);
    counts.count(&Fate::Quarantined(Reason::Garbage));
    let Fate::Seen(seen) = fate else {
        panic!("a sighting");
    };
    let jinan = Places::embedded().on("370100", seen.day).unwrap();
    assert_eq!((seen.region, seen.succeeded), (jinan.region, true));
    assert_eq!((counts.rows, counts.succeeded), (2, 1));
    assert!(counts.balance());
}

#[test]
fn reasons_keep_their_numbers_and_names() {
    for reason in Reason::ALL {
        assert_eq!(Reason::numbered(reason.number()), Some(reason));
        let quoted = format!("\"{reason}\"");
        assert_eq!(serde_json_like(reason), quoted);
    }
    assert_eq!(Reason::numbered(0), None);
}

/// What serde calls it, without a crate for JSON.
fn serde_json_like(reason: Reason) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.serialize(reason).unwrap();
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    format!("\"{}\"", text.trim())
}
