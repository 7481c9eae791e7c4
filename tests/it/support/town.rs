//! A node with five trustees over HTTP, and the command as its people call it.

use super::client::Call;
use super::world::{Member, World, evaluator, seeded};
use axum::routing::post;
use axum::{Json, Router};
use luyin::cli::organisation::keep_did;
use luyin::client::{NodeClient, TrusteeClient};
use luyin::clock::Clock;
use luyin::shutdown::Shutdown;
use luyin::trustee::{HttpPeer, Keyring, Parts, TrusteeService, serve};
use luyin_device::client::RequestSigner;
use luyin_device::enrolment::DeskCode;
use luyin_keys::escrow::TrusteeKeys;
use luyin_keys::keystore::{KeyKind, KeyName, KeystoreFile, SecretBytes};
use luyin_keys::seal_key::SealKey;
use luyin_keys::sealed::{Passphrase, Secret, Strength, WrappingKey};
use luyin_keys::voprf::{Blinded, UidKey};
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::signature::Signature;
use rand::rngs::OsRng;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const PASSPHRASE: &str = "correct horse battery";

/// How a trustee of the town behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Honest,
    Silent,
    /// Answers everything, and everything falsely.
    Lying,
}

/// A node, its trustees, a directory for everybody's files.
pub struct Town {
    trustees: Vec<SocketAddr>,
    running: Vec<Option<Shutdown>>,
    dir: TempDir,
    runtime: Option<Runtime>,
    /// What the commands are told to log (`LUYIN_LOG`).
    pub log_filter: &'static str,
    /// What all commands wrote to standard error.
    pub log: Mutex<String>,
    pub world: World,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    fn of(out: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            success: out.status.success(),
            stdout: text(&out.stdout),
            stderr: text(&out.stderr),
        }
    }

    /// The JSON of a command that succeeded.
    pub fn json(&self) -> Value {
        assert!(self.success, "{}", self.stderr);
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.stdout))
    }

    /// Why a command failed.
    pub fn refusal(&self) -> &str {
        assert!(!self.success, "it succeeded: {}", self.stdout);
        &self.stderr
    }
}

impl Town {
    /// A town in which everyone is honest.
    pub fn start() -> Self {
        Self::with([Manner::Honest; 5])
    }

    /// A town whose trustees behave so.
    pub fn with(manners: [Manner; 5]) -> Self {
        Self::over(World::start(), manners)
    }

    /// A town around a node that runs already.
    pub fn over(world: World, manners: [Manner; 5]) -> Self {
        let listeners: Vec<TcpListener> = (0..5)
            .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
            .collect();
        let addresses = listeners.iter().map(|l| l.local_addr().unwrap());
        let mut town = Self {
            trustees: addresses.collect(),
            running: Vec::new(),
            dir: tempfile::tempdir().unwrap(),
            runtime: Some(Runtime::new().unwrap()),
            log_filter: "info",
            log: Mutex::default(),
            world,
        };
        town.furnish();
        for ((index, listener), manner) in TrusteeIndex::all().zip(listeners).zip(manners) {
            let shutdown = match manner {
                Manner::Honest => Some(town.honest(index, listener)),
                Manner::Silent => None,
                Manner::Lying => Some(town.lying(listener)),
            };
            town.running.push(shutdown);
        }
        town
    }

    fn keyring(n: u8) -> Keyring {
        Keyring {
            escrow: TrusteeKeys {
                signing: seeded(10 + n),
                sealing: vec![SealKey::from_secret(&SecretBytes::new([20 + n; 32]))],
            },
            evaluation: (n < 3).then(|| evaluator(n)),
            storage: WrappingKey::from_bytes([30 + n; 32]),
        }
    }

