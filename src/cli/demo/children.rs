//! Everyone who is a process of its own: trustees, witnesses, and the nodes beside the first. They end with the demo.

use super::DemoError;
use super::cast::Cast;
use super::ports::Ports;
use luyin_ledger::log::checkpoint::{VerifierKey, node_keys};
use luyin_protocol::escrow::TrusteeIndex;
use std::path::Path;
use std::process::Stdio;
use tokio::process::{Child, Command};

/// The running processes.
#[derive(Debug, Default)]
pub struct Children(Vec<Child>);

impl Children {
    /// Starts the five trustees.
    pub fn trustees(&mut self, cast: &Cast, ports: &Ports) -> Result<(), DemoError> {
        for index in TrusteeIndex::all() {
            let others = TrusteeIndex::all().filter(|other| *other != index);
            let peers = others.map(|other| format!("http://{}", ports.trustee(other)));
            let mut command = luyin()?;
            command
                .args(["trustee", "serve", "--index", &index.to_string(), "--data"])
                .arg(cast.trustee_data(index))
                .args(["--listen", &ports.trustee(index).to_string()])
                .args(["--node", &format!("http://{}", ports.node(1))])
                .arg("--passphrase-file")
                .arg(cast.passphrase_file())
                .arg("--peers")
                .args(peers);
            self.0.push(command.spawn()?);
        }
        Ok(())
    }

    /// Starts the witnesses; each watches over the log under the key of every node.
    pub fn witnesses(&mut self, cast: &Cast, ports: &Ports) -> Result<(), DemoError> {
        let parameters = cast.parameters()?;
        let keys = node_keys(&parameters).map_err(std::io::Error::other)?;
        for place in 1..=ports.shape.witnesses {
            let mut command = luyin()?;
            command
                .args(["witness", "serve", "--data"])
                .arg(cast.witness_data(place))
                .args(["--listen", &ports.witness(place).to_string()])
                .arg("--passphrase-file")
                .arg(cast.passphrase_file());
            for key in keys.iter().map(VerifierKey::to_text) {
                command.args(["--log-key", &key]);
            }
            self.0.push(command.spawn()?);
        }
        Ok(())
    }

    /// Starts the nodes beside the first.
    pub fn nodes(&mut self, cast: &Cast, keys: &Path) -> Result<(), DemoError> {
        for place in cast.places().skip(1) {
            let mut command = luyin()?;
            command
                .args(["serve", "--data"])
                .arg(cast.node_data(place))
                .arg("--keys")
                .arg(keys)
                .arg("--keystore")
                .arg(cast.node_keystore(place))
                .arg("--passphrase-file")
                .arg(cast.passphrase_file())
                .arg("--config")
                .arg(cast.node_config(place));
            self.0.push(command.spawn()?);
        }
        Ok(())
    }

    /// Ends them. What they acknowledged is durable, so nothing has to be waited for.
    pub async fn end(mut self) {
        for process in &mut self.0 {
            if let Err(error) = process.kill().await {
                tracing::warn!(%error, "a process was gone already");
            }
        }
    }
}

fn luyin() -> Result<Command, DemoError> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    Ok(command)
}
