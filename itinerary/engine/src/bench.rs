//! `bench`: how fast days are derived from Parquet, in how much memory, beside DuckDB with the same question over the same
//! files. Every derivation is a process of its own, so that its memory is its own.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use luyin_itinerary::generator::{Month, Seed};
use luyin_protocol::region::{RegionCode, RegionTable};
use luyin_protocol::time::Day;
use serde::Serialize;
use serde_json::{Value, json};

use crate::generate::{Format, GenerateError, generate};
use crate::state::{Date, State, StateError};

/// Events a subscriber and day of the synthetic months, and their days: what is asked for in events becomes subscribers.
const FILL: u32 = 4;
const DAYS: u16 = 14;
const SUBSCRIBERS_A_MILLION: u32 = 10_000;

/// The prime that sums are taken modulo; DuckDB's 64-bit integers hold its products.
const PRIME: u64 = 1_000_000_007;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A file or folder.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: io::Error,
    },
    /// The synthetic month.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// The state.
    #[error(transparent)]
    State(#[from] StateError),
    /// A process that was measured.
    #[error("{what} failed: {said}")]
    Process {
        /// which
        what: String,
        /// its own words
        said: String,
    },
    /// What it said.
    #[error("{what} did not say what was expected")]
    Answer {
        /// which
        what: String,
    },
    /// DuckDB finds other stays.
    #[error("DuckDB finds other stays: {duckdb}, not {own}")]
    Differs {
        /// ours
        own: Value,
        /// DuckDB's
        duckdb: Value,
    },
}

/// Stays of a day, and a sum over them that does not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sum {
    /// Subscribers times regions.
    pub stays: u64,
    /// Sum of products of subscriber and region, modulo a prime.
    pub sum: u64,
}

/// The sums of every day of a state.
///
/// # Errors
/// [`StateError`].
pub fn sums(state: &State) -> Result<BTreeMap<Date, Sum>, StateError> {
    let days: Vec<Date> = state.manifest().days.keys().copied().collect();
    let mut sums = BTreeMap::new();
    for date in days {
        let mut sum = Sum::default();
        state.day(date.0, |token, record| {
            for region in record.regions.regions() {
                sum.stays += 1;
                let product = (token.get() % PRIME) * (u64::from(region.get()) + 1);
                sum.sum = (sum.sum + product % PRIME) % PRIME;
            }
        })?;
        sums.insert(date, sum);
    }
    Ok(sums)
}

/// The most memory that this process ever had, in bytes; 0 where the system does not say.
#[must_use]
pub fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Measures.
///
/// # Errors
/// [`BenchError`], also where DuckDB finds anything else.
pub fn run(millions: &[u32], work: &Path, python: Option<&Path>) -> Result<Value, BenchError> {
    let load_before = load();
    let mut curve = Vec::new();
    for millions in millions {
        curve.push(point(*millions, work, python)?);
    }
    Ok(json!({
        "cores": std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        "processor": processor(),
        "load_before": load_before,
        "aims": {"events_per_second": 2_000_000, "peak_memory_bytes": 2_u64 << 30, "of_duckdb": 0.8},
        "curve": curve,
    }))
}

fn processor() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find(|line| line.starts_with("model name"));
    let name = model.and_then(|line| line.split_once(':'));
    name.map_or_else(String::new, |(_, name)| name.trim().to_owned())
}

/// What else the machine was doing.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.trim().to_owned()
}

