//! Some engines in one process.

use super::toy::{Memory, Toy};
use crate::signer::tests::key;
use crate::{Engine, EngineConfig, EngineError, Height, Timeouts, Validators};
use luyin_protocol::signature::NetworkId;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Far more than anything takes; the machine may be busy.
pub const LIMIT: Duration = Duration::from_secs(120);

pub const NETWORK: NetworkId = NetworkId::from_bytes([5; 32]);

pub struct Node {
    pub config: EngineConfig,
    pub memory: Arc<Memory>,
    engine: Option<Engine>,
    number: u8,
}

pub struct Network {
    _root: tempfile::TempDir,
    pub nodes: Vec<Node>,
    first: Validators,
}

/// The first `count` keys.
pub fn validators(count: u8) -> Validators {
    Validators::new((0..count).map(|n| key(n).public()).collect()).unwrap()
}

/// Free addresses of the loopback interface.
pub fn addresses(count: usize) -> Vec<SocketAddr> {
    let bound: Vec<_> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    bound.iter().map(|l| l.local_addr().unwrap()).collect()
}

pub fn config(root: &std::path::Path, number: usize, addresses: &[SocketAddr]) -> EngineConfig {
    let dir: PathBuf = root.join(format!("node-{number}"));
    let (home, guard) = (dir.join("home"), dir.join("guard"));
    EngineConfig {
        moniker: format!("node-{number}"),
        peers: addresses
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != number)
            .map(|(_, address)| *address)
            .collect(),
        timeouts: Timeouts {
            propose: Duration::from_millis(1000),
            ..Timeouts::default()
        },
        pace: Duration::from_millis(100),
        ..EngineConfig::new(home, guard, NETWORK, addresses[number])
    }
}

impl Network {
    pub fn start(count: usize) -> Self {
        Self::start_with(count, count as u8)
    }

    pub fn paced(count: usize, pace: Duration) -> Self {
        let mut network = Self::prepare(count, count as u8);
        for node in &mut network.nodes {
            node.config.pace = pace;
        }
        (0..count).for_each(|node| network.begin(node));
        network
    }

    /// `count` nodes of which the first `voting` are validators.
    pub fn start_with(count: usize, voting: u8) -> Self {
        let mut network = Self::prepare(count, voting);
        (0..count).for_each(|node| network.begin(node));
        network
    }

    fn prepare(count: usize, voting: u8) -> Self {
        let root = tempfile::tempdir().unwrap();
        let addresses = addresses(count);
        let first = validators(voting);
        let nodes = (0..count)
            .map(|number| Node {
                config: config(root.path(), number, &addresses),
                memory: Memory::new(first.clone()),
                engine: None,
                number: number as u8,
            })
            .collect();
        Self {
            _root: root,
            nodes,
            first,
        }
    }

    pub fn begin(&mut self, node: usize) {
        let node = &mut self.nodes[node];
        node.engine = Some(node.try_begin().unwrap());
    }

    pub fn stop(&mut self, node: usize) {
        let engine = self.nodes[node].engine.take().unwrap();
        engine.stop();
    }

    pub fn stop_all(&mut self) {
        for node in &mut self.nodes {
            if let Some(engine) = node.engine.take() {
                engine.stop();
            }
        }
    }

    /// The node's disk is lost, but not its guard.
    pub fn wipe(&mut self, node: usize) {
        let node = &mut self.nodes[node];
        std::fs::remove_dir_all(&node.config.home).unwrap();
        node.memory = Memory::new(self.first.clone());
    }

    pub fn engine(&self, node: usize) -> &Engine {
        self.nodes[node].engine.as_ref().unwrap()
    }

    /// Gives a node something to propose.
    pub fn submit(&self, node: usize, body: &[u8]) {
        self.nodes[node]
            .memory
            .with(|state| state.waiting.push_back(body.to_vec()));
        self.engine(node).wake();
    }

    /// The first `voting` keys decide once the next body is decided.
    pub fn enlarge(&self, voting: u8) {
        for node in &self.nodes {
            node.memory
                .with(|state| state.next_validators = Some(validators(voting)));
        }
    }

    pub fn fail(&self, node: usize, why: &str) {
        self.nodes[node]
            .memory
            .with(|state| state.fault = Some(why.into()));
    }

    pub fn bodies(&self, node: usize) -> Vec<Vec<u8>> {
        self.nodes[node].memory.with(|state| state.bodies.clone())
    }

    pub fn height(&self, node: usize) -> u64 {
        self.nodes[node].memory.with(|state| state.height.get())
    }

    pub fn await_bodies(&self, nodes: &[usize], count: usize) {
        for node in nodes {
            let what = format!("node {node} has {count} bodies");
            self.nodes[*node]
                .memory
                .wait(LIMIT, &what, |state| state.bodies.len() >= count);
        }
    }

    pub fn await_height(&self, nodes: &[usize], height: u64) {
        for node in nodes {
            let what = format!("node {node} is at height {height}");
            self.nodes[*node]
                .memory
                .wait(LIMIT, &what, |state| state.height.get() >= height);
        }
    }

    /// Waits until a node was asked what it proposes and gave this.
    pub fn await_asked(&self, node: usize, body: &[u8]) {
        self.nodes[node].memory.wait(LIMIT, "it proposes", |state| {
            state.proposed.iter().any(|proposed| proposed == body)
        });
    }

    /// The height at which a node has stood still for a while.
    pub fn settled(&self, node: usize, still: Duration) -> Height {
        loop {
            let height = self.engine(node).status().height;
            let later = self
                .engine(node)
                .wait(still, |status| status.height > height);
            if later.height == height {
                return height;
            }
        }
    }
}

impl Node {
    pub fn try_begin(&self) -> Result<Engine, EngineError> {
        let app = Toy(Arc::clone(&self.memory));
        Engine::start(self.config.clone(), Box::new(key(self.number)), app)
    }
}
