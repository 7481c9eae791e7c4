//! `luyin-itinerary`: the itinerary engine on a command line. What it says is JSON; why it refused goes to standard error.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand};
use luyin_itinerary::Moment;
use luyin_itinerary::generator::{Month, Seed};
use luyin_itinerary_engine::bench::{self, BenchError};
use luyin_itinerary_engine::count::{CountError, count};
use luyin_itinerary_engine::derive::{Derivation, DeriveError, Duplicates};
use luyin_itinerary_engine::generate::{Format, GenerateError, generate};
use luyin_itinerary_engine::state::{State, StateError, Unwatched};
use luyin_itinerary_engine::window::{WindowError, answer};
use luyin_protocol::region::RegionCode;
use luyin_protocol::time::{Day, Timestamp};
use serde::Serialize;
use serde_json::json;

/// Derives itineraries from an operator's events
#[derive(Parser)]
#[command(after_help = "Examples:
  luyin-itinerary generate --seed v1:7 --subscribers 1000 --first 2020-02-18 --days 16 --drop drop --truth truth.csv
  luyin-itinerary derive --drop drop --state state
  luyin-itinerary window --state state --on 2020-03-05 --asked asked.csv --out itineraries.csv
  luyin-itinerary count --state state --on 2020-03-05 --region 420100 --region JPN
A drop holds a folder a delivery, named by its moment in Beijing (2020-03-06T0200), with files .parquet, .csv or .csv.gz of the
columns subscriber, time, region, kind. The asked have the columns subscriber, binding and may have card_day. The synthetic
months that `generate` makes are 演示数据.")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Read what was delivered since the last run, and derive the days that it touches
    Derive {
        /// The operator's folder of deliveries; it is only read
        #[arg(long, value_name = "DIR")]
        drop: PathBuf,
        /// What is kept between runs
        #[arg(long, value_name = "DIR")]
        state: PathBuf,
        /// What time it is, 2020-03-06T0930 in Beijing, where the machine's clock is not to be asked
        #[arg(long, value_name = "MOMENT")]
        now: Option<Moment>,
        /// Do not count rows that stand twice in a delivery, which takes time; they change nothing
        #[arg(long)]
        pass_over_duplicates: bool,
    },
    /// The regions of the window of those who asked, as the table that `luyin attester issue` takes
    Window {
        /// What `derive` keeps
        #[arg(long, value_name = "DIR")]
        state: PathBuf,
        /// Day of the question, YYYY-MM-DD in Beijing
        #[arg(long, value_parser = day)]
        on: Day,
        /// Who asked
        #[arg(long, value_name = "FILE")]
        asked: PathBuf,
        /// The table
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// How many subscribers have regions in their window; never fewer than ten, and only by tens
    Count {
        /// What `derive` keeps
        #[arg(long, value_name = "DIR")]
        state: PathBuf,
        /// Day of the question, YYYY-MM-DD in Beijing
        #[arg(long, value_parser = day)]
        on: Day,
        /// Code of a region; may be repeated
        #[arg(long, required = true)]
        region: Vec<RegionCode>,
    },
    /// Make a synthetic month with known truth (演示数据)
    Generate {
        /// v1:NUMBER
        #[arg(long)]
        seed: Seed,
        /// How many
        #[arg(long)]
        subscribers: u32,
        /// First day, YYYY-MM-DD
        #[arg(long, value_parser = day, default_value = "2020-02-18")]
        first: Day,
        /// How many
        #[arg(long, default_value_t = 16)]
        days: u16,
        /// Sightings a day beside the first and last of each presence
        #[arg(long, default_value_t = 4)]
        fill: u32,
        /// How events are written
        #[arg(long, value_enum, default_value = "parquet")]
        format: Format,
        /// Where deliveries go
        #[arg(long, value_name = "DIR")]
        drop: PathBuf,
        /// Where the truth goes
        #[arg(long, value_name = "FILE")]
        truth: Option<PathBuf>,
    },
    /// Measure a derivation of a million events, of ten and of a hundred, beside DuckDB where its Python is named
    Bench {
        /// How many events, in millions; may be repeated
        #[arg(long, default_values_t = [1, 10, 100])]
        millions: Vec<u32>,
        /// Where synthetic months are kept from one run to the next
        #[arg(long, value_name = "DIR")]
        work: PathBuf,
        /// A Python that has the package duckdb
        #[arg(long, value_name = "FILE")]
        python: Option<PathBuf>,
    },
    /// Numbers of stays and a sum over them, a day each, to compare two derivations by
    #[command(hide = true)]
    Sums {
        /// What `derive` keeps
        #[arg(long, value_name = "DIR")]
        state: PathBuf,
    },
}

fn day(text: &str) -> Result<Day, String> {
    Day::from_iso(text).map_err(|_| "write it as YYYY-MM-DD".to_owned())
}

#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Derive(#[from] DeriveError),
    #[error(transparent)]
    Window(#[from] WindowError),
    #[error(transparent)]
    Count(#[from] CountError),
    #[error(transparent)]
    Generate(#[from] GenerateError),
    #[error(transparent)]
    Bench(#[from] BenchError),
    #[error("no threads: {0}")]
    Threads(#[from] std::io::Error),
    #[error("what was done cannot be told: {0}")]
    Json(#[from] serde_json::Error),
}

fn main() -> ExitCode {
    match run(Arguments::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refusal) => {
            eprintln!("{refusal}");
            ExitCode::FAILURE
        }
    }
}

fn run(verb: Verb) -> Result<(), Refusal> {
    match verb {
        Verb::Derive {
            drop,
            state,
            now,
            pass_over_duplicates,
        } => {
            let begun = Instant::now();
            let duplicates = if pass_over_duplicates {
                Duplicates::PassedOver
            } else {
                Duplicates::Counted
            };
            let derivation = Derivation {
                drop,
                duplicates,
                now: now.map_or_else(machine_time, Moment::timestamp),
            };
            let threads = tokio::runtime::Builder::new_multi_thread().build()?;
            let mut state = State::open(&state, Arc::new(Unwatched))?;
            let report = threads.block_on(derivation.run(&mut state))?;
            let mut said = serde_json::to_value(&report)?;
            if let Some(said) = said.as_object_mut() {
                let took = begun.elapsed().as_secs_f64();
                said.insert("took_seconds".to_owned(), json!(took));
                said.insert("peak_memory_bytes".to_owned(), json!(bench::peak_memory()));
            }
            say(&said)
        }
        Verb::Window {
            state,
            on,
            asked,
            out,
        } => say(&answer(&State::read(&state)?, on, &asked, &out)?),
        Verb::Count { state, on, region } => say(&count(&State::read(&state)?, on, &region)?),
        Verb::Generate {
            seed,
            subscribers,
            first,
            days,
            fill,
            format,
            drop,
            truth,
        } => {
            let month = Month::new(seed, subscribers, first, days, fill);
            say(&generate(&month, format, &drop, truth.as_deref())?)
        }
        Verb::Bench {
            millions,
            work,
            python,
        } => say(&bench::run(&millions, &work, python.as_deref())?),
        Verb::Sums { state } => say(&bench::sums(&State::read(&state)?)?),
    }
}

fn say(what: &impl Serialize) -> Result<(), Refusal> {
    println!("{}", serde_json::to_string_pretty(what)?);
    Ok(())
}

/// The machine's clock. Only deliveries from the future are refused by it.
fn machine_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let ms = since.map_or(0, |since| since.as_millis());
    Timestamp::new(u64::try_from(ms).unwrap_or(u64::MAX))
}
