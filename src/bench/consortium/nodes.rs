//! The nodes of a benched consortium: each a process over a directory of its own, all founded with the same first blocks.

use super::super::network::BenchNetwork;
use super::super::node::{NODE_KEY, SETTINGS};
use super::super::process::NodeProcess;
use super::links::Links;
use anyhow::Context;
use luyin_keys::signing::SigningKey;
use rand::rngs::OsRng;
use serde_json::json;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many take part.
pub const NODES: usize = 4;

/// All of them, some of which may be down.
pub struct Nodes {
    roots: Vec<PathBuf>,
    http: Vec<SocketAddr>,
    running: Vec<Option<NodeProcess>>,
    /// Between the consensus sides, and between the HTTP sides.
    links: [Links; 2],
}

/// What a started node's clock shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    Right,
    AheadByMs(u64),
}

impl Nodes {
    /// Founds a network below `root` and gives each node its directory. Nobody runs yet.
    pub async fn found(
        root: &Path,
        now: luyin_protocol::time::Timestamp,
    ) -> anyhow::Result<(BenchNetwork, Self)> {
        let keys: Vec<SigningKey> = (0..NODES)
            .map(|_| SigningKey::generate(&mut OsRng))
            .collect();
        let network = BenchNetwork::of_nodes(&root.join("founded"), now, &keys)?;
        let (http, consensus) = (free()?, free()?);
        let links = [
            Links::between(&consensus).await?,
            Links::between(&http).await?,
        ];
        let roots: Vec<PathBuf> = (0..NODES).map(|n| root.join(format!("node-{n}"))).collect();
        let nodes = Self {
            http,
            running: (0..NODES).map(|_| None).collect(),
            links,
            roots,
        };
        for (n, key) in keys.iter().enumerate() {
            let own = nodes.root(n)?;
            copy(&network.data(), &own.join("data"))?;
            copy(&network.keys(), &own.join("keys"))?;
            std::fs::write(own.join(NODE_KEY), key.to_secret().expose())?;
            let [peers, http] = nodes.links.each_ref().map(|links| links.peers(n));
            let urls: Vec<String> = http.iter().map(|at| format!("http://{at}")).collect();
            let settings = json!({
                "http": { "listen": nodes.http.get(n) },
                "consensus": {
                    "listen": consensus.get(n),
                    "peers": peers,
                    "urls": urls,
                    "guard": own.join("guard"),
                },
            });
            std::fs::write(own.join(SETTINGS), toml::to_string(&settings)?)?;
        }
        Ok((network, nodes))
    }

    fn root(&self, n: usize) -> anyhow::Result<&Path> {
        Ok(self.roots.get(n).context("a node")?)
    }

    /// Starts a node, if it is down, and waits until it listens.
    pub fn start(&mut self, n: usize, time: Time) -> anyhow::Result<()> {
        let mut command = Command::new(std::env::current_exe()?);
        if let Time::AheadByMs(ms) = time {
            command.env("LUYIN_BENCH_AHEAD_MS", ms.to_string());
        }
        let root = self.root(n)?.to_owned();
        let place = self.running.get_mut(n).context("a node")?;
        if place.is_none() {
            *place = Some(NodeProcess::of(&mut command, &root)?);
        }
        Ok(())
    }

    /// `kill -9`.
    pub fn kill(&mut self, n: usize) {
        if let Some(place) = self.running.get_mut(n) {
            *place = None;
        }
    }

    /// Kills a node and takes all that it had after the founding; key and guard stay.
    pub fn wipe(&mut self, n: usize, network: &BenchNetwork) -> anyhow::Result<()> {
        self.kill(n);
        let data = self.root(n)?.join("data");
        std::fs::remove_dir_all(&data)?;
        copy(&network.data(), &data)
    }

    /// Cuts every wire between nodes of different sides, and mends the others.
    pub fn part(&self, sides: &[u8]) {
        for links in &self.links {
            links.part(sides.to_vec());
        }
    }

    /// Sends a signal to a node's process.
    pub fn signal(&self, n: usize, name: &str) -> anyhow::Result<()> {
        let id = self.process(n)?.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status()?;
        anyhow::ensure!(sent.success(), "kill -{name} {id}");
        Ok(())
    }

    /// A node that runs.
    pub fn process(&self, n: usize) -> anyhow::Result<&NodeProcess> {
        self.running
            .get(n)
            .and_then(Option::as_ref)
            .context("a node that runs")
    }

    /// Those that run.
    pub fn up(&self) -> impl Iterator<Item = usize> + '_ {
        (0..NODES).filter(|n| self.process(*n).is_ok())
    }

    /// A node's address for requests.
    pub fn url(&self, n: usize, path: &str) -> String {
        let at = self.http.get(n).map(ToString::to_string);
        format!("http://{}{path}", at.unwrap_or_default())
    }
}

/// Addresses that were free a moment ago.
fn free() -> std::io::Result<Vec<SocketAddr>> {
    let held: Vec<TcpListener> = (0..NODES)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect::<Result<_, _>>()?;
    held.iter().map(TcpListener::local_addr).collect()
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
