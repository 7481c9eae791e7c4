use std::fmt::Write as _;

use tempfile::TempDir;

use super::*;
use crate::generator::{Month, Seed};
use crate::judge::Reason;
use crate::token::SubscriberToken;
use crate::window::visited;

const ASKED: &str = "2020-03-05";

fn day(text: &str) -> Day {
    Day::from_iso(text).unwrap()
}

fn window() -> Window {
    Window::asked_on(day(ASKED), Rules::embedded())
}

fn now() -> Timestamp {
    day(ASKED).start().plus_ms(12 * 3600 * 1000)
}

fn derive(drop: &Path) -> Result<Small, SmallError> {
    Small::derive(drop, now(), window(), LARGEST)
}

/// A drop with a delivery of lines.
fn deliver(drop: &TempDir, moment: &str, file: &str, lines: &str) {
    let folder = drop.path().join(moment);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join(file),
        format!("subscriber,time,region,kind\n{lines}"),
    )
    .unwrap();
}

/// A line a day for fourteen days, seen at noon and at six.
fn quiet_days(drop: &TempDir) {
    for day in window().days() {
        let noon = day.start().get() / 1000 + 12 * 3600;
        let line = |at: u64| format!("8000000000000007,{at},420106,update\n");
        let moment = format!("{}T0200", day.plus(1).to_iso());
        deliver(
            drop,
            &moment,
            "a.csv",
            &(line(noon) + &line(noon + 6 * 3600)),
        );
    }
}

/// A synthetic month as an operator delivers it, with its truth and how many rows of which reason are in it.
fn town(drop: &TempDir) -> (Records, BTreeMap<Reason, u64>) {
    let month = Month::new(Seed::v1(77), 60, day("2020-02-19"), 15, 3);
    let (mut truth, mut quarantined) = (Records::new(), BTreeMap::new());
    let mut rows = Vec::new();
    for day in month.days() {
        for subscriber in 0..month.subscribers() {
            let told = month.day(subscriber, day, &mut rows).unwrap();
            if let Some(record) = told.record {
                truth.entry(day).or_default().insert(told.token, record);
            }
        }
    }
    let mut lines: BTreeMap<Moment, String> = BTreeMap::new();
    for written in &rows {
        let moment = Moment::at(Month::received(written.delivery));
        // What comes after the question is not in its drop.
        if moment.timestamp() > now() {
            continue;
        }
        let row = &written.row;
        let out = lines.entry(moment).or_default();
        let token = row.token.map_or_else(String::new, |t| format!("{t:x}"));
        let time = row.time.map_or_else(String::new, |t| t.to_string());
        let code = row.code.map_or_else(String::new, |c| c.to_string());
        writeln!(
            out,
            "{token},{time},{code},{}",
            row.kind.unwrap_or_default()
        )
        .unwrap();
        let Some(reason) = written.quarantined else {
            continue;
        };
        if moment.day() >= window().first() {
            *quarantined.entry(reason).or_default() += 1;
        }
    }
    for (moment, lines) in &lines {
        deliver(drop, &moment.to_string(), "events.csv", lines);
    }
    (truth, quarantined)
}

#[test]
fn a_small_drop_comes_to_the_truth_and_every_fault_is_counted() {
    let drop = tempfile::tempdir().unwrap();
    let (truth, quarantined) = town(&drop);
    let small = derive(drop.path()).unwrap();
    assert!(small.rows.balance() && small.rows.quarantined == quarantined);
    let sum: u64 = small.deliveries.values().map(|counts| counts.rows).sum();
    assert_eq!(sum, small.rows.rows);

    let tokens: BTreeSet<SubscriberToken> =
        truth.values().flat_map(|d| d.keys().copied()).collect();
    let mut asked = "subscriber,binding\n".to_owned();
    let mut wanted = "binding,day,value,card_day\n".to_owned();
    for token in &tokens {
        writeln!(asked, "{token},{token}").unwrap();
        let days = truth
            .iter()
            .filter_map(|(day, all)| Some((*day, *all.get(token)?)));
        if let Ok(visited) = visited(window(), days) {
            writeln!(wanted, "{token},{ASKED},{},", visited.value()).unwrap();
        }
    }
    let path = drop.path().join(".asked.csv");
    std::fs::write(&path, asked).unwrap();
    let (table, answered) = small.answer(day(ASKED), &path).unwrap();
    assert_eq!(String::from_utf8(table).unwrap(), wanted);
    assert_eq!(
        answered.rows,
        answered.stated + u64::try_from(answered.left_out.len()).unwrap()
    );
    assert!(answered.stated > 40, "{answered:?}");
}

#[test]
fn a_day_of_the_window_that_was_not_delivered_whole_is_not_answered_for() {
    let drop = tempfile::tempdir().unwrap();
    quiet_days(&drop);
    let asked = drop.path().join(".asked.csv");
    std::fs::write(&asked, "subscriber,binding\n8000000000000007,aa\n").unwrap();
    let answer = || derive(drop.path()).unwrap().answer(day(ASKED), &asked);
    assert_eq!(answer().unwrap().1.stated, 1);
    for (gone, missing) in [
        ("2020-03-05T0200", "2020-03-04"),
        ("2020-02-25T0200", "2020-02-24"),
    ] {
        std::fs::remove_dir_all(drop.path().join(gone)).unwrap();
        let Err(AskedError::Incomplete { day: found, .. }) = answer() else {
            panic!("{missing}")
        };
        // The oldest is told.
        assert_eq!(found, day(missing));
    }
}

#[test]
fn a_delivery_before_the_window_is_passed_over_and_one_to_come_is_refused() {
    let drop = tempfile::tempdir().unwrap();
    quiet_days(&drop);
    deliver(&drop, "2020-02-19T0200", "a.csv", "x\n");
    let small = derive(drop.path()).unwrap();
    assert_eq!((small.too_old.len(), small.rows.rows), (1, 28));
    deliver(&drop, "2020-03-05T1201", "a.csv", "");
    assert!(matches!(derive(drop.path()), Err(SmallError::Early(_))));
}

#[test]
fn what_is_too_large_parquet_or_broken_off_is_refused_whole() {
    let drop = tempfile::tempdir().unwrap();
    quiet_days(&drop);
    let few = |largest| Small::derive(drop.path(), now(), window(), largest);
    assert_eq!(few(28).unwrap().rows.seen, 28);
    assert!(matches!(few(27), Err(SmallError::TooLarge(27))));
    deliver(&drop, "2020-03-05T0200", "b.csv.gz", "not compressed");
    assert!(matches!(derive(drop.path()), Err(SmallError::Table(_))));
    deliver(&drop, "2020-03-05T0200", "b.parquet", "");
    assert!(matches!(
        derive(drop.path()),
        Err(SmallError::Table(_) | SmallError::Parquet(_))
    ));
}
