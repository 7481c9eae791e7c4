//! `luyin demo`: a whole network on one machine, with synthetic people and organisations, made once and run.

mod cast;
mod children;
mod guide;
mod ports;
mod seed;
mod settings;

use super::ceremony::{self, CeremonyError};
use super::genesis::GenesisError;
use super::organisation::OrganisationError;
use super::say::Say;
use super::serve::{ClockKind, NodeSetup, ServeError, application, bind, runtime};
use crate::config::{Config, ConfigError};
use crate::http::server;
use crate::node::directory::DirectoryError;
use crate::service::ServiceError;
use crate::shutdown::Shutdown;
use crate::trustee::SetupError;
use crate::witness::SetupError as WitnessSetupError;
use cast::{Cast, Shape};
use children::Children;
use clap::{Args, Subcommand};
use luyin_keys::keystore::KeystoreError;
use luyin_keys::sealed::SealError;
use luyin_protocol::codec::DecodeError;
use ports::Ports;
use std::net::SocketAddr;
use std::path::PathBuf;
use thiserror::Error;

/// Make and run a demo network
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:
  luyin demo up --data demo --keys keys
  luyin demo up --data consortium --keys keys --validators 4 --witnesses 2
Everything in it is synthetic: it stands for no operator, hospital or authority.")]
pub enum Command {
    /// Make the network where there is none, then run its nodes, its trustees and its witnesses
    Up(UpArgs),
}

/// Where a demo network is, and who is in it.
#[derive(Debug, Args)]
pub struct NetworkArgs {
    /// Directory of everything, made where it is missing
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub data: PathBuf,
    /// Directory of proving and verifying keys; development keys are made where there are none
    #[arg(long, value_name = "DIR", default_value = "keys")]
    pub keys: PathBuf,
    /// How many nodes agree on the ledger; more than one needs a binary with the feature `bft`
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub validators: u8,
    /// How many witnesses watch over its log
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=16))]
    pub witnesses: u8,
    /// Where the first node listens; the others follow
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Port of the first trustee; the others follow
    #[arg(long, value_name = "PORT", default_value_t = 8101)]
    pub trustee_port: u16,
    /// Port of the first witness; the others follow
    #[arg(long, value_name = "PORT", default_value_t = 8201)]
    pub witness_port: u16,
    /// Port at which the other nodes reach the first one; theirs follow
    #[arg(long, value_name = "PORT", default_value_t = 8301)]
    pub consensus_port: u16,
}

impl NetworkArgs {
    fn ports(&self) -> Ports {
        Ports {
            shape: Shape {
                validators: self.validators,
                witnesses: self.witnesses,
            },
            listen: self.listen,
            trustee: self.trustee_port,
            witness: self.witness_port,
            consensus: self.consensus_port,
        }
    }
}

/// How a demo network is run.
#[derive(Debug, Args)]
pub struct UpArgs {
    #[command(flatten)]
    pub network: NetworkArgs,
    /// Where the first node's time comes from
    #[arg(long, value_enum, default_value_t)]
    pub clock: ClockKind,
}

/// Why there is no demo network.
#[derive(Debug, Error)]
pub enum DemoError {
    /// Development keys.
    #[error(transparent)]
    Ceremony(#[from] CeremonyError),
    /// The founding data.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// A data directory.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// A keystore.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// A passphrase.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A DID's file.
    #[error(transparent)]
    Organisation(#[from] OrganisationError),
    /// A trustee's data.
    #[error(transparent)]
    Trustee(#[from] SetupError),
    /// A witness's data.
    #[error(transparent)]
    Witness(#[from] WitnessSetupError),
    /// Several nodes are asked of a binary that cannot let them agree.
    #[error("this binary was built without the feature `bft`: it runs one node")]
    OneNode,
    /// The directory's network is another one.
    #[error("{directory} holds a network with {found}, not with {asked}")]
    Shape {
        /// which
        directory: PathBuf,
        /// in its founding data
        found: Shape,
        /// on the command line
        asked: Shape,
    },
    /// A document or policy.
    #[error(transparent)]
    Form(#[from] DecodeError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The node.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// A transaction of the beginning.
    #[error("the network could not be furnished: {0}")]
    Seed(#[from] ServiceError),
    /// A file or process.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// A network as its files.
struct Made {
    cast: Cast,
    ports: Ports,
    keys: PathBuf,
}

/// Makes what is missing of a network.
fn make(args: &NetworkArgs, say: Say) -> Result<Made, DemoError> {
    if args.validators > 1 && cfg!(not(feature = "bft")) {
        return Err(DemoError::OneNode);
    }
    if !args.keys.join("manifest.json").exists() {
        ceremony::development(&args.keys, say)?;
    }
    let keys = args.keys.canonicalize()?;
    let ports = args.ports();
    let cast = Cast::open_or_make(&args.data, &keys, ports.shape, say)?;
    settings::write(&cast, &ports)?;
    Ok(Made { cast, ports, keys })
}

/// Makes a network's files and runs nothing.
///
/// # Errors
/// [`DemoError`].
pub fn init(args: &NetworkArgs, say: Say) -> Result<(), DemoError> {
    let Made { cast, ports, .. } = make(args, say)?;
    let network = cast.parameters()?.id();
    let configs: Vec<PathBuf> = cast.places().map(|place| cast.node_config(place)).collect();
    let shown =
        serde_json::json!({ "network": network, "directory": cast.root(), "nodes": configs });
    say.outcome(&shown, || {
        let root = cast.root().display();
        format!("network {network} with {} in {root}", ports.shape)
    });
    Ok(())
}

/// Runs a demo command.
///
/// # Errors
/// [`DemoError`].
pub fn run(command: Command, say: Say) -> Result<(), DemoError> {
    let Command::Up(args) = command;
    let Made { cast, ports, keys } = make(&args.network, say)?;
    let config = Config::load(Some(&cast.node_config(1)), std::env::vars())?;
    let first = cast.nodes.first().cloned();
    let setup = NodeSetup {
        data: cast.node_data(1),
        keys: keys.clone(),
        signing: first.ok_or(DemoError::OneNode)?,
        config,
        clock: args.clock.clock(),
    };
    runtime()?.block_on(async move {
        let shutdown = Shutdown::default();
        shutdown.on_signals()?;
        let mut children = Children::default();
        children.witnesses(&cast, &ports)?;
        children.nodes(&cast, &keys)?;
        let app = application(setup, shutdown.clone())?;
        let (listener, listen) = bind(ports.listen).await?;
        let ports = Ports { listen, ..ports };
        let furnishing = app.clone();
        let serving = tokio::spawn(server::serve(app, listener));
        seed::furnish(&furnishing, &cast).await?;
        drop(furnishing);
        children.trustees(&cast, &ports)?;
        let guide = guide::Guide {
            cast: &cast,
            keys: &keys,
            ports: &ports,
        };
        say.outcome(&guide.to_json(), || guide.to_text());
        let served = serving.await.map_err(std::io::Error::other)?;
        children.end().await;
        Ok(served?)
    })
}
