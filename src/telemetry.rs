//! Log lines and figures. Neither carries a health value, identifier, nullifier, token or body: log fields are route
//! templates, counts, durations and slugs.

use prometheus::{
    Encoder as _, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogForm {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Libraries that write targets and headers of requests into their logs, or a table of peers every few seconds.
const TALKATIVE: [&str; 7] = [
    "ureq",
    "ureq_proto",
    "hyper",
    "hyper_util",
    "rustls",
    "arc_malachitebft",
    "libp2p",
];

/// Starts logging to standard error; `LUYIN_LOG` filters, but no filter lets through what libraries say of single requests.
/// A second call changes nothing.
pub fn start_log(form: LogForm) {
    let given = EnvFilter::try_from_env("LUYIN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let quiet = TALKATIVE
        .iter()
        .filter_map(|name| format!("{name}=warn").parse().ok());
    let filter = quiet.fold(given, EnvFilter::add_directive);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let _ = match form {
        LogForm::Text => log.try_init(),
        LogForm::Json => log.json().try_init(),
    };
}

/// The figures of a process.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    refusals: IntCounterVec,
    alarms: IntGaugeVec,
    /// Transactions that wait.
    pub queued: IntGauge,
    /// Transactions turned away because too many wait.
    pub overloaded: IntCounter,
    /// Signatures of the network's nodes on the newest checkpoint that was put to them.
    pub node_signatures: IntGauge,
    /// Cosignatures on the newest checkpoint that was put to the witnesses.
    pub cosignatures: IntGauge,
    /// Times that a witness did not cosign.
    pub witness_failures: IntCounter,
    /// Other nodes of a consortium that the engine is connected to.
    pub consensus_peers: IntGauge,
    /// Round of the height that a consortium decides; above 0 where a proposer did not answer.
    pub consensus_round: IntGauge,
    /// Whether this node signs votes of a consortium: 1, or 0 where it only follows, or its engine has stopped.
    pub consensus_signing: IntGauge,
    /// Transactions that other nodes handed over and that found a place here.
    pub handed_over: IntCounter,
    /// Height of the newest durable block.
    pub height: IntGauge,
    /// Transactions of a block.
    pub block_size: Histogram,
    /// Seconds that a block's proofs took.
    pub judging: Histogram,
    /// Seconds that a block took to be executed and made durable.
    pub writing: Histogram,
}

const LATENCIES: &[f64] = &[
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0,
];
const SIZES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

impl Metrics {
    /// Registers every figure.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let counters = |name: &str, help: &str, labels: &[&str]| {
            IntCounterVec::new(Opts::new(name, help), labels)
        };
        let histogram = |name: &str, help: &str, buckets: &[f64]| {
            Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec()))
        };
        let metrics = Self {
            requests: counters(
                "luyin_requests_total",
                "Answered requests by route and status.",
                &["method", "route", "status"],
            )?,
            durations: HistogramVec::new(
                HistogramOpts::new("luyin_request_seconds", "Duration of requests by route.")
                    .buckets(LATENCIES.to_vec()),
                &["method", "route"],
            )?,
            refusals: counters(
                "luyin_refusals_total",
                "Refused requests by slug.",
                &["slug"],
            )?,
            alarms: IntGaugeVec::new(
                Opts::new("luyin_alarms", "Today's alarms about issuers by name."),
                &["alarm"],
            )?,
            queued: IntGauge::new("luyin_queued", "Transactions that wait.")?,
            overloaded: IntCounter::new(
                "luyin_overloaded_total",
                "Transactions turned away because too many wait.",
            )?,
            node_signatures: IntGauge::new(
                "luyin_node_signatures",
                "Signatures of the network's nodes on the newest checkpoint that was put to them.",
            )?,
            cosignatures: IntGauge::new(
                "luyin_cosignatures",
                "Cosignatures on the newest checkpoint that was put to the witnesses.",
            )?,
            witness_failures: IntCounter::new(
                "luyin_witness_failures_total",
                "Times that a witness did not cosign.",
            )?,
            consensus_peers: IntGauge::new(
                "luyin_consensus_peers",
                "Other nodes of a consortium that the engine is connected to.",
            )?,
            consensus_round: IntGauge::new(
                "luyin_consensus_round",
                "Round of the height that a consortium decides.",
            )?,
            consensus_signing: IntGauge::new(
                "luyin_consensus_signing",
                "1 where this node signs votes of a consortium.",
            )?,
            handed_over: IntCounter::new(
                "luyin_handed_over_total",
                "Transactions that other nodes handed over and that found a place here.",
            )?,
            height: IntGauge::new("luyin_height", "Height of the newest durable block.")?,
            block_size: histogram(
                "luyin_block_transactions",
                "Transactions of a block.",
                SIZES,
            )?,
            judging: histogram(
                "luyin_judging_seconds",
                "Seconds that a block's proofs took.",
                LATENCIES,
            )?,
            writing: histogram(
                "luyin_writing_seconds",
                "Seconds that a block took to be executed and made durable.",
                LATENCIES,
            )?,
            registry,
        };
        metrics.register()?;
        Ok(metrics)
    }

    fn register(&self) -> Result<(), prometheus::Error> {
        let Self {
            registry,
            requests,
            durations,
            refusals,
            alarms,
            queued,
            overloaded,
            node_signatures,
            cosignatures,
            witness_failures,
            consensus_peers,
            consensus_round,
            consensus_signing,
            handed_over,
            height,
            block_size,
            judging,
            writing,
        } = self;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(refusals.clone()))?;
        registry.register(Box::new(alarms.clone()))?;
        registry.register(Box::new(queued.clone()))?;
        registry.register(Box::new(overloaded.clone()))?;
        registry.register(Box::new(node_signatures.clone()))?;
        registry.register(Box::new(cosignatures.clone()))?;
        registry.register(Box::new(witness_failures.clone()))?;
        registry.register(Box::new(consensus_peers.clone()))?;
        registry.register(Box::new(consensus_round.clone()))?;
        registry.register(Box::new(consensus_signing.clone()))?;
        registry.register(Box::new(handed_over.clone()))?;
        registry.register(Box::new(height.clone()))?;
        registry.register(Box::new(block_size.clone()))?;
        registry.register(Box::new(judging.clone()))?;
        registry.register(Box::new(writing.clone()))
    }

    /// Notes an answered request. `route` is the template, never the path as sent.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let status = status.to_string();
        self.requests
            .with_label_values(&[method, route, &status])
            .inc();
        self.durations
            .with_label_values(&[method, route])
            .observe(took.as_secs_f64());
    }

    /// Notes a refusal.
    pub fn refused(&self, slug: &str) {
        self.refusals.with_label_values(&[slug]).inc();
    }

    /// Sets how many alarms of a name there are today.
    pub fn alarms(&self, alarm: &str, count: i64) {
        self.alarms.with_label_values(&[alarm]).set(count);
    }

    /// The Prometheus text format.
    pub fn to_text(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut out = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut out)?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Names of figures in a text, without what Prometheus puts behind those of histograms.
    fn figures(text: &str) -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words
            .filter(|word| word.starts_with("luyin_"))
            .map(|word| {
                let base = ["_bucket", "_sum", "_count"];
                let base = base.iter().find_map(|end| word.strip_suffix(end));
                base.unwrap_or(word).to_owned()
            })
            .collect()
    }

    #[test]
    fn every_figure_that_the_dashboard_and_the_alerts_ask_for_is_told_by_a_process() {
        let metrics = Metrics::new().unwrap();
        metrics.answered("GET", "/healthz", 200, Duration::ZERO);
        metrics.refused("slug");
        let node = String::from_utf8(metrics.to_text().unwrap()).unwrap();
        let witness = figures(include_str!("witness/service.rs"));
        let told: BTreeSet<String> = figures(&node).union(&witness).cloned().collect();
        for asked in [
            include_str!("../deploy/prometheus/alerts.yml"),
            include_str!("../deploy/grafana/luyin.json"),
        ] {
            let asked = figures(asked);
            assert!(asked.len() > 5);
            let missing: Vec<_> = asked.difference(&told).collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
    }
}
