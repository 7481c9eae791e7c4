//! `luyin net`: the files of a whole network on one machine, to be run by hand or by a service manager.

use super::demo::{self, DemoError, NetworkArgs};
use super::say::Say;
use clap::Subcommand;

/// Write a local network's files
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:
  luyin net init --data consortium --keys keys --validators 4 --witnesses 2
  luyin serve --data consortium/node-2 --keys keys --keystore consortium/node-2.keys --passphrase-file consortium/passphrase \\
      --config consortium/node-2.toml
`luyin demo up` with the same arguments runs all of it. Everything in it is synthetic.")]
pub enum Command {
    /// Draw everyone's keys and write founding data and configurations; what is there already is left
    Init(NetworkArgs),
}

/// Runs a net command.
///
/// # Errors
/// [`DemoError`].
pub fn run(command: &Command, say: Say) -> Result<(), DemoError> {
    let Command::Init(args) = command;
    demo::init(args, say)
}
