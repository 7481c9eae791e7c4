//! `luyin witness`: makes a witness's data directory and runs its process.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Subcommand;
use luyin_keys::sealed::Strength;

use super::passphrase::{PassphraseArgs, PassphraseError};
use super::say::Say;
use super::serve::{self, ServeError};
use crate::clock::Clock;
use crate::shutdown::Shutdown;
use crate::witness::{Logs, LogsError, SetupError, WitnessData, WitnessError, WitnessService};

/// A witness's process: cosigns checkpoints, so that a log cannot show two histories
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin witness init  --data witness-1 --name witness.example/one --json > witness-1.json
  luyin witness serve --data witness-1 --listen 127.0.0.1:8201 --log-key luyin.example/demo+1a2b3c4d+AbCd...
What `init` prints goes into the founding data of networks (`luyin genesis init --witness`), which print the keys of their log.
The data directory is the witness: one that was lost, or restored from a copy, may not run again under its key.")]
pub enum Command {
    /// Draw the key and print what founding data need
    Init {
        /// Data directory, made where it is missing
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Name on cosignatures, for instance witness.example/one
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
        /// A key of a log to watch over, `<origin>+<id>+<key>`; may be repeated
        #[arg(long = "log-key", value_name = "KEY", required = true)]
        logs: Vec<String>,
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
}

/// Why a witness command failed.
#[derive(Debug, thiserror::Error)]
pub enum WitnessCommandError {
    /// The passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// The data directory.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The logs.
    #[error("--log-key: {0}")]
    Logs(#[from] LogsError),
    /// The records.
    #[error("this witness does not start: {0}")]
    Open(#[from] WitnessError),
    /// The socket.
    #[error(transparent)]
    Listen(#[from] ServeError),
    /// The process.
    #[error("serving: {0}")]
    Io(#[from] std::io::Error),
}

/// Runs a witness command.
///
/// # Errors
/// [`WitnessCommandError`].
pub fn run(command: Command, say: Say) -> Result<(), WitnessCommandError> {
    match command {
        Command::Init {
            data,
            name,
            passphrase,
        } => {
            let secret = passphrase.new_one()?;
            let now = Clock::System.now();
            let info = WitnessData::at(&data).init(&name, secret, Strength::PRODUCTION, now)?;
            say.outcome(&info, || {
                serde_json::to_string_pretty(&info).unwrap_or_default()
            });
            Ok(())
        }
        Command::Serve {
            data,
            listen,
            logs,
            passphrase,
        } => {
            let logs = Logs::from_texts(&logs)?;
            let data = WitnessData::at(&data);
            let signer = data.signer(passphrase.existing()?, Strength::PRODUCTION)?;
            let service = WitnessService::open(data.path(), signer, &logs, Clock::System)?;
            let key = service.card()?.key;
            serve::runtime()?.block_on(async move {
                let (listener, address) = serve::bind(listen).await?;
                let shutdown = Shutdown::default();
                shutdown.on_signals()?;
                let shown = serde_json::json!({ "witness": key, "listening": address.to_string() });
                say.outcome(&shown, || format!("witness {key} listens on {address}"));
                Ok(crate::witness::serve(Arc::new(service), listener, shutdown).await?)
            })
        }
    }
}
