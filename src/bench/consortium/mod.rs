//! `luyin bench net`: four nodes on this machine, over loopback, with the load on the same cores; then what is done to them.

mod faults;
mod journal;
mod links;
mod nodes;

use super::disk;
use super::load::{self, Outcome, Plan};
use super::report::body;
use crate::clock::Clock;
use anyhow::Context;
use faults::{Fault, Row, Trial};
use journal::{Found, Journal, compare};
use luyin_protocol::tx::Tx;
use nodes::{NODES, Nodes, Time};
use serde::Serialize;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Seconds of each load.
    pub seconds: f64,
    /// Rounds of each fault.
    pub rounds: usize,
    /// How long a fault lasts.
    pub fault: Duration,
    /// How long two nodes stand still.
    pub stop: Duration,
}

impl Effort {
    /// A few minutes.
    pub const QUICK: Self = Self {
        seconds: 5.0,
        rounds: 3,
        fault: Duration::from_secs(3),
        stop: Duration::from_secs(5),
    };
    /// What the published figures are made with.
    pub const FULL: Self = Self {
        seconds: 20.0,
        rounds: 3,
        fault: Duration::from_secs(5),
        stop: Duration::from_secs(15),
    };

    /// The same with so many rounds of each fault.
    #[must_use]
    pub const fn with_rounds(self, rounds: usize) -> Self {
        Self { rounds, ..self }
    }
}

/// Rates that are offered, check-ins a second in all.
const RATES: [f64; 6] = [100.0, 200.0, 300.0, 350.0, 400.0, 500.0];
/// Latency that a rate must keep to count, milliseconds.
const P99_LIMIT_MS: f64 = 1_500.0;
/// How long the nodes have nothing to do.
const IDLE: Duration = Duration::from_secs(8);

/// A load, and what it cost.
#[derive(Clone, Debug, Serialize)]
pub struct Load {
    /// What came back.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Blocks that were made of it.
    pub blocks: u64,
    /// Check-ins of one of them, on average.
    pub checkins_per_block: f64,
    /// Cores that all nodes used together.
    pub nodes_cores: f64,
}

impl Load {
    /// Nothing was shed, and the latency kept.
    fn is_borne(&self) -> bool {
        self.outcome.accepted == self.outcome.sent && self.outcome.p99_ms <= P99_LIMIT_MS
    }
}

/// One printed object.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Cores that were used.
    pub cores: usize,
    /// Nodes that agreed.
    pub validators: usize,
    /// Appends with a sync each, a second: the limit of the disk, which all nodes share.
    pub raw_syncs_per_s: f64,
    /// Share of a core that a node uses with nothing to do, percent.
    pub idle_core_percent: f64,
    /// Durable check-ins ordered by four, a second: the highest rate at which nothing was shed and p99 stayed within 1.5 s.
    pub checkin_per_s: f64,
    /// At that rate, from the intended time of sending, milliseconds.
    pub p50_ms: f64,
    /// The same, 99th percentile.
    pub p99_ms: f64,
    /// Check-ins of a block at that rate, on average.
    pub checkins_per_block: f64,
    /// Every rate that was offered.
    pub load: Vec<Load>,
    /// The most memory that a node held, MiB.
    pub node_rss_mib: f64,
    /// Check-ins a second that a node with nothing left was given, each verified.
    pub resync_per_s: f64,
    /// The fault table.
    pub faults: Vec<Row>,
    /// Forks, and acknowledgements that were lost.
    #[serde(flatten)]
    pub found: Found,
}

/// Measures everything, with a word on each stage.
///
/// # Errors
/// Where a directory or a node fails, or the nodes do not come together again.
pub fn run(effort: Effort, directory: &Path, say: impl FnMut(&str)) -> anyhow::Result<Report> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(measure(effort, directory, say))
}

