//! Questions of a day: those who asked, and how many.

use luyin_itinerary::generator::Month;
use luyin_itinerary::{AskedError, Records, SubscriberToken, Unattested, Window, visited};
use luyin_itinerary_engine::count::{CountError, count};
use luyin_itinerary_engine::generate::Format;
use luyin_itinerary_engine::window::{WindowError, answer};
use luyin_protocol::region::RegionTable;
use luyin_protocol::time::Day;

use super::support::{Town, at, day, line, month, truth};

const ASKED: &str = "2020-03-05";

fn town() -> (Town, Month) {
    let town = Town::new();
    let month = month(3, 900, 17);
    town.generate(&month, Format::Parquet);
    town.derive();
    (town, month)
}

fn table(town: &Town, lines: &str) -> std::path::PathBuf {
    let path = town.path("asked.csv");
    std::fs::write(&path, lines).unwrap();
    path
}

fn of(
    truth: &Records,
    token: SubscriberToken,
) -> impl Iterator<Item = (Day, luyin_itinerary::DayRecord)> {
    truth
        .iter()
        .filter_map(move |(day, all)| Some((*day, *all.get(&token)?)))
}

#[test]
fn those_who_asked_get_their_window_and_the_others_a_reason() {
    let (town, month) = town();
    let truth = truth(&month, day("2020-02-18"));
    let tokens: std::collections::BTreeSet<SubscriberToken> =
        truth.values().flat_map(|day| day.keys().copied()).collect();
    let mut lines = "subscriber,binding,card_day\n".to_owned();
    for (n, token) in tokens.iter().enumerate() {
        lines.push_str(&format!("{token},{n:064x},2020-03-04\n"));
    }
    let asked = table(&town, &lines);
    let out = town.path("itineraries.csv");
    let answered = answer(&town.state(), day(ASKED), &asked, &out).unwrap();
    assert_eq!(
        (answered.first.as_str(), answered.last.as_str()),
        ("2020-02-20", "2020-03-04")
    );

    let window = Window::asked_on(day(ASKED), luyin_itinerary::Rules::embedded());
    let mut wanted = vec![["binding", "day", "value", "card_day"].map(str::to_owned)];
    let mut ported = 0;
    for (n, token) in tokens.iter().enumerate() {
        match visited(window, of(&truth, *token)) {
            Ok(visited) => {
                let binding = format!("{n:064x}");
                wanted.push([
                    binding,
                    ASKED.to_owned(),
                    visited.value(),
                    "2020-03-04".to_owned(),
                ]);
            }
            Err(Unattested::Ported) => ported += 1,
            Err(Unattested::NotSeen) => {}
        }
    }
    let written = std::fs::read_to_string(&out).unwrap();
    let written: Vec<[String; 4]> = written
        .lines()
        .map(|line| {
            let fields: Vec<String> = line.split(',').map(str::to_owned).collect();
            fields.try_into().unwrap()
        })
        .collect();
    assert_eq!(written, wanted);
    assert!(ported > 0 && written.iter().any(|row| row[2].contains(';')));
    assert_eq!(
        answered.rows,
        answered.stated + answered.left_out.len() as u64
    );
}

#[test]
fn a_row_that_cannot_be_answered_is_left_out_with_its_reason_and_names_nobody() {
    let (town, month) = town();
    let token = *truth(&month, day("2020-03-04"))[&day("2020-03-04")]
        .keys()
        .next()
        .unwrap();
    let asked = table(
        &town,
        &format!(
            "binding,subscriber\naa,{token}\nbb,{token}\ncc,13800138000\ndd,ffffffffffffffff\nee\n"
        ),
    );
    let answered = answer(&town.state(), day(ASKED), &asked, &town.path("out.csv")).unwrap();
    assert_eq!((answered.rows, answered.stated), (5, 1));
    let reasons: Vec<&str> = answered
        .left_out
        .iter()
        .map(|l| l.reason.as_str())
        .collect();
    assert!(reasons[0].contains("row 1") && reasons[1].contains("token"));
    assert!(reasons[2].contains("not seen") && reasons[3].contains("not a row"));
    assert!(!format!("{answered:?}").contains("13800138000"));
    let other = table(&town, "subscriber,nym\n");
    let refused = answer(&town.state(), day(ASKED), &other, &town.path("out.csv"));
    assert!(matches!(
        refused,
        Err(WindowError::Asked(AskedError::Table { .. }))
    ));
}

#[test]
fn a_window_with_a_day_that_was_not_delivered_is_not_answered() {
    let town = Town::new();
    let token = u64::MAX;
    for n in 20..=29 {
        let date = format!("2020-02-{n}");
        let moment = format!("{}T0200", day(&date).plus(1).to_iso());
        // The first two hours of the next day are there, the rest of it is not.
        let next = day(&date).plus(1).to_iso();
        let lines = [
            line(token, at(&date, 12, 0), "420100"),
            line(token, at(&next, 1, 0), "420100"),
        ];
        town.deliver(&moment, "a.csv", &lines);
    }
    town.derive();
    let asked = table(&town, "subscriber,binding\n");
    let refused = answer(
        &town.state(),
        day("2020-03-02"),
        &asked,
        &town.path("out.csv"),
    );
    let Err(WindowError::Asked(AskedError::Incomplete { day: missing, .. })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(missing.to_iso(), "2020-02-17");
    let refused = luyin_itinerary_engine::window::complete(&town.state(), day("2020-03-05"));
    let Err(AskedError::Incomplete { day: missing, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        missing.to_iso(),
        "2020-03-01",
        "of which two hours are known"
    );
    assert!(!town.path("out.csv").exists());
}

#[test]
fn a_risk_list_is_counted_as_the_truth_has_it_by_tens_and_never_below() {
    let (town, month) = town();
    let truth = truth(&month, day("2020-02-20"));
    let mut met: std::collections::BTreeMap<SubscriberToken, luyin_protocol::itinerary::Itinerary> =
        std::collections::BTreeMap::new();
    for (day, all) in &truth {
        for (token, record) in all.iter().filter(|_| *day < self::day(ASKED)) {
            let seen = met.entry(*token).or_default();
            record
                .regions
                .regions()
                .for_each(|region| seen.insert(region));
        }
    }
    let table = RegionTable::embedded();
    let codes: Vec<_> = table
        .all_in_force(day(ASKED))
        .take(40)
        .map(|r| r.code())
        .collect();
    let counted = count(&town.state(), day(ASKED), &codes).unwrap();
    let told = |n: usize| (n >= 10).then_some(n as u64 / 10 * 10);
    let with = |code| {
        let region = table.by_code(code).unwrap().index();
        met.values().filter(|seen| seen.contains(region)).count()
    };
    for code in &codes {
        assert_eq!(
            counted.regions[&code.to_string()].told(),
            told(with(*code)),
            "{code}"
        );
    }
    assert_eq!(counted.subscribers.told(), told(met.len()));
    assert!(counted.any.told().unwrap() >= 10);
    assert!(counted.regions.values().any(|cell| cell.told().is_none()));
    let unknown = "ZZZ".parse().unwrap();
    let refused = count(&town.state(), day(ASKED), &[unknown]);
    assert!(matches!(refused, Err(CountError::Region { .. })));
}
