//! Real witnesses beside a real node: readers believe what enough of them cosigned, and a log that shows two histories is
//! found out.

use crate::support::client::Call;
use crate::support::keys;
use crate::support::process::{PASSPHRASE, Running, node_directory, serve};
use crate::support::world::{did_create, founding, genesis, node_key, seeded, submission};
use luyin::witness::WitnessData;
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_ledger::log::checkpoint::{
    Checkpoint, CheckpointSigner, SignedCheckpoint, TrustError, network_checkpoint, node_keys,
};
use luyin_ledger::log::merkle::{LogHash, TreeHead};
use luyin_ledger::log::witness::AddCheckpoint;
use luyin_protocol::network::{Cadence, NetworkParameters, WitnessInfo};
use luyin_protocol::time::Timestamp;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(30);

/// A node and two witnesses, both of which its readers ask for.
struct Watched {
    dir: TempDir,
    parameters: NetworkParameters,
    witnesses: Vec<Option<Running>>,
    addresses: Vec<String>,
    node: Option<Running>,
}

fn witness_dir(dir: &Path, n: usize) -> PathBuf {
    dir.join(format!("witness-{n}"))
}

fn infos(dir: &Path) -> Vec<WitnessInfo> {
    let info = |n| {
        let secret = Secret::Passphrase(Passphrase::new(PASSPHRASE).unwrap());
        let name = format!("witness.example/{n}");
        WitnessData::at(&witness_dir(dir, n))
            .init(&name, secret, Strength::PRODUCTION, Timestamp::new(0))
            .unwrap()
    };
    (0..2).map(info).collect()
}

impl Watched {
    fn begin() -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let parameters = NetworkParameters {
            witnesses: infos(scratch.path()),
            witnesses_needed: 2,
            ..founding(genesis().verifying_keys, Cadence::demo())
        };
        let dir = node_directory(&parameters);
        for n in 0..2 {
            let from = witness_dir(scratch.path(), n);
            std::fs::rename(from, witness_dir(dir.path(), n)).unwrap();
        }
        let mut watched = Self {
            dir,
            parameters,
            witnesses: vec![None, None],
            addresses: vec!["127.0.0.1:0".to_owned(); 2],
            node: None,
        };
        for n in 0..2 {
            watched.start_witness(n);
        }
        watched.start_node();
        watched
    }

    fn start_witness(&mut self, n: usize) {
        let key = node_keys(&self.parameters).unwrap()[0].to_text();
        let mut command = Command::new(env!("CARGO_BIN_EXE_luyin"));
        command
            .args(["--json", "witness", "serve", "--listen", &self.addresses[n]])
            .args(["--log-key", &key, "--data"])
            .arg(witness_dir(self.dir.path(), n))
            .arg("--passphrase-file")
            .arg(self.dir.path().join("passphrase"));
        let running = Running::start(command, &self.dir.path().join("log"));
        self.addresses[n] = running.address.to_string();
        self.witnesses[n] = Some(running);
    }

    fn start_node(&mut self) {
        let config = self.dir.path().join("node.toml");
        let urls: Vec<String> = self
            .addresses
            .iter()
            .map(|a| format!("\"http://{a}\""))
            .collect();
        std::fs::write(
            &config,
            format!("[witnesses]\nurls = [{}]\n", urls.join(", ")),
        )
        .unwrap();
        let mut command = serve(self.dir.path(), "node", &keys::directory());
        command.arg("--config").arg(config);
        self.node = Some(Running::start(command, &self.dir.path().join("log")));
    }

    fn node(&self) -> &Running {
        self.node.as_ref().unwrap()
    }

    fn witness(&self, n: usize) -> &Running {
        self.witnesses[n].as_ref().unwrap()
    }

    /// Writes one entry; its number.
    fn write(&self, seed: u8) -> u64 {
        let tx = did_create(&self.parameters.id(), &seeded(seed));
        let answer = Call::post("/v1/dids", &submission(&tx)).send(self.node().address);
        answer.unwrap().json()["entry"].as_u64().unwrap()
    }

    fn believed(&self) -> Result<SignedCheckpoint, TrustError> {
        network_checkpoint(&self.node().get("/checkpoint").body, &self.parameters)
    }

    /// The first believed checkpoint that covers an entry.
    fn covering(&self, entry: u64) -> SignedCheckpoint {
        let begin = Instant::now();
        loop {
            match self.believed() {
                Ok(signed) if signed.checkpoint().size() > entry => return signed,
                other => assert!(begin.elapsed() < PATIENCE, "{other:?}: {}", self.log()),
            }
            std::thread::yield_now();
        }
    }

    /// What node and witnesses wrote into their logs.
    fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Hands a checkpoint to a witness, as a log would.
    fn add(&self, n: usize, request: &AddCheckpoint) -> (u16, String) {
        let mut call = Call::post("/add-checkpoint", &serde_json::Value::Null);
        call.body = request.to_bytes();
        let answer = call.send(self.witness(n).address).unwrap();
        (answer.status, String::from_utf8(answer.body).unwrap())
    }
}