async fn measure(
    effort: Effort,
    directory: &Path,
    mut say: impl FnMut(&str),
) -> anyhow::Result<Report> {
    say("disk");
    let raw_syncs_per_s = disk::syncs_per_s(directory, 200)?;
    say("four nodes with simulated proofs");
    let now = Clock::System.now();
    let (network, mut nodes) = Nodes::found(directory, now).await?;
    let mut supply = network.check_ins(&network.chain()?, demand(effort), now)?;
    for n in 0..NODES {
        nodes.start(n, Time::Right)?;
    }
    let journal = Journal::default();
    first_ack(&nodes, &journal, &mut supply).await?;
    say("nothing to do");
    let idle_core_percent = idle(&nodes).await?;
    let mut load: Vec<Load> = Vec::new();
    for rate in RATES {
        say(&format!("{rate} check-ins a second"));
        let count = (rate * effort.seconds) as usize;
        let bodies = supply.split_off(supply.len().saturating_sub(count));
        load.push(offer(&nodes, &journal, rate, &bodies).await?);
        if !load.last().is_some_and(Load::is_borne) {
            break;
        }
    }
    let node_rss_mib = rss(&nodes)?;
    let mut faults = Vec::new();
    let mut trial = Trial {
        nodes: &mut nodes,
        journal: &journal,
        supply: &mut supply,
        sent: JoinSet::new(),
    };
    for fault in Fault::ALL {
        say(&format!("{fault:?}"));
        let lasts = match fault {
            Fault::StopTwo => effort.stop,
            _ => effort.fault,
        };
        faults.push(trial.run(fault, effort.rounds, lasts).await?);
    }
    say("a node with nothing left");
    let loaded = load.iter().map(|load| load.outcome.accepted).sum();
    let resync_per_s = trial.wipe(&network, loaded).await?;
    say("comparing");
    let found = compare(&journal, &nodes).await?;
    let best = load.iter().rfind(|load| load.is_borne());
    let Load {
        outcome: best,
        checkins_per_block,
        ..
    } = best.or(load.first()).cloned().context("a load")?;
    Ok(Report {
        cores: rayon::current_num_threads(),
        validators: NODES,
        raw_syncs_per_s,
        idle_core_percent,
        checkin_per_s: best.accepted_per_s,
        p50_ms: best.p50_ms,
        p99_ms: best.p99_ms,
        checkins_per_block,
        load,
        node_rss_mib,
        resync_per_s,
        faults,
        found,
    })
}

/// Offers check-ins at a rate, to all nodes in turn.
async fn offer(nodes: &Nodes, journal: &Journal, rate: f64, bodies: &[Tx]) -> anyhow::Result<Load> {
    let (before, used) = (journal.height(nodes, 0).await, used(nodes)?);
    let begun = Instant::now();
    let outcome = load::run(Plan {
        urls: (0..NODES).map(|n| nodes.url(n, "/v1/checkins")).collect(),
        bodies: bodies.iter().map(body).collect(),
        rate,
    })
    .await;
    let spent = self::used(nodes)?.saturating_sub(used);
    let took = begun.elapsed();
    let after = journal.height(nodes, 0).await.unwrap_or_default();
    let blocks = after.saturating_sub(before.unwrap_or_default());
    Ok(Load {
        blocks,
        checkins_per_block: outcome.accepted as f64 / blocks.max(1) as f64,
        nodes_cores: spent.as_secs_f64() / took.as_secs_f64(),
        outcome,
    })
}

/// How many check-ins all of it needs at most.
fn demand(effort: Effort) -> usize {
    let loads: f64 = RATES.iter().map(|rate| rate * effort.seconds).sum();
    let faults = Fault::ALL.len() * effort.rounds;
    let longest = effort.stop.max(effort.fault).as_secs() as usize + 60;
    loads as usize + faults * longest * 40 + 1_000
}

/// Until the nodes have found each other.
async fn first_ack(nodes: &Nodes, journal: &Journal, supply: &mut Vec<Tx>) -> anyhow::Result<()> {
    let tx = supply.pop().context("a check-in")?;
    let until = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        if journal
            .send(nodes.url(0, "/v1/checkins"), &tx)
            .await
            .is_some()
        {
            return Ok(());
        }
    }
    anyhow::bail!("the nodes did not come together")
}

/// The share of a core that a node uses, in percent, averaged over all.
async fn idle(nodes: &Nodes) -> anyhow::Result<f64> {
    let before = used(nodes)?;
    tokio::time::sleep(IDLE).await;
    let spent = used(nodes)?.saturating_sub(before);
    Ok(spent.as_secs_f64() / IDLE.as_secs_f64() / NODES as f64 * 100.0)
}

/// Processor time that all nodes have used.
fn used(nodes: &Nodes) -> anyhow::Result<Duration> {
    let all = nodes.up().map(|n| nodes.process(n)?.used());
    all.sum()
}

/// The most memory of any node.
fn rss(nodes: &Nodes) -> anyhow::Result<f64> {
    let all = nodes.up().map(|n| nodes.process(n)?.peak_mib());
    let all: Vec<f64> = all.collect::<anyhow::Result<_>>()?;
    Ok(all.into_iter().fold(0.0, f64::max))
}
