//! A network with one node, its authority and one organisation of each role, on keys from fixed seeds.

use super::client::{Answer, Call};
use super::keys;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin::app::{App, AppParts};
use luyin::clock::Clock;
use luyin::config::Config;
use luyin::http::server;
use luyin::node::Node;
use luyin::node::directory::DataDirectory;
use luyin::node::open::{Opening, Storage, open_with};
use luyin::node::verifying_keys;
use luyin::service::audit::attempts::Attempts;
use luyin::service::audit::reads::ReadLog;
use luyin::service::gate::records::GateRecords;
use luyin::service::gate::walk_ins::WalkIns;
use luyin::service::page::Pages;
use luyin::shutdown::Shutdown;
use luyin::telemetry::Metrics;
use luyin_keys::keystore::SecretBytes;
use luyin_keys::manifest::{KeyDirectory, Mode, VkAllowList};
use luyin_keys::seal_key::SealKey;
use luyin_keys::signing::SigningKey;
use luyin_keys::voprf::UidKey;
use luyin_ledger::log::disk::MemoryDisk;
use luyin_ledger::store::MemoryStore;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::network::{
    Cadence, DEFAULT_TWO_REACH, EVALUATORS, NetworkMode, NetworkParameters, TRUSTEES, TrusteeInfo,
    VerifyingKeys,
};
use luyin_protocol::signature::{Domain, NetworkId, Sha256Hash};
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{
    Accredit, Approvals, DidCreate, Governance, GovernanceAction, Quota, Review, Role, Tx,
};
use serde_json::{Value, json};
use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// When stories begin: 2026-11-23, 10:00 in Beijing.
pub const START: Timestamp = Timestamp::new(1_795_399_200_000);

/// The files that a story's node has for browsers.
pub const PAGE_FILES: [(&str, &str); 5] = [
    ("index.html", "the first page"),
    ("w/index.html", "the wallet's page"),
    ("w/index.html.br", "the same, compressed"),
    ("sw.js", "the worker"),
    ("assets/main-1f2e.js", "the script"),
];

/// An organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    Stranger,
    Registrar,
    Attester,
    Gate,
    Regulator,
}

impl Member {
    pub const ALL: [Self; 5] = [
        Self::Stranger,
        Self::Registrar,
        Self::Attester,
        Self::Gate,
        Self::Regulator,
    ];

    pub fn key(self) -> SigningKey {
        seeded(100 + self as u8)
    }

    pub fn document(self) -> DidDocument {
        DidDocument::new(vec![self.key().public()], vec![]).unwrap()
    }

    pub fn did(self) -> Did {
        Did::of(&self.document())
    }

    fn role(self) -> Option<Role> {
        let quota = Quota(1_000);
        match self {
            Self::Stranger => None,
            Self::Registrar => Some(Role::Registrar { quota }),
            Self::Attester => Some(Role::Attester {
                kind: AttestationKind::Test,
                quota,
            }),
            Self::Gate => Some(Role::Gate {
                venue: Self::Stranger.did(),
            }),
            Self::Regulator => Some(Role::Regulator),
        }
    }
}

/// A key of a seed.
pub fn seeded(n: u8) -> SigningKey {
    SigningKey::from_secret(&SecretBytes::new([n; 32]))
}

/// The evaluation key of one of the first three trustees, from 0.
pub fn evaluator(n: u8) -> UidKey {
    let mut scalar = [0; 32];
    scalar[0] = n + 1;
    UidKey::from_secret(&SecretBytes::new(scalar)).unwrap()
}

pub fn node_key() -> SigningKey {
    seeded(1)
}

/// The founding data of every story: development keys, one proposer, one approver, one reviewer.
pub fn genesis() -> NetworkParameters {
    let keys = KeyDirectory::open(keys::directory(), Mode::Development, VkAllowList::default());
    let hashes = verifying_keys::hashes(&keys.unwrap()).unwrap();
    founding(hashes, Cadence::demo())
}