#[test]
fn readers_believe_what_enough_witnesses_cosigned_through_crashes_of_each_party() {
    let mut watched = Watched::begin();
    let entry = watched.write(201);
    let signed = watched.covering(entry);
    assert_eq!(signed.cosignatures().len(), 2);

    // Without one of them the log goes on, and readers stay where two vouch for it.
    watched.witnesses[1] = None;
    let size = signed.checkpoint().size();
    let entry = watched.write(202);
    let reading = format!("/v1/entries/{entry}");
    assert_eq!(watched.node().get(&reading).status, 200);
    assert!(watched.believed().unwrap().checkpoint().size() <= entry);

    // The node is killed and comes back: what readers are shown is believed at once, and no smaller.
    watched.node = None;
    watched.start_node();
    assert!(watched.believed().unwrap().checkpoint().size() >= size);

    // With the witness back, what was written meanwhile is vouched for, over the gap.
    watched.start_witness(1);
    assert_eq!(watched.covering(entry).cosignatures().len(), 2);
    let told = watched.witness(1).get("/v1/witness").json();
    assert!(told["logs"][0]["size"].as_u64().unwrap() > entry);
    assert_eq!(told["split_views"], serde_json::json!([]));
}

#[test]
fn a_proof_travels_and_verifies_offline_with_the_founding_data_alone() {
    let mut watched = Watched::begin();
    let entry = watched.write(201);
    watched.covering(entry);
    let file = watched.dir.path().join("entry.tlog-proof");
    let luyin = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_luyin"));
        command.args(["--json", "audit", "proof"]).args(arguments);
        command.output().unwrap()
    };
    let address = format!("http://{}", watched.node().address);
    let path = file.to_str().unwrap().to_owned();
    let made = luyin(&[
        "inclusion",
        &entry.to_string(),
        "--out",
        &path,
        "--node",
        &address,
    ]);
    assert!(made.status.success(), "{made:?}");
    watched.node = None;
    watched.witnesses = vec![None, None];

    let genesis = watched.dir.path().join("node").join("genesis.bin");
    let genesis = genesis.to_str().unwrap();
    let checked = luyin(&["check", &path, "--genesis", genesis]);
    assert!(checked.status.success(), "{checked:?}");
    let said: serde_json::Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(
        (&said["entry"], &said["kind"]),
        (&entry.into(), &"did_create".into())
    );
    assert_eq!(said["proved"]["witnesses"].as_array().unwrap().len(), 2);

    // Without one cosignature, or at another place, it proves nothing.
    let text = std::fs::read_to_string(&file).unwrap();
    let last = text.trim_end().rfind('\n').unwrap();
    for bad in [
        text[..=last].to_owned(),
        text.replace(&format!("index {entry}"), "index 0"),
    ] {
        std::fs::write(&file, bad).unwrap();
        assert!(
            !luyin(&["check", &path, "--genesis", genesis])
                .status
                .success()
        );
    }
}

#[test]
fn a_log_that_shows_two_histories_is_found_out_and_the_proof_is_kept() {
    let watched = Watched::begin();
    let entry = watched.write(201);
    let shown = watched.covering(entry);

    // The node's key signs another tree of the same size, for somebody else.
    let head = TreeHead::new(shown.checkpoint().size(), LogHash::leaf(b"another history"));
    let origin = &watched.parameters.origin;
    let forked = Checkpoint::new(origin, head, vec!["block 1".to_owned()]).unwrap();
    let key = ed25519_dalek::SigningKey::from_bytes(node_key().to_secret().expose());
    let signer = CheckpointSigner::new(origin, key).unwrap();
    let forked = SignedCheckpoint::sign(forked, &[&signer]).unwrap();
    let size = forked.checkpoint().size();
    let request = AddCheckpoint::new(size, vec![], forked.note()).unwrap();
    let (status, said) = watched.add(0, &request);
    assert_eq!(status, 409, "{said}");
    assert!(said.contains("another root"), "{said}");

    let told = watched.witness(0).get("/v1/witness").json();
    let split = &told["split_views"][0];
    assert_eq!(split["size"], size);
    assert_eq!(split["other"].as_str().unwrap().as_bytes(), forked.note());
    assert_eq!(told["split_views"].as_array().unwrap().len(), 1);
    let figures = String::from_utf8(watched.witness(0).get("/metrics").body).unwrap();
    assert!(
        figures.contains("luyin_witness_split_views 1\n"),
        "{figures}"
    );
    // Without a witness's word nobody believes the other history.
    assert!(matches!(
        network_checkpoint(forked.note(), &watched.parameters),
        Err(TrustError::Witnesses {
            found: 0,
            needed: 2
        })
    ));
}

