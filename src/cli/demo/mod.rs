//! `luyin demo`: a whole network on one machine, with synthetic people and organisations, made once and run.

mod cast;
mod guide;
mod seed;
mod trustees;

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
use cast::Cast;
use clap::{Args, Subcommand};
use luyin_keys::keystore::KeystoreError;
use luyin_keys::sealed::SealError;
use luyin_protocol::codec::DecodeError;
use std::net::SocketAddr;
use std::path::PathBuf;
use thiserror::Error;
use trustees::Children;

/// Make and run a demo network
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:
  luyin demo up --data demo --keys keys
Everything in it is synthetic: it stands for no operator, hospital or authority.")]
pub enum Command {
    /// Make the network where there is none, then run its node and its five trustees
    Up(UpArgs),
}

/// How a demo network is run.
#[derive(Debug, Args)]
pub struct UpArgs {
    /// Directory of everything, made where it is missing
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub data: PathBuf,
    /// Directory of proving and verifying keys; development keys are made where there are none
    #[arg(long, value_name = "DIR", default_value = "keys")]
    pub keys: PathBuf,
    /// Where the node listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Port of the first trustee; the others follow
    #[arg(long, default_value_t = 8101)]
    pub trustee_port: u16,
    /// Where the node's time comes from
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

/// Runs a demo command.
///
/// # Errors
/// [`DemoError`].
pub fn run(command: Command, say: Say) -> Result<(), DemoError> {
    let Command::Up(args) = command;
    if !args.keys.join("manifest.json").exists() {
        ceremony::development(&args.keys, say)?;
    }
    let keys = args.keys.canonicalize()?;
    let cast = Cast::open_or_make(&args.data, &keys, say)?;
    let mut config = Config::load(None, std::env::vars())?;
    config.http.listen = args.listen;
    let setup = NodeSetup {
        data: cast.node_data(),
        keys: keys.clone(),
        signing: cast.node.clone(),
        config,
        clock: args.clock.clock(),
    };
    runtime()?.block_on(async move {
        let shutdown = Shutdown::default();
        shutdown.on_signals()?;
        let app = application(setup, shutdown.clone())?;
        seed::furnish(&app, &cast).await?;
        let (listener, address) = bind(args.listen).await?;
        let children = Children::start(&cast, address, args.trustee_port)?;
        let guide = guide::Guide {
            cast: &cast,
            keys: &keys,
            node: address,
            trustees: children.addresses(),
        };
        say.outcome(&guide.to_json(), || guide.to_text());
        let served = server::serve(app, listener).await;
        children.end().await;
        Ok(served?)
    })
}
