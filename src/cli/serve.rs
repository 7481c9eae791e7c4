//! `luyin serve`: runs a node until it is told to end.

use super::keystore::{KeystoreArgs, KeystoreCommandError};
use super::say::Say;
use crate::app::{App, AppParts};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::http::server;
use crate::node::open::{OpenError, Opened, Opening, open};
use crate::service::audit::attempts::Attempts;
use crate::service::audit::reads::ReadLog;
use crate::service::gate::records::GateRecords;
use crate::service::gate::walk_ins::WalkIns;
use crate::service::page::Pages;
use crate::shutdown::Shutdown;
use crate::telemetry::Metrics;
use clap::{Args, ValueEnum};
use luyin_keys::signing::SigningKey;
use std::net::SocketAddr;
use std::path::PathBuf;
use thiserror::Error;
use tokio::net::TcpListener;

/// Run a node
#[derive(Debug, Args)]
#[command(after_help = "Example:
  luyin serve --data node --keys keys --keystore node.keys --listen 127.0.0.1:8080
The data directory holds the founding data (`luyin genesis init`). Environment variables LUYIN__<SECTION>__<FIELD> override
the configuration file, for instance LUYIN__ORDERER__QUEUE=8192.")]
pub struct ServeArgs {
    /// Data directory with the founding data in it
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// Directory of proving and verifying keys
    #[arg(long, value_name = "DIR")]
    pub keys: PathBuf,
    #[command(flatten)]
    pub keystore: KeystoreArgs,
    /// Name of the node's key in the keystore
    #[arg(long, value_name = "NAME", default_value = "node")]
    pub key: String,
    /// Where to listen; overrides the configuration
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the time comes from
    #[arg(long, value_enum, default_value_t)]
    pub clock: ClockKind,
}

/// Where the time comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ClockKind {
    /// The system's clock
    #[default]
    System,
    /// Set by hand through `POST /dev/clock`; development networks alone
    Settable,
}

impl ClockKind {
    /// A clock of this kind.
    #[must_use]
    pub fn clock(self) -> Clock {
        match self {
            Self::System => Clock::System,
            Self::Settable => Clock::settable_from_system(),
        }
    }
}

/// Why a node does not run.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreCommandError),
    /// The node.
    #[error("the node does not start: {0}")]
    Open(#[from] OpenError),
    /// Figures.
    #[error("figures: {0}")]
    Metrics(#[from] prometheus::Error),
    /// The socket.
    #[error("{address}: {source}; is another process listening there?")]
    Listen {
        /// where
        address: SocketAddr,
        /// why not
        source: std::io::Error,
    },
    /// The process or its files.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// What a node is run with, however it was named.
#[derive(Debug)]
pub struct NodeSetup {
    /// Data directory.
    pub data: PathBuf,
    /// Directory of proving and verifying keys.
    pub keys: PathBuf,
    /// The node's key.
    pub signing: SigningKey,
    /// The configuration.
    pub config: Config,
    /// The clock.
    pub clock: Clock,
}

/// Opens a node and puts the application together.
///
/// # Errors
/// [`ServeError`].
pub fn application(setup: NodeSetup, shutdown: Shutdown) -> Result<App, ServeError> {
    let NodeSetup {
        data,
        keys,
        signing,
        config,
        clock,
    } = setup;
    let metrics = Metrics::new()?;
    let Opened { node, directory } = open(Opening {
        data,
        keys,
        signing,
        config: config.clone(),
        clock,
        metrics: metrics.clone(),
    })?;
    let days = config.retention.gate_record_days;
    Ok(App::new(AppParts {
        node,
        metrics,
        records: GateRecords::open(directory.gate_records(), days)?,
        walk_ins: WalkIns::open(directory.walk_ins())?,
        reads: ReadLog::open(directory.reads())?,
        attempts: Attempts::open(directory.attempts())?,
        pages: Pages::built_in(),
        directory: Some(directory),
        config,
        shutdown,
    }))
}

/// Runs a node until interrupted.
///
/// # Errors
/// [`ServeError`].
pub fn run(args: ServeArgs, say: Say) -> Result<(), ServeError> {
    let mut config = Config::load(args.config.as_deref(), std::env::vars())?;
    if let Some(listen) = args.listen {
        config.http.listen = listen;
    }
    let signing = args.keystore.open()?.signing_key(&args.key)?;
    let setup = NodeSetup {
        data: args.data,
        keys: args.keys,
        signing,
        config,
        clock: args.clock.clock(),
    };
    runtime()?.block_on(async move {
        let shutdown = Shutdown::default();
        shutdown.on_signals()?;
        let app = application(setup, shutdown)?;
        let (listener, address) = bind(app.config().http.listen).await?;
        let network = app.node().network().id().to_string();
        let shown = serde_json::json!({ "listening": address.to_string(), "network": network });
        say.outcome(&shown, || {
            format!("node of network {network} listens on {address}")
        });
        server::serve(app, listener).await?;
        Ok(())
    })
}

/// The process's threads.
///
/// # Errors
/// Those of the system.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}

/// Listens.
///
/// # Errors
/// [`ServeError::Listen`].
pub async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let at = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(at)?;
    let address = listener.local_addr().map_err(at)?;
    Ok((listener, address))
}
