//! `luyin bench`: what this machine can do, beside what it could do at most.

use super::say::Say;
#[cfg(feature = "bft")]
use crate::bench::consortium;
use crate::bench::proving::Effort;
use crate::bench::{node, report};
use anyhow::Context;
use clap::Args;
use indicatif::ProgressBar;
use std::path::PathBuf;
use std::time::Duration;

/// Measure this machine: proofs, durable check-ins a second, memory, disk, restart
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  luyin bench --quick --json
  luyin bench --json > figures.json
  luyin bench net --json
Each figure stands beside the raw limit of the same run.")]
pub struct BenchArgs {
    /// Under a minute: smaller samples, a small ledger for the restart
    #[arg(long)]
    quick: bool,
    /// Where to work; a directory that is removed afterwards where none is named
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Run the node that a bench loads, over its directory
    #[arg(long, hide = true)]
    node: Option<PathBuf>,
    #[cfg(feature = "bft")]
    #[command(subcommand)]
    what: Option<What>,
}

/// What else can be measured.
#[cfg(feature = "bft")]
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Four nodes that agree, on this machine: check-ins a second, idle cost, and what faults do to them
    Net {
        /// Rounds of each fault
        #[arg(long, default_value_t = 3)]
        rounds: usize,
    },
}

/// Measures.
///
/// # Errors
/// Where a directory, the node or a measurement fails.
pub fn run(args: BenchArgs, say: Say) -> anyhow::Result<()> {
    if let Some(root) = args.node {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        return runtime.block_on(node::run(&root));
    }
    let effort = if args.quick {
        Effort::Quick
    } else {
        Effort::Full
    };
    let temporary = tempfile::tempdir().context("a directory to work in")?;
    let directory = args
        .directory
        .unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&directory)?;
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(200));
    let told = |stage: &str| bar.set_message(stage.to_owned());
    #[cfg(feature = "bft")]
    if let Some(What::Net { rounds }) = args.what {
        let effort = if args.quick {
            consortium::Effort::QUICK
        } else {
            consortium::Effort::FULL
        }
        .with_rounds(rounds);
        let report = consortium::run(effort, &directory, told)?;
        bar.finish_and_clear();
        print(&report, say)?;
        anyhow::ensure!(
            report.found.is_sound(),
            "the nodes do not agree, or lost what they had acknowledged"
        );
        return Ok(());
    }
    let report = report::run(effort, &directory, told)?;
    bar.finish_and_clear();
    print(&report, say)
}

fn print(report: &impl serde::Serialize, say: Say) -> anyhow::Result<()> {
    say.outcome(report, || {
        serde_json::to_string_pretty(report).unwrap_or_default()
    });
    Ok(())
}