/// The same on other proving keys, at another pace.
pub fn founding(verifying_keys: VerifyingKeys, cadence: Cadence) -> NetworkParameters {
    let trustee = |n: u8| TrusteeInfo {
        name: format!("trustee {n}"),
        sign: seeded(10 + n).public(),
        seal: SealKey::from_secret(&SecretBytes::new([20 + n; 32])).public(),
    };
    let parameters = NetworkParameters {
        origin: "luyin.example/test".into(),
        mode: NetworkMode::Development,
        cadence,
        proposers: vec![seeded(2).public()],
        approvers: vec![seeded(3).public()],
        reviewers: vec![seeded(4).public()],
        two_reach: DEFAULT_TWO_REACH,
        trustees: (0..TRUSTEES as u8).map(trustee).collect(),
        evaluators: (0..EVALUATORS as u8)
            .map(|n| Sha256Hash::from_bytes(evaluator(n).public().to_bytes()))
            .collect(),
        verifying_keys,
        nodes: vec![node_key().public()],
        witnesses: vec![],
        witnesses_needed: 0,
    };
    parameters.check().unwrap();
    parameters
}

/// A transaction as the interface takes it.
pub fn submission(tx: &Tx) -> Value {
    json!({ "tx": STANDARD.encode(tx.to_vec()) })
}

/// A new identifier of a key.
pub fn did_create(network: &NetworkId, key: &SigningKey) -> Tx {
    let document = DidDocument::new(vec![key.public()], vec![]).unwrap();
    let signature = key.sign(Domain::Transaction, network, &DidCreate::body(&document));
    Tx::DidCreate(DidCreate {
        document,
        signature,
    })
}

/// A running node.
pub struct World {
    pub address: SocketAddr,
    pub app: App,
    serving: Option<tokio::task::JoinHandle<std::io::Result<()>>>,
    runtime: Option<Runtime>,
    files: TempDir,
}

impl World {
    /// A node over memory, with everyone accredited.
    pub fn start() -> Self {
        Self::furnished(Config::default(), memory())
    }

    /// The same with a configuration and storage of the story's.
    pub fn furnished(config: Config, storage: Storage) -> Self {
        let world = Self::bare(config, storage);
        world.furnish();
        world
    }

    /// A node that knows nobody.
    pub fn bare(config: Config, storage: Storage) -> Self {
        let files = tempfile::tempdir().unwrap();
        let metrics = Metrics::new().unwrap();
        let opening = Opening {
            data: files.path().to_owned(),
            keys: keys::directory(),
            signing: node_key(),
            config: config.clone(),
            clock: Clock::settable_at(START),
            metrics: metrics.clone(),
        };
        let node = open_with(opening, genesis(), storage).unwrap();
        Self::around(node, config, metrics, files, server::serve)
    }

