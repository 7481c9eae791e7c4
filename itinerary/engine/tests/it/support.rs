//! A folder with an operator's drop and a state.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use luyin_itinerary::generator::{Month, Seed};
use luyin_itinerary::{DayRecord, Records};
use luyin_itinerary_engine::derive::{Derivation, DeriveError, Duplicates, Report};
use luyin_itinerary_engine::generate::{Format, Generated, generate};
use luyin_itinerary_engine::state::{State, StateError, Unwatched, Watch};
use luyin_protocol::time::{Day, Timestamp};

pub fn day(text: &str) -> Day {
    Day::from_iso(text).unwrap()
}

pub fn month(seed: u64, subscribers: u32, days: u16) -> Month {
    Month::new(Seed::v1(seed), subscribers, day("2020-02-18"), days, 4)
}

pub struct Town {
    folder: tempfile::TempDir,
}

impl Town {
    pub fn new() -> Self {
        let town = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::create_dir_all(town.drop()).unwrap();
        town
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn drop(&self) -> PathBuf {
        self.path("drop")
    }

    pub fn generate(&self, month: &Month, format: Format) -> Generated {
        generate(month, format, &self.drop(), None).unwrap()
    }

    /// A delivery of lines `subscriber,time,region,kind`.
    pub fn deliver(&self, moment: &str, file: &str, lines: &[String]) {
        let folder = self.drop().join(moment);
        std::fs::create_dir_all(&folder).unwrap();
        let table = format!("subscriber,time,region,kind\n{}\n", lines.join("\n"));
        std::fs::write(folder.join(file), table).unwrap();
    }

    pub fn derive(&self) -> Report {
        self.try_derive(&self.drop(), Arc::new(Unwatched)).unwrap()
    }

    pub fn try_derive(&self, drop: &Path, watch: Arc<dyn Watch>) -> Result<Report, DeriveError> {
        derive(drop, &self.path("state"), watch)
    }

    pub fn state(&self) -> State {
        State::read(&self.path("state")).unwrap()
    }

    pub fn records(&self) -> Records {
        records(&self.state())
    }
}

pub fn derive(drop: &Path, state: &Path, watch: Arc<dyn Watch>) -> Result<Report, DeriveError> {
    let derivation = Derivation {
        drop: drop.to_owned(),
        duplicates: Duplicates::Counted,
        now: day("2030-01-01").start(),
    };
    let threads = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let mut state = State::open(state, watch)?;
    threads.block_on(derivation.run(&mut state))
}

pub fn records(state: &State) -> Records {
    let mut records = Records::new();
    let days: Vec<Day> = state.manifest().days.keys().map(|date| date.0).collect();
    for day in days {
        let of_day: &mut BTreeMap<_, DayRecord> = records.entry(day).or_default();
        state
            .day(day, |token, record| {
                assert!(of_day.insert(token, *record).is_none());
            })
            .unwrap();
    }
    records
}

/// What is true of a month, the days before `first` left out.
pub fn truth(month: &Month, first: Day) -> Records {
    let (mut records, mut rows) = (Records::new(), Vec::new());
    for day in month.days().filter(|day| *day >= first) {
        for subscriber in 0..month.subscribers() {
            rows.clear();
            let truth = month.day(subscriber, day, &mut rows).unwrap();
            if let Some(record) = truth.record {
                records.entry(day).or_default().insert(truth.token, record);
            }
        }
    }
    records
}

/// Every file of a state but the lock, by name.
pub fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for folder in [root.to_owned(), root.join("days")] {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_file() && name != "lock" {
                files.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

/// Seconds of a time of a Beijing day.
pub fn at(date: &str, hour: u64, minute: u64) -> u64 {
    day(date).start().get() / 1000 + hour * 3600 + minute * 60
}

pub fn line(token: u64, time: u64, code: &str) -> String {
    format!("{token:016x},{time},{code},update")
}

pub fn received(day: Day) -> Timestamp {
    Month::received(day)
}

pub fn is_locked(error: &DeriveError) -> bool {
    matches!(error, DeriveError::State(StateError::Locked(_)))
}
