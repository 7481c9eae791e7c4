//! `simulate --seeds A..B --nodes 4|7`: runs seeds and prints one line of JSON.

use luyin_simulation::plan::{Plan, Size};
use luyin_simulation::trace::Echo;
use luyin_simulation::world::World;
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::process::ExitCode;
use thiserror::Error;

/// What is wrong with the command line.
#[derive(Debug, Error)]
enum UsageError {
    #[error("{0} needs a value")]
    Value(String),
    #[error("seeds are given as A..B")]
    Seeds,
    #[error("there are runs with 4 and with 7 nodes")]
    Nodes,
    #[error("unknown argument {0}")]
    Unknown(String),
}

struct Arguments {
    seeds: Range<u64>,
    size: Size,
    echo: Echo,
}

fn arguments() -> Result<Arguments, UsageError> {
    let mut parsed = Arguments {
        seeds: 0..50,
        size: Size::Four,
        echo: Echo::Silent,
    };
    let mut rest = std::env::args().skip(1);
    while let Some(name) = rest.next() {
        if name == "--trace" {
            parsed.echo = Echo::Shown;
            continue;
        }
        let value = rest.next().ok_or_else(|| UsageError::Value(name.clone()))?;
        match name.as_str() {
            "--seeds" => {
                let (from, to) = value.split_once("..").ok_or(UsageError::Seeds)?;
                let from = from.parse().map_err(|_| UsageError::Seeds)?;
                parsed.seeds = from..to.parse().map_err(|_| UsageError::Seeds)?;
            }
            "--nodes" => {
                parsed.size = match value.as_str() {
                    "4" => Size::Four,
                    "7" => Size::Seven,
                    _ => return Err(UsageError::Nodes),
                };
            }
            _ => return Err(UsageError::Unknown(name)),
        }
    }
    Ok(parsed)
}

fn main() -> ExitCode {
    let Arguments { seeds, size, echo } = match arguments() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("simulate: {error}");
            return ExitCode::from(2);
        }
    };
    let mut all = Sha256::new();
    let (mut steps, mut decisions, mut halts, mut refusals) = (0, 0, 0, 0);
    let (mut forks, mut findings, mut recovery) = (0, 0, 0);
    for seed in seeds.clone() {
        let outcome = match World::new(Plan::of(seed, size), echo) {
            Ok(world) => world.run(),
            Err(error) => {
                eprintln!("simulate: {error}");
                return ExitCode::from(2);
            }
        };
        all.update(outcome.trace);
        steps += outcome.steps;
        decisions += outcome.decisions;
        halts += outcome.halts;
        refusals += outcome.refusals;
        recovery = recovery.max(outcome.recovery);
        for finding in &outcome.findings {
            eprintln!("seed {seed}: {finding}");
            findings += 1;
            forks += u64::from(matches!(
                finding,
                luyin_simulation::watch::Finding::Fork { .. }
            ));
        }
    }
    let trace: String = all.finalize().iter().map(|b| format!("{b:02x}")).collect();
    println!(
        "{{\"seeds\":\"{}..{}\",\"nodes\":{},\"steps\":{steps},\"decisions\":{decisions},\"forks\":{forks},\
         \"findings\":{findings},\"halts\":{halts},\"refusals\":{refusals},\"slowest_recovery_ms\":{},\
         \"trace\":\"{trace}\"}}",
        seeds.start,
        seeds.end,
        size.nodes(),
        recovery / 1_000,
    );
    if findings == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
