//! A gate at a venue, with images from a wallet, and a regulator that checks it.

use super::support::town::{Said, Town};
use super::support::world::Member;
use super::wallet::{enrolled, forward, governed, shown, venue, wallet};
use luyin::cli::organisation::keep_did;
use luyin_keys::keystore::{KeyKind, KeyName, KeystoreFile};
use luyin_keys::sealed::{Passphrase, Secret, Strength};
use luyin_protocol::time::Timestamp;
use rand::rngs::OsRng;
use serde_json::Value;

/// The gate's keystore, its directory, and a bundle.
pub fn set_up(town: &Town) {
    let line = std::fs::read_to_string(town.path("passphrase")).unwrap();
    let secret = Secret::Passphrase(Passphrase::new(line.trim()).unwrap());
    let path = town.path("gate.keys");
    let file = KeystoreFile::create(&path, secret, Strength::PRODUCTION, &mut OsRng).unwrap();
    let key = Member::Gate.key().to_secret();
    file.update(&mut OsRng, |keys| {
        keys.insert(KeyName::new("gate")?, KeyKind::Gate, key, 0)
    })
    .unwrap();
    keep_did(&path, &Member::Gate.did()).unwrap();
    let said = organisation(town, &["init", "--venue", &venue()]);
    assert_eq!(said.json()["policy"], 1);
}

pub fn organisation(town: &Town, args: &[&str]) -> Said {
    let all = [
        &["gate"],
        args,
        &["--state", "gate", "--keystore", "gate.keys"],
    ]
    .concat();
    town.luyin(&all)
}

pub fn gate(town: &Town, args: &[&str]) -> Said {
    town.luyin(&[&["gate"], args, &["--state", "gate"]].concat())
}

fn verified(town: &Town, what: &[&str], now: Timestamp) -> String {
    let now = now.get().to_string();
    let args = [&["verify"], what, &["--now", &now]].concat();
    let said = gate(town, &args).json();
    said["verdict"]["reason"].as_str().unwrap().to_owned()
}

fn regulator(town: &Town, args: &[&str]) -> Said {
    town.luyin(&[&["audit"], args, &["--keystore", "regulator.keys"]].concat())
}

#[test]
fn a_gate_decides_from_images_without_a_network_and_its_records_stand_up_to_an_audit() {
    let town = governed();
    enrolled(&town);
    let proved = ["prove", "--venue", &venue(), "--walk-ins", "1"];
    wallet(&town, "anna.wallet", &proved).json();
    set_up(&town);
    let now = town.world.now();
    shown(&town, now, "pass.png");
    // Without a bundle the gate does not know that it is of a development network, whose clock may be set.
    let at_will = gate(&town, &["verify", "--text", "x", "--now", "1"]);
    assert!(at_will.refusal().contains("development"), "{at_will:?}");
    let unready = gate(&town, &["self-test"]);
    assert!(
        unready.refusal().contains("luyin gate bundle"),
        "{unready:?}"
    );
    organisation(&town, &["bundle"]).json();

    assert_eq!(
        verified(&town, &["--image", "pass.png"], now),
        "proved_compare_id"
    );
    assert_eq!(verified(&town, &["--image", "pass.png"], now), "replayed");
    let later = now.plus_ms(90_000);
    assert_eq!(verified(&town, &["--image", "pass.png"], later), "expired");
    assert_eq!(verified(&town, &["--text", "HC1:6BF"], now), "not_ours");
    let damaged = shown(&town, later, "next.png")["text"]
        .as_str()
        .unwrap()
        .replace("LY1:", "LY1: ");
    assert_eq!(verified(&town, &["--text", &damaged], later), "damaged");
    assert_eq!(
        verified(&town, &["--image", "next.png"], later),
        "proved_compare_id"
    );

    std::fs::create_dir(town.path("camera")).unwrap();
    std::fs::copy(town.path("next.png"), town.path("camera/1.png")).unwrap();
    std::fs::write(town.path("camera/2.png"), b"blurred").unwrap();
    let at = later.get().to_string();
    let watched = gate(&town, &["watch", "camera", "--once", "--now", &at]);
    assert!(watched.success, "{}", watched.stderr);
    let lines: Vec<Value> = watched
        .stdout
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(lines[0]["scan"]["verdict"]["reason"], "replayed");
    assert!(lines[1]["error"].is_string());
    gate(&town, &["manual", "身份证核对，放行", "--now", &at]).json();

    let filed = organisation(&town, &["upload"]).json();
    assert_eq!(
        (&filed["records"], &filed["batches"]),
        (&8.into(), &1.into())
    );
    assert_eq!(organisation(&town, &["upload"]).json()["records"], 0);

    let records = regulator(&town, &["records"]).json();
    assert_eq!(records.as_array().unwrap().len(), 8);
    let there = regulator(&town, &["verify"]).json();
    let here = regulator(&town, &["verify-local"]).json();
    assert_eq!(
        (&there["checked"], &here["findings"]["checked"]),
        (&8.into(), &8.into())
    );
    assert_eq!(there["verified"], here["findings"]["verified"]);
    assert_eq!(here["batches"], 1);
    let name = records[1]["name"].as_str().unwrap();
    assert_eq!(regulator(&town, &["record", name]).json()["verified"], true);
    assert_eq!(regulator(&town, &["report"]).json()["verified"], true);
    let acts = regulator(&town, &["actions"]).json();
    assert!(acts.as_array().unwrap().len() >= 6);
}

