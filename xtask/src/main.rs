//! `cargo xtask <verb>`: the commands of this repository.

#![forbid(unsafe_code)]

mod bench;
mod bench_web;
mod browser;
mod command;
mod debian;
mod deny;
mod faults;
mod fuzz;
mod itinerary;
mod links;
mod outside;
mod properties;
mod python;
mod regions;
mod report;
mod setup;
mod sources;
mod suite;
mod up;
mod wasm;
mod web;
mod words;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::setup::{Build, Need};
use crate::suite::Length;
use crate::up::Demo;
use crate::workspace::Workspace;

/// Set up, test, run and measure Luyin.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Check what the tests need and install what is missing
    Setup,
    /// Set up, build in release mode and run a demo node on this machine
    Up {
        /// Port on the loopback address
        #[arg(long, default_value_t = 8420)]
        port: u16,
        /// Throw away the data of the last demo first
        #[arg(long)]
        fresh: bool,
        /// How many nodes agree on the ledger
        #[arg(long, default_value_t = 1)]
        validators: u8,
        /// How many witnesses watch over it
        #[arg(long, default_value_t = 0)]
        witnesses: u8,
    },
    /// Set up and run the suites, all of them even after a failure
    Test {
        /// Run this suite only; may be given several times
        #[arg(long, value_name = "NAME")]
        suite: Vec<String>,
        /// Show the suites and run nothing
        #[arg(long)]
        list: bool,
    },
    /// The suites with their long variants, fuzzing, and the check of dependencies
    Nightly {
        /// Seconds for each fuzz target
        #[arg(long, default_value_t = fuzz::SECONDS)]
        fuzz_seconds: u32,
    },
    /// Run the suites that others published, over data outside the repository: `name passed/total`
    Suites {
        /// The folder that the suites' folders stand in
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// Fuzz alone: every decoder from its seeds, then with its planted fault
    Fuzz {
        /// This target only; may be given several times
        #[arg(long, value_name = "NAME")]
        target: Vec<String>,
        /// Seconds for each target
        #[arg(long, default_value_t = fuzz::SECONDS)]
        seconds: u32,
    },
    /// Build in release mode and measure; the figures come as JSON
    Bench {
        /// Small sizes, to see that it works
        #[arg(long)]
        quick: bool,
    },
    /// Build the pages and measure them in Chromium: a table, or JSON alone on standard output
    BenchWeb {
        /// One JSON object
        #[arg(long)]
        json: bool,
        /// Build what is measured and stop
        #[arg(long, hide = true)]
        prepare: bool,
    },
    /// Build the itinerary engine and measure it beside DuckDB; the figures come as JSON
    BenchItinerary {
        /// How many events, in millions; may be given several times
        #[arg(long, value_name = "N", default_values_t = [1, 10, 100])]
        millions: Vec<u32>,
        /// Build what is measured, and stop
        #[arg(long, hide = true)]
        prepare: bool,
    },
    /// Build the modules for the browser and the pages, which the service then carries
    Web,
    /// Make the region tables again from their sources
    Regions {
        /// Compare only, and fail on any difference
        #[arg(long)]
        check: bool,
    },
    /// Look for words and files that may not be in the source
    Words,
    /// Look for dead relative links in the documents
    Links,
}

fn main() -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    match Arguments::parse().verb {
        Verb::Setup => setup::run(&workspace, &Need::ALL, Build::Dev)?,
        Verb::Up {
            port,
            fresh,
            validators,
            witnesses,
        } => up::run(
            &workspace,
            &Demo {
                port,
                validators,
                witnesses,
            },
            fresh,
        )?,
        Verb::Test { list: true, .. } => print!("{}", suite::listing()),
        Verb::Test { suite, .. } => {
            let chosen = suite::choose(&suite)?;
            return suite::run(&workspace, &chosen, Length::Usual);
        }
        Verb::Nightly { fuzz_seconds } => {
            return suite::run(
                &workspace,
                &suite::nightly(),
                Length::Nightly { fuzz_seconds },
            );
        }
        Verb::Suites { dir } => outside::run(&workspace, dir.as_deref())?,
        Verb::Fuzz { target, seconds } => println!("{}", fuzz::run(&workspace, seconds, &target)?),
        Verb::Bench { quick } => bench::run(&workspace, quick)?,
        Verb::BenchWeb { prepare: true, .. } => bench_web::prepare(&workspace)?,
        Verb::BenchWeb { json, .. } => bench_web::run(&workspace, json)?,
        Verb::BenchItinerary { prepare: true, .. } => itinerary::prepare(&workspace)?,
        Verb::BenchItinerary { millions, .. } => itinerary::bench(&workspace, &millions)?,
        Verb::Web => web::run(&workspace)?,
        Verb::Regions { check: true } => println!("{}", regions::check(&workspace)?),
        Verb::Regions { check: false } => regions::write(&workspace)?,
        Verb::Words => println!("{}", words::check(&workspace)?),
        Verb::Links => println!("{}", links::check(&workspace)?),
    }
    Ok(ExitCode::SUCCESS)
}