#[test]
fn a_node_restored_from_an_old_copy_refuses_to_start_and_names_the_reason() {
    let mut watched = Watched::begin();
    let entry = watched.write(201);
    watched.covering(entry);
    watched.node = None;
    let (node, copy) = (
        watched.dir.path().join("node"),
        watched.dir.path().join("copy"),
    );
    copy_all(&node, &copy);
    watched.start_node();
    let entry = watched.write(202);
    watched.covering(entry);
    watched.node = None;

    std::fs::rename(&node, watched.dir.path().join("newest")).unwrap();
    std::fs::rename(&copy, &node).unwrap();
    let mut command = serve(watched.dir.path(), "node", &keys::directory());
    command
        .arg("--config")
        .arg(watched.dir.path().join("node.toml"));
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("restored from an old copy"), "{said}");

    // The newest copy goes on.
    std::fs::rename(&node, watched.dir.path().join("old")).unwrap();
    std::fs::rename(watched.dir.path().join("newest"), &node).unwrap();
    watched.start_node();
    let entry = watched.write(203);
    assert_eq!(watched.covering(entry).cosignatures().len(), 2);
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_all(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}

#[test]
fn a_witness_answers_bad_requests_as_the_standard_says() {
    let watched = Watched::begin();
    let entry = watched.write(201);
    let shown = watched.covering(entry);
    let size = shown.checkpoint().size();
    let ask = |old, note: &[u8]| watched.add(0, &AddCheckpoint::new(old, vec![], note).unwrap());

    assert_eq!(ask(0, shown.note()), (409, format!("{size}\n")));
    assert_eq!(ask(size + 1, shown.note()).0, 400);
    let text = String::from_utf8(shown.note().to_vec()).unwrap();
    let other = text.replacen(&watched.parameters.origin, "luyin.example/other", 1);
    assert_eq!(ask(0, other.as_bytes()).0, 404);
    let key = ed25519_dalek::SigningKey::from_bytes(&[99; 32]);
    let stranger = CheckpointSigner::new(&watched.parameters.origin, key).unwrap();
    let signed = SignedCheckpoint::sign(shown.checkpoint().clone(), &[&stranger]).unwrap();
    assert_eq!(ask(size, signed.note()).0, 403);
    let post = |body: &[u8]| {
        let mut call = Call::post("/add-checkpoint", &serde_json::Value::Null);
        call.body = body.to_vec();
        call.send(watched.witness(0).address).unwrap().status
    };
    assert_eq!(post(b"new 5\n\n"), 400);
    assert_eq!(post(&vec![b'a'; 200 << 10]), 413);
    // What is cosigned is read back by monitors.
    let told = watched.witness(0).get("/v1/witness").json();
    let name = told["logs"][0]["name"].as_str().unwrap();
    let note = watched.witness(0).get(&format!("/checkpoint/{name}")).body;
    let keys = node_keys(&watched.parameters).unwrap();
    let read = SignedCheckpoint::verify(&note, &keys).unwrap();
    assert!(read.checkpoint().size() >= size);
    assert_eq!(watched.witness(0).get("/checkpoint/00").status, 404);
}

#[test]
fn a_node_does_not_start_where_its_readers_ask_for_witnesses_that_it_does_not_know() {
    let scratch = tempfile::tempdir().unwrap();
    let parameters = NetworkParameters {
        witnesses: infos(scratch.path()),
        witnesses_needed: 1,
        ..founding(genesis().verifying_keys, Cadence::demo())
    };
    let dir = node_directory(&parameters);
    let output = serve(dir.path(), "node", &keys::directory())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("readers of this network need 1 witnesses"),
        "{said}"
    );
}
