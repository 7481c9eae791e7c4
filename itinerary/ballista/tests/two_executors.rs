//! One scheduler and two executors on loopback, each a process, and the engine beside them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use luyin_itinerary::generator::{Month, Seed};
use luyin_itinerary_engine::bench::{places_table, sums};
use luyin_itinerary_engine::derive::{Derivation, Duplicates};
use luyin_itinerary_engine::generate::{Format, generate};
use luyin_itinerary_engine::state::{State, Unwatched};
use luyin_protocol::time::Day;
use serde_json::Value;

/// A process of the trial; it ends with this value, since its input does.
struct Process {
    child: Child,
    said: String,
}

impl Process {
    fn start(arguments: &[&str], temporary: &Path) -> Self {
        std::fs::create_dir_all(temporary).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_luyin-itinerary-ballista"))
            .args(arguments)
            .env("TMPDIR", temporary)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let output = child.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut said).unwrap();
        let said = said.trim().to_owned();
        assert!(
            !said.is_empty(),
            "{arguments:?} ended before it said a word"
        );
        Self { child, said }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => bytes_below(&entry.path()),
            false => entry.metadata().unwrap().len(),
        })
        .sum()
}

fn derived(drop: &Path, state: &Path) -> BTreeMap<String, Value> {
    let derivation = Derivation {
        drop: drop.to_owned(),
        duplicates: Duplicates::PassedOver,
        now: Day::from_iso("2030-01-01").unwrap().start(),
    };
    let threads = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let mut state = State::open(state, Arc::new(Unwatched)).unwrap();
    threads.block_on(derivation.run(&mut state)).unwrap();
    let sums = serde_json::to_value(sums(&state).unwrap()).unwrap();
    serde_json::from_value(sums).unwrap()
}

#[test]
fn two_executors_find_the_stays_that_the_engine_finds_and_both_hand_rows_on_through_files() {
    let work = tempfile::tempdir().unwrap();
    let at = |name: &str| -> PathBuf { work.path().join(name) };
    let first = Day::from_iso("2020-02-20").unwrap();
    let month = Month::new(Seed::v1(0xba11), 2_000, first, 14, 4);
    generate(&month, Format::Parquet, &at("drop"), None).unwrap();
    std::fs::write(at("places.csv"), places_table()).unwrap();
    let expected = derived(&at("drop"), &at("state"));
    assert_eq!(expected.len(), 14);

    let scheduler = Process::start(&["scheduler"], &at("scheduler"));
    let executors = ["one", "two"].map(at);
    let executor = ["executor", "--scheduler", &scheduler.said];
    let running = executors
        .each_ref()
        .map(|own| Process::start(&executor, own));
    let (drop, places) = (at("drop"), at("places.csv"));
    let (drop, places) = (drop.to_str().unwrap(), places.to_str().unwrap());
    let ask = [
        "ask",
        "--scheduler",
        &scheduler.said,
        "--drop",
        drop,
        "--places",
        places,
    ];
    let answer = Process::start(&ask, &at("client"));
    let found: BTreeMap<String, Value> = serde_json::from_str(&answer.said).unwrap();
    assert_eq!(found, expected);

    // Why the engine is not run so: an operator's rows lie on the disks of all who took part, and stay there.
    let bytes = || executors.each_ref().map(|own| bytes_below(own));
    let handed_on = bytes();
    std::mem::drop(running);
    let left = bytes();
    println!("bytes of rows below the executors: {handed_on:?}, and {left:?} when they had ended");
    assert!(
        handed_on.iter().all(|bytes| *bytes > 100_000),
        "{handed_on:?}"
    );
}