#[test]
fn gates_that_reach_a_node_share_used_walk_ins_and_an_offline_one_goes_by_its_bundle() {
    let town = governed();
    enrolled(&town);
    wallet(&town, "anna.wallet", &["prove", "--walk-ins", "1"]).json();
    set_up(&town);
    let node = town.node();
    let online = |state: &str, text: &str| {
        let args = [
            "gate",
            "verify",
            "--text",
            text,
            "--online",
            &node,
            "--keystore",
            "gate.keys",
        ];
        let said = town
            .luyin(&[&args[..], &["--state", state]].concat())
            .json();
        said["verdict"]["reason"].as_str().unwrap().to_owned()
    };
    let second = [
        "gate",
        "init",
        "--venue",
        &venue(),
        "--keystore",
        "gate.keys",
        "--state",
        "other",
    ];
    town.luyin(&second).json();
    let walk_in = shown(&town, town.world.now(), "walk-in.png");
    let text = walk_in["text"].as_str().unwrap();
    assert_eq!(online("gate", text), "proved_compare_id");
    assert_eq!(online("other", text), "walk_in_spent");
    // Without the network the other gate knows only itself.
    let now = town.world.now().get().to_string();
    let offline = [
        "gate", "verify", "--text", text, "--state", "other", "--now", &now,
    ];
    let said = town.luyin(&offline).json();
    assert_eq!(said["verdict"]["reason"], "proved_compare_id");

    let expired = town.world.now().plus_ms(48 * 3_600_000);
    assert_eq!(
        verified(&town, &["--text", text], expired),
        "bundle_expired"
    );
    forward(&town, 16_000);
}

#[test]
fn proofs_about_the_log_are_verified_here_and_a_false_root_is_refused() {
    let town = governed();
    let proof = |args: &[&str]| town.luyin(&[&["audit", "proof"], args].concat());
    let included = proof(&["inclusion", "3"]).json();
    assert!(included["size"].as_u64().unwrap() > 3);
    let consistent = proof(&["consistency", "5"]).json();
    assert_eq!(consistent["size"], included["size"]);
    let root = "00".repeat(32);
    let refused = proof(&["consistency", "5", "--root", &root]);
    assert!(refused.refusal().contains("does not begin"), "{refused:?}");
}
