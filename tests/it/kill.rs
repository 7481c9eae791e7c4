//! The real program, killed without warning, again and again: nothing that was acknowledged is lost, and nothing that a
//! caller sent shows in its log.

use crate::support::client::Call;
use crate::support::keys;
use crate::support::process::{Running, node_directory, serve};
use crate::support::world::{genesis, node_key, submission};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_ledger::log::checkpoint::{SignedCheckpoint, VerifierKey};
use luyin_ledger::log::merkle::{EntryIndex, LogHash, verify_inclusion};
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::DidDocument;
use luyin_protocol::signature::{Domain, NetworkId};
use luyin_protocol::tx::{DidCreate, Tx};
use rand::rngs::OsRng;
use rand::{Rng as _, RngCore as _};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

fn run(dir: &Path) -> Running {
    let mut command = serve(dir, "node", &keys::directory());
    command
        .env("LUYIN_LOG", "trace")
        // The whole journal is looked up at once at the end, from one address.
        .env("LUYIN__LIMITS__ADDRESS_BURST", u32::MAX.to_string());
    Running::start(command, &dir.join("log"))
}

fn random_create(network: &NetworkId) -> Tx {
    let mut seed = [0; 32];
    OsRng.fill_bytes(&mut seed);
    let key = SigningKey::from_secret(&SecretBytes::new(seed));
    let document = DidDocument::new(vec![key.public()], vec![]).unwrap();
    let signature = key.sign(Domain::Transaction, network, &DidCreate::body(&document));
    Tx::DidCreate(DidCreate {
        document,
        signature,
    })
}

/// What was acknowledged: entry and bytes.
type Journal = Vec<(u64, Vec<u8>)>;

/// Several clients send until the node is killed under them, after a random number of acknowledgements.
fn load_and_kill(running: Running, journal: &mut Journal) {
    let network = genesis().id();
    let enough = OsRng.gen_range(1..40);
    let (acknowledged, dead) = (AtomicUsize::new(0), AtomicBool::new(false));
    let new = Mutex::new(Vec::new());
    let address = running.address;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !dead.load(Ordering::SeqCst) {
                    let tx = random_create(&network);
                    let answer = Call::post("/v1/dids", &submission(&tx)).send(address);
                    if let Some(answer) = answer.filter(|a| a.status == 201) {
                        let entry = answer.json()["entry"].as_u64().unwrap();
                        new.lock().unwrap().push((entry, tx.to_vec()));
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
        while acknowledged.load(Ordering::SeqCst) < enough {
            std::thread::yield_now();
        }
        running.kill();
        dead.store(true, Ordering::SeqCst);
    });
    journal.extend(new.into_inner().unwrap());
}

/// Every acknowledged entry is there, with a proof under the signed checkpoint.
fn check(running: &Running, journal: &[(u64, Vec<u8>)]) {
    let key = ed25519_dalek::VerifyingKey::from_bytes(node_key().public().as_bytes()).unwrap();
    let key = VerifierKey::new(&genesis().origin, key).unwrap();
    let note = running.get("/checkpoint").body;
    let signed = SignedCheckpoint::verify(&note, &[key]).unwrap();
    let head = *signed.checkpoint().head();
    for (entry, bytes) in journal {
        let found = running.get(&format!("/v1/entries/{entry}"));
        assert_eq!(found.status, 200, "entry {entry}");
        let found = found.json();
        let found = STANDARD.decode(found["bytes"].as_str().unwrap()).unwrap();
        assert_eq!(found, *bytes, "entry {entry}");
        let size = head.size();
        let proof = running.get(&format!("/v1/proofs/inclusion?entry={entry}&size={size}"));
        let hashes: Vec<LogHash> = proof.json()["hashes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|h| {
                LogHash::new(
                    hex::decode(h.as_str().unwrap())
                        .unwrap()
                        .try_into()
                        .unwrap(),
                )
            })
            .collect();
        let leaf = LogHash::leaf(bytes);
        verify_inclusion(&head, EntryIndex::new(*entry), leaf, &hashes).unwrap();
    }
}

#[test]
fn what_was_acknowledged_survives_every_kill() {
    let rounds = match std::env::var("LUYIN_NIGHTLY") {
        Ok(_) => 1_000,
        Err(_) => 30,
    };
    let dir = node_directory(&genesis());
    let mut journal = Journal::new();
    for _ in 0..rounds {
        let running = run(dir.path());
        let newest = journal.len().saturating_sub(60);
        check(&running, &journal[newest..]);
        load_and_kill(running, &mut journal);
    }
    let running = run(dir.path());
    check(&running, &journal);
    assert!(journal.len() >= rounds);
    running.kill();
}

#[test]
fn nothing_that_a_caller_sends_shows_in_the_log() {
    const CANARY: &str = "cAnArY7391";
    let dir = node_directory(&genesis());
    let running = run(dir.path());
    let tx = random_create(&genesis().id());
    let Tx::DidCreate(create) = &tx else {
        panic!("a create")
    };
    let did = luyin_protocol::did::Did::of(&create.document).to_string();
    let nf = hex::encode([0x5a; 32]);
    let calls = [
        Call::post("/v1/dids", &submission(&tx)),
        Call::post(
            "/v1/dids",
            &serde_json::json!({ "tx": CANARY, "temperature": CANARY }),
        ),
        Call::post("/v1/checkins", &serde_json::json!({ "tx": nf })),
        Call::get(&format!("/1.0/identifiers/{did}")),
        Call::get(&format!(
            "/1.0/identifiers/did:luyin:{CANARY}?versionId={CANARY}"
        )),
        Call::get(&format!("/{CANARY}?{CANARY}={CANARY}")),
        Call::get(&format!("/v1/keys/{CANARY}")),
        Call::get(&format!("/v1/nullifiers?bucket={CANARY}&bits=0")),
        Call::get("/v1/network")
            .header("authorization", CANARY)
            .header("cookie", CANARY),
        Call::get("/v1/gate/bundle")
            .header("signature", CANARY)
            .header("signature-input", CANARY),
        Call::post("/v1/dids", &submission(&tx)).header("idempotency-key", CANARY),
    ];
    for call in &calls {
        assert!(call.send(running.address).unwrap().status < 500);
    }
    running.kill();
    let log = std::fs::read_to_string(dir.path().join("log")).unwrap();
    assert!(log.contains("refused"), "the log speaks of the requests");
    let body = STANDARD.encode(tx.to_vec());
    for secret in [
        CANARY,
        did.as_str(),
        &did["did:luyin:".len()..],
        nf.as_str(),
        body.as_str(),
    ] {
        assert!(!log.contains(secret), "{secret} in the log");
    }
}