fn point(millions: u32, work: &Path, python: Option<&Path>) -> Result<Value, BenchError> {
    let subscribers = millions * SUBSCRIBERS_A_MILLION;
    let drop = work.join(format!("drop-{millions}"));
    let failed = |path: &Path, source| BenchError::File {
        path: path.to_owned(),
        source,
    };
    if !drop.join(".whole").exists() {
        eprintln!("{millions} M events: making them");
        let _ = fs::remove_dir_all(&drop);
        let first = Day::from_iso("2020-02-20").unwrap_or(Day::new(18_312));
        let month = Month::new(Seed::v1(0xbe9c), subscribers, first, DAYS, FILL);
        generate(&month, Format::Parquet, &drop, None)?;
        fs::write(drop.join(".whole"), "").map_err(|e| failed(&drop, e))?;
    }
    let state = work.join("state");
    let mut derived = Vec::new();
    for duplicates in [false, true] {
        if state.exists() {
            fs::remove_dir_all(&state).map_err(|e| failed(&state, e))?;
        }
        eprintln!("{millions} M events: deriving, duplicates counted: {duplicates}");
        derived.push(derive(&drop, &state, duplicates)?);
    }
    let own = serde_json::to_value(sums(&State::read(&state)?)?).unwrap_or_default();
    let mut point = json!({ "subscribers": subscribers });
    if let (Some(point), [plain, counted]) = (point.as_object_mut(), derived.as_slice()) {
        point.insert("derive".to_owned(), counted.clone());
        point.insert("derive_passing_over_duplicates".to_owned(), plain.clone());
        if let Some(python) = python {
            eprintln!("{millions} M events: DuckDB");
            let duckdb = duckdb(python, &drop, work)?;
            compare(own, &duckdb)?;
            let took = |of: &Value, what: &str| of[what].as_f64().unwrap_or(0.0);
            let query = took(&plain["seconds"], "query") + took(&plain["seconds"], "writing");
            let theirs = took(&duckdb, "seconds");
            point.insert("of_duckdb".to_owned(), json!(theirs / query));
            let whole = theirs / took(counted, "took_seconds");
            point.insert("of_duckdb_whole_derivation".to_owned(), json!(whole));
            point.insert("duckdb".to_owned(), duckdb);
        }
    }
    fs::remove_dir_all(&state).map_err(|e| failed(&state, e))?;
    Ok(point)
}

fn derive(drop: &Path, state: &Path, duplicates: bool) -> Result<Value, BenchError> {
    let own = std::env::current_exe().map_err(|source| BenchError::File {
        path: PathBuf::from("luyin-itinerary"),
        source,
    })?;
    let mut command = Command::new(own);
    command
        .arg("derive")
        .arg("--drop")
        .arg(drop)
        .arg("--state")
        .arg(state);
    if !duplicates {
        command.arg("--pass-over-duplicates");
    }
    let said = output(command, "derive")?;
    let events = said["rows"]["rows"].as_f64().unwrap_or(0.0);
    let took = said["took_seconds"].as_f64().unwrap_or(f64::NAN);
    Ok(json!({
        "events": said["rows"]["rows"],
        "events_per_second": (events / took).round(),
        "took_seconds": took,
        "seconds": said["seconds"],
        "peak_memory_bytes": said["peak_memory_bytes"],
        "days": said["derived"].as_object().map(serde_json::Map::len),
        "quarantined": said["rows"]["quarantined"],
    }))
}

/// The same question to DuckDB: its script gets the codes of places as a table and answers with the sums of each day.
fn duckdb(python: &Path, drop: &Path, work: &Path) -> Result<Value, BenchError> {
    let places = work.join("places.csv");
    let script = work.join("duckdb_stays.py");
    let write = |path: &Path, bytes: String| {
        fs::write(path, bytes).map_err(|source| BenchError::File {
            path: path.to_owned(),
            source,
        })
    };
    write(&places, places_table())?;
    write(&script, include_str!("../duckdb/stays.py").to_owned())?;
    let mut command = Command::new(python);
    command
        .arg(&script)
        .arg(drop)
        .arg(&places)
        .arg(work.join("duckdb"));
    output(command, "DuckDB")
}

/// Every code that a station of a synthetic month may carry, with its region on the month's days.
#[must_use]
pub fn places_table() -> String {
    let mut table = "code,region\n".to_owned();
    let day = Day::from_iso("2020-02-20").unwrap_or(Day::new(18_312));
    let mut add = |code: String| {
        if let Ok(place) = luyin_itinerary::Places::embedded().on(&code, day) {
            table.push_str(&format!("{code},{}\n", place.region));
        }
    };
    for code in 110_000..830_000 {
        add(code.to_string());
    }
    for region in RegionTable::embedded().regions() {
        if matches!(region.code(), RegionCode::Country(_)) {
            add(region.code().to_string());
        }
    }
    table
}

fn compare(own: Value, duckdb: &Value) -> Result<(), BenchError> {
    let duckdb = duckdb["days"].clone();
    if own == duckdb {
        Ok(())
    } else {
        Err(BenchError::Differs { own, duckdb })
    }
}

fn output(mut command: Command, what: &str) -> Result<Value, BenchError> {
    let output = command.output().map_err(|source| BenchError::File {
        path: command.get_program().into(),
        source,
    })?;
    if !output.status.success() {
        return Err(BenchError::Process {
            what: what.to_owned(),
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        });
    }
    serde_json::from_slice(&output.stdout).map_err(|_| BenchError::Answer {
        what: what.to_owned(),
    })
}
