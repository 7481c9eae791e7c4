//! Four real processes that agree on one ledger, two witnesses beside them.

use crate::support::client::{Answer, Call};
use crate::support::keys;
use crate::support::process::{PASSPHRASE, Running, keystore_at};
use crate::support::world::{did_create, founding, genesis, seeded, submission};
use luyin::clock::Clock;
use luyin::node::directory::DataDirectory;
use luyin_keys::signing::SigningKey;
use luyin_ledger::log::checkpoint::{SignedCheckpoint, network_checkpoint};
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::network::{Cadence, NetworkParameters};
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long anything may take that is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A network of nodes, each of which may be down.
pub struct Consortium {
    dir: TempDir,
    pub parameters: NetworkParameters,
    http: Vec<SocketAddr>,
    consensus: Vec<SocketAddr>,
    nodes: Vec<Option<Running>>,
    written: u8,
}

fn key(n: usize) -> SigningKey {
    seeded(150 + u8::try_from(n).unwrap())
}

/// Addresses that were free a moment ago.
fn free(count: usize) -> Vec<SocketAddr> {
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    held.iter().map(|l| l.local_addr().unwrap()).collect()
}

impl Consortium {
    /// So many nodes, all of them running.
    pub fn begin(count: usize) -> Self {
        let parameters = NetworkParameters {
            nodes: (0..count).map(|n| key(n).public()).collect(),
            ..founding(genesis().verifying_keys, Cadence::demo())
        };
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("passphrase"), PASSPHRASE).unwrap();
        let mut network = Self {
            dir,
            parameters,
            http: free(count),
            consensus: free(count),
            nodes: (0..count).map(|_| None).collect(),
            written: 0,
        };
        for n in 0..count {
            DataDirectory::found(&network.data(n), &network.parameters).unwrap();
            keystore_at(&network.file(n, "keys"), &key(n));
            network.configure(n);
            network.start(n);
        }
        network
    }

    fn file(&self, n: usize, extension: &str) -> PathBuf {
        self.dir.path().join(format!("node-{n}.{extension}"))
    }

    /// A node's data directory.
    pub fn data(&self, n: usize) -> PathBuf {
        self.dir.path().join(format!("node-{n}"))
    }

    fn configure(&self, n: usize) {
        let others = || (0..self.http.len()).filter(move |other| *other != n);
        let urls: Vec<String> = others()
            .map(|o| format!("http://{}", self.http[o]))
            .collect();
        let settings = json!({ "http": { "request_timeout_ms": 8_000 }, "consensus": {
            "listen": self.consensus[n],
            "peers": others().map(|o| self.consensus[o]).collect::<Vec<_>>(),
            "urls": urls,
            "guard": self.file(n, "guard"),
            "pace_ms": 100,
        }});
        std::fs::write(self.file(n, "toml"), toml::to_string(&settings).unwrap()).unwrap();
    }

    /// `luyin serve` over a node's files.
    pub fn command(&self, n: usize) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_luyin"));
        command
            .args(["--json", "serve", "--listen", &self.http[n].to_string()])
            .arg("--data")
            .arg(self.data(n))
            .arg("--keys")
            .arg(keys::directory())
            .arg("--keystore")
            .arg(self.file(n, "keys"))
            .arg("--passphrase-file")
            .arg(self.dir.path().join("passphrase"))
            .arg("--config")
            .arg(self.file(n, "toml"));
        command
    }

    pub fn start(&mut self, n: usize) {
        let running = Running::start(self.command(n), &self.file(n, "log"));
        self.nodes[n] = Some(running);
    }

    pub fn kill(&mut self, n: usize) {
        self.nodes[n].take().unwrap().kill();
    }

    /// Ends a node in order.
    pub fn end(&mut self, n: usize) {
        self.nodes[n].take().unwrap().end();
    }

    /// Kills a node and takes its data; its key and its guard stay.
    pub fn wipe(&mut self, n: usize) {
        self.kill(n);
        std::fs::remove_dir_all(self.data(n)).unwrap();
        DataDirectory::found(&self.data(n), &self.parameters).unwrap();
    }

    pub fn node(&self, n: usize) -> &Running {
        self.nodes[n].as_ref().unwrap()
    }

    fn next(&mut self) -> Value {
        self.written += 1;
        submission(&did_create(
            &self.parameters.id(),
            &seeded(190 + self.written),
        ))
    }

    /// Hands a new identifier to a node in another's name; gives the identifier.
    pub fn hand_over(&mut self, from: usize, to: usize) -> String {
        self.written += 1;
        let owner = seeded(190 + self.written);
        let tx = did_create(&self.parameters.id(), &owner);
        let body = submission(&tx);
        let call = Call::post("/v1/handovers", &json!({ "txs": [body["tx"]] }));
        let name = format!("node:{from}");
        let call = call.signed(self.http[to], &key(from), &name, Clock::System.now());
        let answer = call.send(self.http[to]).unwrap();
        assert_eq!((answer.status, &answer.json()["taken"]), (200, &json!(1)));
        let document = DidDocument::new(vec![owner.public()], vec![]).unwrap();
        Did::of(&document).to_string()
    }

    /// Waits until others handed something to a node so many times; how often they did.
    pub fn until_handed_to(&self, n: usize, times: u64) -> u64 {
        self.until(n, || {
            let figures = String::from_utf8(Call::get("/metrics").send(self.http[n])?.body).ok()?;
            let is_of = |line: &&str| {
                ["luyin_requests_total", "/v1/handovers", "\"200\""]
                    .iter()
                    .all(|part| line.contains(part))
            };
            let (_, count) = figures.lines().find(is_of)?.rsplit_once(' ')?;
            let count: u64 = count.parse().ok()?;
            (count >= times).then_some(count)
        })
    }

    /// Waits until a node resolves an identifier.
    pub fn resolved(&self, n: usize, did: &str) {
        self.until(n, || {
            let answer = Call::get(&format!("/1.0/identifiers/{did}")).send(self.http[n])?;
            (answer.status == 200).then_some(())
        });
    }

    /// Sends one new entry to a node.
    pub fn send(&mut self, n: usize) -> Option<Answer> {
        let body = self.next();
        Call::post("/v1/dids", &body).send(self.http[n])
    }

    /// Writes one new entry at a node, again and again until it is acknowledged; its number in the log.
    pub fn write(&mut self, n: usize) -> u64 {
        let body = self.next();
        self.until(n, || {
            let answer = Call::post("/v1/dids", &body).send(self.http[n])?;
            (answer.status == 201).then(|| answer.json()["entry"].as_u64().unwrap())
        })
    }

    /// The first checkpoint of a node that readers believe and that covers an entry.
    pub fn covering(&self, n: usize, entry: u64) -> SignedCheckpoint {
        self.until(n, || {
            let note = Call::get("/checkpoint").send(self.http[n])?.body;
            let signed = network_checkpoint(&note, &self.parameters).ok()?;
            (signed.checkpoint().size() > entry).then_some(signed)
        })
    }

    /// A node's own checkpoint of one size.
    pub fn own(&self, n: usize, size: u64) -> String {
        self.until(n, || {
            let answer = Call::get(&format!("/v1/checkpoints/{size}")).send(self.http[n])?;
            (answer.status == 200).then(|| String::from_utf8(answer.body).unwrap())
        })
    }

    fn until<T>(&self, n: usize, found: impl Fn() -> Option<T>) -> T {
        let begin = Instant::now();
        loop {
            if let Some(found) = found() {
                return found;
            }
            assert!(begin.elapsed() < PATIENCE, "node {n}: {}", self.log(n));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What a node wrote into its log.
    pub fn log(&self, n: usize) -> String {
        std::fs::read_to_string(self.file(n, "log")).unwrap_or_default()
    }
}
