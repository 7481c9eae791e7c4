//! A production network refuses what only a demo may have, in the real program and before it listens.

use super::support::keys;
use super::support::process::{keystore, serve};
use super::support::world::{founding, genesis};
use luyin::bench::keys::install;
use luyin::node::directory::DataDirectory;
use luyin_keys::manifest::Manifest;
use luyin_protocol::network::{Cadence, NetworkMode, NetworkParameters, VerifyingKeys};
use luyin_protocol::signature::Sha256Hash;
use rand::rngs::OsRng;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Directories of keys and nodes.
struct Scene {
    dir: tempfile::TempDir,
    nodes: usize,
}

impl Scene {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The program over a network of these keys.
    fn node(&mut self, keys: &Path, hashes: VerifyingKeys, mode: NetworkMode) -> Command {
        self.nodes += 1;
        let name = format!("node-{}", self.nodes);
        let parameters = NetworkParameters {
            mode,
            ..founding(hashes, Cadence::standard())
        };
        DataDirectory::found(&self.path(&name), &parameters).unwrap();
        let mut command = serve(self.dir.path(), &name, keys);
        command.env("LUYIN__HTTP__AUTHORITIES", "[\"node.example\"]");
        command
    }

    /// Why a production network of these keys does not start.
    fn refusal(&mut self, keys: &Path, hashes: VerifyingKeys) -> String {
        refusal(&mut self.node(keys, hashes, NetworkMode::Production))
    }
}

fn refusal(command: &mut Command) -> String {
    let out = command.output().unwrap();
    assert!(!out.status.success());
    assert_eq!(String::from_utf8_lossy(&out.stdout), "", "it listened");
    String::from_utf8_lossy(&out.stderr).into_owned()
}

/// Says of keys that a ceremony made them: nothing but the manifest tells.
fn as_of_a_ceremony(keys: &Path) {
    change_manifest(keys, |manifest| {
        manifest["development"] = json!(false);
        manifest["bench"] = json!(false);
        manifest["ceremony_transcript"] = json!(Sha256Hash::of(b"transcript").to_string());
    });
}

fn change_manifest(keys: &Path, change: impl FnOnce(&mut Value)) {
    let path = keys.join("manifest.json");
    let mut manifest = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut manifest);
    std::fs::write(path, manifest.to_string()).unwrap();
}

/// Puts the key's gamma in the place of its delta, wherever its hash stands.
fn with_gamma_for_delta(keys: &Path, hashes: VerifyingKeys) -> VerifyingKeys {
    let path = keys.join("checkin.vk");
    let mut bytes = std::fs::read(&path).unwrap();
    // Compressed: alpha (32), beta (64), gamma (64), delta (64), the points of the inputs.
    bytes.copy_within(96..160, 160);
    std::fs::write(&path, &bytes).unwrap();
    let checkin = Sha256Hash::of(&bytes);
    change_manifest(keys, |manifest| {
        let circuits = manifest["circuits"].as_array_mut().unwrap();
        let circuit = circuits.iter_mut().find(|c| c["name"] == "checkin");
        circuit.unwrap()["verifying_key"]["sha256"] = json!(checkin.to_string());
    });
    VerifyingKeys { checkin, ..hashes }
}

#[test]
fn a_production_network_starts_on_nothing_that_only_a_demo_may_have() {
    let mut scene = Scene {
        dir: keystore(),
        nodes: 0,
    };
    let development = genesis().verifying_keys;
    let said = scene.refusal(&keys::directory(), development);
    assert!(said.contains("development keys are refused"), "{said}");

    let bench = scene.path("bench");
    let (_, hashes) = install(&bench, &mut OsRng).unwrap();
    let said = scene.refusal(&bench, hashes);
    assert!(said.contains("development keys are refused"), "{said}");
    let said = refusal(&mut scene.node(&bench, hashes, NetworkMode::Development));
    assert!(said.contains("keys of a bench are refused"), "{said}");

    let ceremony = scene.path("ceremony");
    let (_, hashes) = install(&ceremony, &mut OsRng).unwrap();
    as_of_a_ceremony(&ceremony);
    let other = VerifyingKeys {
        pass: development.pass,
        ..hashes
    };
    let said = scene.refusal(&ceremony, other);
    assert!(said.contains("not allowed"), "{said}");

    let mut settable = scene.node(&ceremony, hashes, NetworkMode::Production);
    let said = refusal(settable.args(["--clock", "settable"]));
    assert!(said.contains("settable clock is refused"), "{said}");
    let mut nameless = scene.node(&ceremony, hashes, NetworkMode::Production);
    let said = refusal(nameless.env_remove("LUYIN__HTTP__AUTHORITIES"));
    assert!(said.contains("http.authorities"), "{said}");

    let mut production = scene.node(&ceremony, hashes, NetworkMode::Production);
    let mut child = production.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(line.contains("listening"), "nothing else is wrong: {line}");

    let hashes = with_gamma_for_delta(&ceremony, hashes);
    let said = scene.refusal(&ceremony, hashes);
    assert!(said.contains("checkin") && said.contains("delta"), "{said}");
    let text = std::fs::read_to_string(ceremony.join("manifest.json")).unwrap();
    Manifest::from_json(&text).expect("nothing else is wrong with the manifest");
}
