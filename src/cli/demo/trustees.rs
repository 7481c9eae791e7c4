//! The five trustees as processes of their own, ended with the node.

use super::DemoError;
use super::cast::Cast;
use luyin_protocol::escrow::TrusteeIndex;
use std::net::SocketAddr;
use std::process::Stdio;
use tokio::process::{Child, Command};

/// The running trustees.
#[derive(Debug)]
pub struct Children {
    processes: Vec<Child>,
    addresses: Vec<SocketAddr>,
}

impl Children {
    /// Starts the five on consecutive ports beside the node.
    pub fn start(cast: &Cast, node: SocketAddr, first_port: u16) -> Result<Self, DemoError> {
        let program = std::env::current_exe()?;
        let address = |index: TrusteeIndex| {
            let offset = u16::from(index.get()).saturating_sub(1);
            SocketAddr::new(node.ip(), first_port.saturating_add(offset))
        };
        let mut processes = Vec::new();
        for index in TrusteeIndex::all() {
            let others = TrusteeIndex::all().filter(|other| *other != index);
            let peers = others.map(|other| format!("http://{}", address(other)));
            let mut command = Command::new(&program);
            command
                .args(["trustee", "serve", "--index", &index.to_string(), "--data"])
                .arg(cast.trustee_data(index))
                .args(["--listen", &address(index).to_string()])
                .args(["--node", &format!("http://{node}")])
                .arg("--passphrase-file")
                .arg(cast.passphrase_file())
                .arg("--peers")
                .args(peers)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .kill_on_drop(true);
            processes.push(command.spawn()?);
        }
        Ok(Self {
            processes,
            addresses: TrusteeIndex::all().map(address).collect(),
        })
    }

    /// Where they listen.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Ends them. What they acknowledged is durable, so nothing has to be waited for.
    pub async fn end(mut self) {
        for process in &mut self.processes {
            if let Err(error) = process.kill().await {
                tracing::warn!(%error, "a trustee's process was gone already");
            }
        }
    }
}
