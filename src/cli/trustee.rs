//! `luyin trustee`: makes a trustee's data directory and runs its process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;
use luyin_keys::sealed::Strength;
use luyin_protocol::codec::DecodeError;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::signature::NetworkId;

use super::passphrase::{PassphraseArgs, PassphraseError};
use super::say::Say;
use crate::client::{NodeClient, TrusteeClient};
use crate::clock::Clock;
use crate::shutdown::Shutdown;
use crate::trustee::{
    HttpPeer, Parts, ServeError, SetupError, StartError, TrusteeData, TrusteeService, serve,
};
use luyin_device::client::{ClientError, RequestSigner};

/// An escrow trustee's process
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin trustee init  --data trustee-1 --index 1 --name 'Health office' --json > trustee-1.json
  luyin trustee serve --data trustee-1 --index 1 --listen 127.0.0.1:8101 --node http://127.0.0.1:8080 \\
      --peers http://127.0.0.1:8102 http://127.0.0.1:8103 http://127.0.0.1:8104 http://127.0.0.1:8105
What `init` prints goes into the network's founding data. The data directory is the trustee: without it its shares are lost.")]
pub enum Command {
    /// Draw the keys and print what the founding data need
    Init {
        /// Data directory, made where it is missing
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Which of the five, 1 to 5; 1 to 3 evaluate identifiers as well
        #[arg(long)]
        index: u8,
        /// Name of the organisation
        #[arg(long)]
        name: String,
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Serve until interrupted
    Serve {
        /// Data directory
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Where to listen
        #[arg(long, value_name = "ADDRESS")]
        listen: SocketAddr,
        /// A node of the network
        #[arg(long, value_name = "URL")]
        node: String,
        /// Which of the five, 1 to 5
        #[arg(long)]
        index: u8,
        /// The four other trustees by rising number
        #[arg(long, value_name = "URL", num_args = 4)]
        peers: Vec<String>,
        /// The network to serve; without it the one found at the first start, then for ever that one
        #[arg(long, value_name = "ID")]
        network: Option<NetworkId>,
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
}

/// Why a trustee command failed.
#[derive(Debug, thiserror::Error)]
pub enum TrusteeCommandError {
    /// The number.
    #[error("--index: {0}")]
    Index(#[from] DecodeError),
    /// The passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// The data directory.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A node or peer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The start.
    #[error("this trustee does not start: {0}")]
    Start(#[from] StartError),
    /// The socket.
    #[error("{address}: {source}; is another process listening there?")]
    Listen {
        /// where
        address: SocketAddr,
        /// why not
        source: std::io::Error,
    },
    /// While serving.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The process.
    #[error("the process could not be set up: {0}")]
    Runtime(std::io::Error),
}

/// Runs a trustee command.
///
/// # Errors
/// [`TrusteeCommandError`].
pub fn run(command: Command, say: Say) -> Result<(), TrusteeCommandError> {
    match command {
        Command::Init {
            data,
            index,
            name,
            passphrase,
        } => {
            let index = TrusteeIndex::new(index)?;
            let secret = passphrase.new_one()?;
            let now = Clock::System.now();
            let data = TrusteeData::at(&data);
            let info = data.init(index, &name, secret, Strength::PRODUCTION, now)?;
            say.outcome(&info, || {
                serde_json::to_string_pretty(&info).unwrap_or_default()
            });
            Ok(())
        }
        Command::Serve {
            data,
            listen,
            node,
            index,
            peers,
            network,
            passphrase,
        } => {
            let index = TrusteeIndex::new(index)?;
            let data = TrusteeData::at(&data);
            let keys = data.keys(index, passphrase.existing()?, Strength::PRODUCTION)?;
            let node = NodeClient::new(&node)?;
            let network = match network {
                Some(network) => network,
                None => node.network_id()?,
            };
            data.pin(network)?;
            let signing = keys.escrow.signing.clone();
            let others = TrusteeIndex::all().filter(|other| *other != index);
            let peers = others.zip(&peers).map(|(other, address)| {
                let signer = RequestSigner::trustee(index, signing.clone());
                Ok(HttpPeer::new(other, TrusteeClient::new(address)?, signer))
            });
            let parts = Parts {
                index,
                keys,
                source: node,
                peers: peers.collect::<Result<Vec<_>, ClientError>>()?,
                clock: Clock::System,
            };
            let service = TrusteeService::start(network, data.path(), parts)?;
            run_server(service, listen, say)
        }
    }
}

fn run_server(
    service: TrusteeService<NodeClient, HttpPeer>,
    address: SocketAddr,
    say: Say,
) -> Result<(), TrusteeCommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(TrusteeCommandError::Runtime)?;
    runtime.block_on(async move {
        let listen = |source| TrusteeCommandError::Listen { address, source };
        let listener = tokio::net::TcpListener::bind(address)
            .await
            .map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let shutdown = Shutdown::default();
        shutdown
            .on_signals()
            .map_err(TrusteeCommandError::Runtime)?;
        let index = service.index();
        let shown = serde_json::json!({ "trustee": index, "listening": address.to_string() });
        say.outcome(&shown, || format!("trustee {index} listens on {address}"));
        Ok(serve(Arc::new(service), listener, shutdown).await?)
    })
}