    fn honest(&self, index: TrusteeIndex, listener: TcpListener) -> Shutdown {
        let keys = Self::keyring(index.get() - 1);
        let others = TrusteeIndex::all().filter(|i| *i != index);
        let peer = |other: TrusteeIndex| {
            let address = format!("http://{}", self.trustees[other.position()]);
            let signer = RequestSigner::trustee(index, keys.escrow.signing.clone());
            HttpPeer::new(other, TrusteeClient::new(&address).unwrap(), signer)
        };
        let parts = Parts {
            index,
            source: NodeClient::new(&self.node()).unwrap(),
            peers: others.map(peer).collect(),
            clock: Clock::System,
            keys: keys.clone(),
        };
        let data = self.dir.path().join(format!("trustee-{index}"));
        let service = TrusteeService::start(self.world.network(), &data, parts).unwrap();
        let shutdown = Shutdown::default();
        let told = shutdown.clone();
        listener.set_nonblocking(true).unwrap();
        self.runtime().spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            serve(Arc::new(service), listener, told).await.unwrap();
        });
        shutdown
    }

    fn lying(&self, listener: TcpListener) -> Shutdown {
        let evaluate = |Json(body): Json<Value>| async move {
            let bytes = hex::decode(body["blinded"].as_str().unwrap()).unwrap();
            let other = UidKey::generate(&mut OsRng).unwrap();
            let blinded = Blinded::from_bytes(bytes.try_into().unwrap());
            let answer = other.evaluate(&blinded, &mut OsRng).unwrap().to_bytes();
            let (evaluated, proof) = answer.split_at(32);
            Json(json!({ "evaluated": hex::encode(evaluated), "proof": hex::encode(proof) }))
        };
        let sign = || async { Json(json!({ "signature": Signature::from_bytes([1; 64]) })) };
        let exchange = |Json(mut body): Json<Value>| async move {
            body["sealed"] = json!("AAAA");
            Json(body)
        };
        let liar = Router::new()
            .route("/v1/evaluate", post(evaluate))
            .route("/v1/shares", post(sign))
            .route("/v1/openings", post(|| async { Json(json!({})) }))
            .route("/v1/exchange", post(exchange));
        let shutdown = Shutdown::default();
        let told = shutdown.clone();
        listener.set_nonblocking(true).unwrap();
        self.runtime().spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let end = async move { told.begun().await };
            let served = axum::serve(listener, liar).with_graceful_shutdown(end);
            served.await.unwrap();
        });
        shutdown
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().unwrap()
    }

    /// Keystores of the registrar and of the authority's two persons.
    fn furnish(&self) {
        std::fs::write(self.path("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        let keys = [
            ("registrar", KeyKind::Registrar, Member::Registrar.key()),
            ("regulator", KeyKind::Regulator, Member::Regulator.key()),
            ("attester", KeyKind::Attester, Member::Attester.key()),
            ("proposer", KeyKind::GovernanceProposer, seeded(2)),
            ("approver", KeyKind::GovernanceApprover, seeded(3)),
            ("reviewer", KeyKind::GovernanceReviewer, seeded(4)),
        ];
        for (name, kind, key) in keys {
            let secret = Secret::Passphrase(Passphrase::new(PASSPHRASE).unwrap());
            let path = self.path(&format!("{name}.keys"));
            let file = KeystoreFile::create(&path, secret, Strength::PRODUCTION, &mut OsRng);
            let name = KeyName::new(name).unwrap();
            file.unwrap()
                .update(&mut OsRng, |keys| {
                    keys.insert(name, kind, key.to_secret(), 0)
                })
                .unwrap();
        }
        for (name, member) in [
            ("registrar", Member::Registrar),
            ("attester", Member::Attester),
            ("regulator", Member::Regulator),
        ] {
            keep_did(&self.path(&format!("{name}.keys")), &member.did()).unwrap();
        }
    }

    /// The node's address as people write it.
    pub fn node(&self) -> String {
        format!("http://{}", self.world.address)
    }

    /// The trustees' addresses as people write them.
    pub fn trustees(&self) -> String {
        let written = self.trustees.iter().map(|a| format!("http://{a}"));
        written.collect::<Vec<_>>().join(",")
    }

    /// One of the town's files.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs the command in the town's directory.
    pub fn luyin(&self, args: &[&str]) -> Said {
        let said = Said::of(self.command(args).output().unwrap());
        self.log.lock().unwrap().push_str(&said.stderr);
        said
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_luyin"));
        command
            .args(args)
            .arg("--json")
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .env("LUYIN_NODE", self.node())
            .env("LUYIN_PASSPHRASE_FILE", self.path("passphrase"))
            .env("LUYIN_LOG", self.log_filter);
        command
    }

    /// A new wallet's request for enrolment, in `<name>.request`.
    pub fn request(&self, name: &str, again: bool) {
        let wallet = format!("{name}.wallet");
        let with = |args: &[&str]| {
            let mut all = vec!["wallet"];
            all.extend_from_slice(args);
            all.extend_from_slice(&["--wallet", &wallet]);
            let said = self.luyin(&all);
            assert!(said.success, "{}", said.stderr);
        };
        with(&["new"]);
        with(&["add-person", name, "--name", "王某", "--id-digits", "2"]);
        let out = format!("{name}.request");
        let mut args = vec!["enrol-request", "--out", &out];
        if again {
            args.push("--again");
        }
        with(&args);
    }

    /// What the registrar does with `<name>.request` and the ID.
    pub fn enrol(&self, name: &str, id: &str) -> Said {
        std::fs::write(self.path("id"), format!("{id}\n王某\n")).unwrap();
        let (request, out) = (format!("{name}.request"), format!("{name}.receipt"));
        self.luyin(&[
            "registrar",
            "enrol",
            "--keystore",
            "registrar.keys",
            "--register",
            "register",
            "--trustees",
            &self.trustees(),
            "--id-number-file",
            "id",
            "--request",
            &request,
            "--out",
            &out,
        ])
    }

    /// Two persons publish a notice about whoever has the ID; the trustees are not told yet.
    pub fn notify(&self, id: &str, class: &str, days: &str) -> Said {
        std::fs::write(self.path("id"), format!("{id}\n")).unwrap();
        std::fs::write(self.path("evidence"), b"file 7").unwrap();
        let said = self.luyin(&[
            "registrar",
            "subject",
            "--keystore",
            "registrar.keys",
            "--register",
            "register",
            "--id-number-file",
            "id",
            "--out",
            "subject",
        ]);
        assert!(said.success, "{}", said.stderr);
        let mut what = vec![
            "notice",
            "--subject",
            "subject",
            "--class",
            class,
            "--evidence",
            "evidence",
            "--clause",
            "article 39",
            "--days",
            days,
            "--opening-out",
            "opening",
        ];
        if class == "confirmed" {
            what.extend_from_slice(&["--evidence-kind", "laboratory-report"]);
        }
        let said = self.propose(&what);
        assert!(said.success, "{}", said.stderr);
        self.approve("approver")
    }

    pub fn propose(&self, what: &[&str]) -> Said {
        let mut args = vec!["authority", "propose", "--keystore", "proposer.keys"];
        args.extend_from_slice(&["--out", "action"]);
        args.extend_from_slice(what);
        self.luyin(&args)
    }

    /// The holder of a key approves what was proposed.
    pub fn approve(&self, name: &str) -> Said {
        let keystore = format!("{name}.keys");
        self.luyin(&[
            "authority",
            "approve",
            "--keystore",
            &keystore,
            "--key",
            name,
            "--file",
            "action",
            "--yes",
        ])
    }

    /// The approver approves for a reviewer, who signs last.
    pub fn approve_and_review(&self) -> Said {
        let approve = [
            "authority",
            "approve",
            "--keystore",
            "approver.keys",
            "--file",
            "action",
            "--for-review",
            "reviewed",
            "--yes",
        ];
        let said = self.luyin(&approve);
        if !said.success {
            return said;
        }
        let review = ["authority", "review", "--keystore", "reviewer.keys"];
        self.luyin(&[&review[..], &["--file", "reviewed", "--yes"]].concat())
    }

    pub fn open(&self) -> Said {
        let trustees = self.trustees();
        let args = ["authority", "open", "--opening", "opening"];
        let shown = ["--evidence", "evidence", "--trustees", &trustees];
        self.luyin(&[args, shown].concat())
    }

    pub fn release(&self, days: &str) -> Said {
        let trustees = self.trustees();
        let args = ["authority", "release", "--days", days, "--trustees"];
        self.luyin(&[&args[..], &[&trustees]].concat())
    }

    /// Asks one trustee, from 1, for a day of a notice.
    pub fn ask(&self, trustee: usize, notice: &str, day: u16) -> super::Answer {
        let body = json!({ "notice": notice, "day": day });
        let call = Call::post("/v1/releases", &body);
        call.send(self.trustees[trustee - 1])
            .expect("the trustee answers")
    }

    /// Tells one trustee, from 1, whose notice it is.
    pub fn tell(&self, trustee: usize, body: &Value) -> super::Answer {
        let call = Call::post("/v1/openings", body);
        call.send(self.trustees[trustee - 1])
            .expect("the trustee answers")
    }

    /// Stops a trustee, from 1, and waits until nobody listens.
    pub fn silence(&mut self, trustee: usize) {
        if let Some(shutdown) = self.running[trustee - 1].take() {
            shutdown.begin();
            let address = self.trustees[trustee - 1];
            while std::net::TcpStream::connect(address).is_ok() {
                std::thread::yield_now();
            }
        }
    }

    pub fn files(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        for shutdown in self.running.iter().flatten() {
            shutdown.begin();
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// `luyin registrar desk`, waiting for the request of a person whose ID it was given.
pub struct DeskAtWork {
    pub code: DeskCode,
    running: Child,
    screen: BufReader<ChildStderr>,
}

impl DeskAtWork {
    /// Begins it and reads the code from its screen. The receipt goes to `first.receipt`.
    pub fn open(town: &Town, id: &str) -> Self {
        std::fs::write(town.path("id"), format!("{id}\n王某\n")).unwrap();
        let trustees = town.trustees();
        let args = [
            "registrar",
            "desk",
            "--yes",
            "--keystore",
            "registrar.keys",
            "--register",
            "register",
            "--trustees",
            &trustees,
            "--id-number-file",
            "id",
            "--out",
            "first.receipt",
        ];
        let mut command = town.command(&args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().unwrap();
        let mut screen = BufReader::new(running.stderr.take().unwrap());
        let mut line = String::new();
        screen.read_line(&mut line).unwrap();
        let shown: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
        Self {
            code: shown["code"].as_str().unwrap().parse().unwrap(),
            running,
            screen,
        }
    }

    /// What it said in the end.
    pub fn end(mut self) -> Said {
        let mut stderr = String::new();
        self.screen.read_to_string(&mut stderr).unwrap();
        let said = Said::of(self.running.wait_with_output().unwrap());
        Said { stderr, ..said }
    }
}

/// Who is named in a list of those left out.
pub fn named(without: &Value) -> Vec<u64> {
    let each = without.as_array().unwrap().iter();
    each.map(|w| w["trustee"].as_u64().unwrap()).collect()
}
