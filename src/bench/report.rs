//! All measurements of one run, in order.

use super::disk::{self, Usage};
use super::load::{self, Outcome, Plan};
use super::network::BenchNetwork;
use super::process::NodeProcess;
use super::proving::{self, Effort, Figures};
use crate::clock::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Bytes;
use luyin_protocol::codec::Canonical;
use luyin_protocol::tx::Tx;
use serde::Serialize;
use std::path::Path;

/// One printed object.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Cores that were used.
    pub cores: usize,
    /// Quick or full.
    pub effort: &'static str,
    /// Proving, verifying, sizes.
    #[serde(flatten)]
    pub figures: Figures,
    /// Durable check-ins a second over HTTP: the highest offered rate at which nothing was shed and the 99th percentile
    /// stayed within 250 ms; load generator on the same cores.
    pub checkin_per_s: f64,
    /// At that rate, from the intended time of sending.
    pub checkin_p99_ms: f64,
    /// Its share of `raw_batch_verify_per_s`.
    pub share_of_raw_limit: f64,
    /// Every rate that was offered.
    pub load: Vec<Outcome>,
    /// The most memory that the node held, MiB.
    pub node_rss_mib: f64,
    /// All bytes on disk by the check-ins of the load.
    pub bytes_per_checkin: f64,
    /// The same, by what they are.
    pub bytes_by_kind: Usage,
    /// Appends of a block's size with a sync each, a second: the limit of the disk.
    pub raw_syncs_per_s: f64,
    /// Restarts of filled ledgers.
    pub restart: Vec<Restart>,
}

/// A ledger filled, killed and started again.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Restart {
    /// Entries in the log.
    pub entries: u64,
    /// From the start of the process until it answers, milliseconds.
    pub ready_ms: f64,
    /// Memory after the start, MiB.
    pub rss_mib: f64,
}

/// Latency that a rate must keep to count.
const P99_LIMIT_MS: f64 = 250.0;

/// Measures everything, with a word on each stage.
pub fn run(effort: Effort, directory: &Path, mut say: impl FnMut(&str)) -> anyhow::Result<Report> {
    say("proofs");
    let figures = proving::measure(effort)?;
    say("disk");
    let raw_syncs_per_s = disk::syncs_per_s(directory, 200)?;
    let (rates, seconds): (&[f64], f64) = match effort {
        Effort::Quick => (&[1_000.0, 1_400.0, 1_800.0, 2_000.0, 2_200.0], 3.0),
        Effort::Full => (
            &[
                1_000.0, 1_200.0, 1_400.0, 1_600.0, 1_800.0, 2_000.0, 2_300.0, 2_600.0,
            ],
            15.0,
        ),
    };
    say("a network with simulated proofs");
    let root = directory.join("load");
    let network = BenchNetwork::found(&root, Clock::System.now())?;
    let before = Usage::of(&network.data())?;
    let mut plans = bodies(&network, rates, seconds)?;
    let node = NodeProcess::start(&root)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let mut load = Vec::new();
    for rate in rates {
        say(&format!("{rate} check-ins a second"));
        let Some(bodies) = plans.pop() else { break };
        let outcome = runtime.block_on(load::run(Plan {
            urls: vec![node.url("/v1/checkins")],
            bodies,
            rate: *rate,
        }));
        let kept = holds(&outcome);
        load.push(outcome);
        if !kept {
            break;
        }
    }
    let accepted: usize = load.iter().map(|o| o.accepted).sum();
    let used = Usage::of(&network.data())?.since(&before);
    let node_rss_mib = node.peak_mib()?;
    drop(node);
    let best = load.iter().rfind(|o| holds(o)).or(load.first());
    let (checkin_per_s, checkin_p99_ms) = best.map_or((0.0, 0.0), |o| (o.accepted_per_s, o.p99_ms));
    let restart = restarts(effort, directory, &mut say)?;
    Ok(Report {
        cores: rayon::current_num_threads(),
        effort: match effort {
            Effort::Quick => "quick",
            Effort::Full => "full",
        },
        checkin_per_s,
        checkin_p99_ms,
        share_of_raw_limit: checkin_per_s / figures.raw_batch_verify_per_s,
        figures,
        load,
        node_rss_mib,
        bytes_per_checkin: used.total() as f64 / accepted.max(1) as f64,
        bytes_by_kind: used,
        raw_syncs_per_s,
        restart,
    })
}

fn holds(outcome: &Outcome) -> bool {
    outcome.accepted == outcome.sent && outcome.p99_ms <= P99_LIMIT_MS
}

/// The body of one transaction's request.
pub(super) fn body(tx: &Tx) -> Bytes {
    Bytes::from(format!(r#"{{"tx":"{}"}}"#, STANDARD.encode(tx.to_vec())))
}

/// Bodies of each rate's requests; the last rate's first, so that they can be popped in order.
fn bodies(network: &BenchNetwork, rates: &[f64], seconds: f64) -> anyhow::Result<Vec<Vec<Bytes>>> {
    let chain = network.chain()?;
    let now = Clock::System.now();
    rates
        .iter()
        .rev()
        .map(|rate| {
            let txs = network.check_ins(&chain, (rate * seconds) as usize, now)?;
            Ok(txs.iter().map(body).collect())
        })
        .collect()
}

fn restarts(
    effort: Effort,
    directory: &Path,
    say: &mut impl FnMut(&str),
) -> anyhow::Result<Vec<Restart>> {
    let sizes: &[usize] = match effort {
        Effort::Quick => &[10_000],
        Effort::Full => &[100_000, 1_000_000],
    };
    let root = directory.join("restart");
    let at = Clock::System.now();
    let network = BenchNetwork::found(&root, at)?;
    let (mut filled, mut out) = (0, Vec::new());
    for size in sizes {
        say(&format!("a ledger of {size} entries"));
        network.fill(size - filled, at, |_| {})?;
        filled = *size;
        let entries = network.chain()?.head().size();
        let node = NodeProcess::start(&root)?;
        out.push(Restart {
            entries,
            ready_ms: node.started().as_secs_f64() * 1e3,
            rss_mib: node.peak_mib()?,
        });
    }
    Ok(out)
}