    /// A node that was opened elsewhere, served as the caller says.
    pub fn around<F, S>(
        node: Node,
        mut config: Config,
        metrics: Metrics,
        files: TempDir,
        serve: F,
    ) -> Self
    where
        F: FnOnce(App, tokio::net::TcpListener) -> S,
        S: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        config.http.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let at = |name: &str| files.path().join(name);
        let app = App::new(AppParts {
            node,
            metrics,
            records: GateRecords::open(at("records"), 14).unwrap(),
            walk_ins: WalkIns::open(at("walk-ins")).unwrap(),
            reads: ReadLog::open(at("reads")).unwrap(),
            attempts: Attempts::open(at("attempts")).unwrap(),
            pages: Pages::of(PAGE_FILES.map(|(name, text)| (name.into(), text.as_bytes().into()))),
            directory: None,
            config,
            shutdown: Shutdown::default(),
        });
        let runtime = Runtime::new().unwrap();
        let listen = tokio::net::TcpListener::bind(app.config().http.listen);
        let listener = runtime.block_on(listen).unwrap();
        let address = listener.local_addr().unwrap();
        let serving = runtime.spawn(serve(app.clone(), listener));
        Self {
            address,
            app,
            serving: Some(serving),
            runtime: Some(runtime),
            files,
        }
    }

    pub fn furnish(&self) {
        for member in Member::ALL {
            let tx = did_create(&self.network(), &member.key());
            assert_eq!(self.submit("/v1/dids", &tx).status, 201);
        }
        let roles = Member::ALL.into_iter().filter_map(|m| Some((m, m.role()?)));
        for (sequence, (member, role)) in (1u64..).zip(roles) {
            let did = member.did();
            let action = GovernanceAction::Accredit(Accredit { did, role });
            let tx = self.governance(sequence, action);
            assert_eq!(self.submit("/v1/governance", &tx).status, 201);
        }
    }

    pub fn network(&self) -> NetworkId {
        *self.app.node().network().id()
    }

    /// The founding data.
    pub fn parameters(&self) -> NetworkParameters {
        self.app.node().network().parameters().clone()
    }

    /// The node's address as people write it.
    pub fn node(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn now(&self) -> Timestamp {
        self.app.clock().now()
    }

    /// What the authority does, signed by both roles.
    pub fn governance(&self, sequence: u64, action: GovernanceAction) -> Tx {
        let body = Governance::body(sequence, &action);
        let (proposer, approver) = (seeded(2), seeded(3));
        let network = self.network();
        let approvals = Approvals {
            proposer: proposer.public(),
            proposal: proposer.sign(Domain::Governance, &network, &body),
            approver: approver.public(),
            approval: approver.sign(Domain::Governance, &network, &body),
            review: None,
        };
        Tx::Governance(Governance {
            sequence,
            action,
            approvals,
        })
    }

    /// The same with the third approval, which what may reach many needs.
    pub fn reviewed(&self, sequence: u64, action: GovernanceAction) -> Tx {
        let Tx::Governance(mut tx) = self.governance(sequence, action) else {
            unreachable!()
        };
        let reviewer = seeded(4);
        let body = Governance::body(sequence, &tx.action);
        tx.approvals.review = Some(Review {
            reviewer: reviewer.public(),
            signature: reviewer.sign(Domain::Governance, &self.network(), &body),
        });
        Tx::Governance(tx)
    }

    /// Sends; the node must answer.
    pub fn send(&self, call: &Call) -> Answer {
        call.send(self.address).expect("the node answers")
    }

    pub fn get(&self, target: &str) -> Answer {
        self.send(&Call::get(target))
    }

    /// Posts a transaction without a signature.
    pub fn submit(&self, route: &str, tx: &Tx) -> Answer {
        self.send(&Call::post(route, &submission(tx)))
    }

    /// Signs a call as a member.
    pub fn signed(&self, call: Call, member: Member) -> Call {
        let id = member.did().to_string();
        call.signed(self.address, &member.key(), &id, self.now())
    }

    /// Signs a call as the network's one node.
    pub fn signed_by_node(&self, call: Call) -> Call {
        call.signed(self.address, &node_key(), "node:0", self.now())
    }

    /// Ends the node in order and gives back whether it ended well.
    pub fn stop(&mut self) -> std::io::Result<()> {
        self.app.shutdown().begin();
        let (Some(serving), Some(runtime)) = (self.serving.take(), &self.runtime) else {
            return Ok(());
        };
        runtime.block_on(serving).unwrap()
    }

    /// Tells the node to end and waits for nothing.
    pub fn begin_stop(&self) {
        self.app.shutdown().begin();
    }

    pub fn files(&self) -> &Path {
        self.files.path()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let stopped = self.stop();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        if !std::thread::panicking() {
            stopped.expect("the node ends well");
        }
    }
}

/// Storage that is gone with the story.
pub fn memory() -> Storage {
    Storage {
        disk: Arc::new(MemoryDisk::new(1)),
        store: Arc::new(MemoryStore::new()),
    }
}

/// Storage in a directory, as a node has it.
pub fn on_disk(directory: &Path) -> (DataDirectory, Storage) {
    if !directory.join("genesis.bin").exists() {
        DataDirectory::found(directory, &genesis()).unwrap();
    }
    let data = DataDirectory::open(directory).unwrap();
    let storage = Storage::in_directory(&data).unwrap();
    (data, storage)
}
