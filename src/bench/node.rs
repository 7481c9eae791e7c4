//! The node that a bench loads: a process of its own, so that its memory is its own.

use crate::app::{App, AppParts};
use crate::clock::Clock;
use crate::config::{Config, LimitsConfig};
use crate::http::server::serve;
use crate::node::open::{Opened, Opening, open_for_bench};
use crate::service::audit::attempts::Attempts;
use crate::service::audit::reads::ReadLog;
use crate::service::gate::records::GateRecords;
use crate::service::gate::walk_ins::WalkIns;
use crate::service::page::Pages;
use crate::shutdown::Shutdown;
use crate::telemetry::Metrics;
use anyhow::Context;
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::TcpListener;

/// The file, below the bench's directory, that holds the node's signing key.
pub const NODE_KEY: &str = "node.key";
/// The file there that holds the node's configuration, where it has one.
pub const SETTINGS: &str = "node.toml";
/// By how many milliseconds the node's clock goes wrong.
const AHEAD: &str = "LUYIN_BENCH_AHEAD_MS";

/// Runs a node over a bench network until a signal, and prints its address first.
pub async fn run(root: &Path) -> anyhow::Result<()> {
    let secret = std::fs::read(root.join(NODE_KEY))?;
    let secret: [u8; 32] = secret
        .try_into()
        .ok()
        .context("a signing key of 32 bytes")?;
    // One machine is the whole town here.
    let settings = Some(root.join(SETTINGS)).filter(|file| file.exists());
    let given = Config::load(settings.as_deref(), std::env::vars())?;
    let listen = settings.map_or(SocketAddr::from(([127, 0, 0, 1], 0)), |_| given.http.listen);
    let unlimited = LimitsConfig {
        address_per_second: 1_000_000,
        address_burst: 1_000_000,
        ..given.limits.clone()
    };
    let config = Config {
        limits: unlimited,
        ..given
    };
    config.check()?;
    let metrics = Metrics::new()?;
    let opening = Opening {
        data: root.join("data"),
        keys: root.join("keys"),
        signing: SigningKey::from_secret(&SecretBytes::new(secret)),
        config: config.clone(),
        clock: clock()?,
        metrics: metrics.clone(),
    };
    let Opened { node, directory } =
        tokio::task::spawn_blocking(move || open_for_bench(opening)).await??;
    let shutdown = Shutdown::default();
    shutdown.on_signals()?;
    let app = App::new(AppParts {
        node,
        records: GateRecords::open(directory.gate_records(), config.retention.gate_record_days)?,
        walk_ins: WalkIns::open(directory.walk_ins())?,
        reads: ReadLog::open(directory.reads())?,
        attempts: Attempts::open(directory.attempts())?,
        pages: Pages::default(),
        config,
        metrics,
        shutdown,
        directory: Some(directory),
    });
    let listener = TcpListener::bind(listen).await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", listener.local_addr()?)?;
    out.flush()?;
    serve(app, listener).await?;
    Ok(())
}

fn clock() -> anyhow::Result<Clock> {
    Ok(match std::env::var(AHEAD) {
        Ok(ms) => Clock::Ahead(ms.parse()?),
        Err(_) => Clock::System,
    })
}
