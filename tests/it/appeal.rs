//! A notice, the appeal of the person it is about, the clock, and the answers: with real proofs, by commands alone.

use super::support::client::Call;
use super::support::town::{Manner, Town};
use super::support::world::{World, did_create, genesis, memory};
use super::support::{Member, keys};
use super::wallet::{enrolled, forward, govern, wallet};
use luyin::config::Config;
use luyin::node::judge::Judge;
use luyin::node::open::Storage;
use luyin::node::verifying_keys;
use luyin_ledger::log::disk::MemoryDisk;
use luyin_ledger::log::merkle::EntryIndex;
use luyin_protocol::appeal::AppealReason;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::field::Nym;
use luyin_protocol::network::NetworkMode;
use luyin_protocol::tx::{Appeal, Tx};
use serde_json::{Value, json};
use std::sync::Arc;

const ANNA: &str = "11010519491231002X";
const BERT: &str = "110105199001011902";
const HOUR: u64 = 3_600_000;

fn appeals(town: &Town) -> Vec<Value> {
    let answer = town.world.get("/v1/appeals").json();
    answer["appeals"].as_array().unwrap().clone()
}

fn statistics(town: &Town) -> Value {
    town.world.get("/v1/appeals/statistics").json()
}

/// Publishes a notice about Anna, opens and releases it; its name.
fn notified(town: &Town, class: &str) -> String {
    let said = town.notify(ANNA, class, "3").json();
    assert!(town.open().success);
    assert!(town.release("1").success);
    said["notice"].as_str().unwrap().to_owned()
}

fn appeal(town: &Town, notice: &str, more: &[&str]) -> Value {
    let args = ["appeal", "--notice", notice, "--confirm"];
    wallet(town, "anna.wallet", &[&args, more].concat()).json()
}

fn propose_answer(town: &Town, entry: u64, outcome: &str) {
    let entry = entry.to_string();
    let what = ["answer-appeal", "--appeal", &entry, "--outcome", outcome];
    let said = town.propose(&[&what[..], &["--reason", "looked at again"]].concat());
    assert!(said.success, "{}", said.stderr);
}

fn filed(town: &Town, entry: u64) -> Appeal {
    let bytes = town.world.app.node().entry(EntryIndex::new(entry)).unwrap();
    match Tx::from_slice(&bytes).unwrap() {
        Tx::Appeal(appeal) => appeal,
        other => panic!("{other:?}"),
    }
}

fn colour(town: &Town) -> Value {
    let status = wallet(town, "anna.wallet", &["status"]).json();
    status[0]["colour"].clone()
}

#[test]
fn a_notice_is_appealed_against_by_its_person_answered_against_the_clock_and_lifted() {
    let disk = MemoryDisk::new(1);
    let storage = Storage {
        disk: Arc::new(disk.clone()),
        ..memory()
    };
    let world = World::furnished(Config::default(), storage);
    let town = govern(Town::over(world, [Manner::Honest; 5]));
    enrolled(&town);
    town.request("bert", false);
    assert!(town.enrol("bert", BERT).success);
    wallet(&town, "bert.wallet", &["enrol-finish"]).json();
    forward(&town, 16_000);
    let first = notified(&town, "confirmed");
    assert_eq!(colour(&town), "red");

    let entry = appeals_once_and_nobody_else_does(&town, &first);
    goes_overdue_and_is_answered_with_a_reviewer_alone(&town, &first, entry);
    another_is_granted_and_ends_its_notice(&town, &first, entry);
    everyone_sees_it(&town);

    // From the files alone, with the real keys: every appeal's proof is judged again.
    let hashes = genesis().verifying_keys;
    let (_, keys) =
        verifying_keys::load(&keys::directory(), NetworkMode::Development, &hashes).unwrap();
    let judge = Judge::new(keys);
    let verified = luyin_ledger::chain::verify_log(Arc::new(disk), genesis(), &judge, |_| {});
    let head = town.world.app.node().published().newest().head;
    assert_eq!(verified.unwrap().signed, head.size());
}

fn appeals_once_and_nobody_else_does(town: &Town, notice: &str) -> u64 {
    let recovered = ["--reason", "recovered"];
    let unsure = ["appeal", "--notice", notice, "--reason", "recovered"];
    let said = wallet(town, "anna.wallet", &unsure);
    assert!(said.refusal().contains("--confirm"), "{}", said.stderr);
    let args = [
        "appeal",
        "--notice",
        notice,
        "--reason",
        "not-me",
        "--confirm",
    ];
    let said = wallet(town, "bert.wallet", &args);
    assert!(said.refusal().contains("somebody else"), "{}", said.stderr);
    assert!(appeals(town).is_empty());

    std::fs::write(town.path("result"), b"negative since Monday").unwrap();
    let made = appeal(
        town,
        notice,
        &[&recovered[..], &["--file", "result"]].concat(),
    );
    let entry = made["appeal"]["entry"].as_u64().unwrap();
    let again = appeal(town, notice, &recovered);
    assert_eq!(again["appeal"]["entry"], entry);
    let [listed] = appeals(town).try_into().unwrap();
    assert_eq!(listed["notice"], notice);
    assert_eq!(
        (&listed["reason"], &listed["state"]),
        (&json!("recovered"), &json!("open"))
    );
    let took = listed["due"].as_u64().unwrap() - listed["filed"].as_u64().unwrap();
    assert_eq!(took, 8 * HOUR);
    assert!(listed.get("proof").is_none());

    // The office finds the file in the appeal by the code that the person told it, and no other file.
    let (code, named) = (made["statement_code"].as_str().unwrap(), entry.to_string());
    let check = ["audit", "appeals", "--code", code, "--appeal", &named];
    let held = town.luyin(&[&check[..], &["--statement", "result"]].concat());
    assert!(held.success, "{}", held.stderr);
    let other = town.luyin(&[&check[..], &["--statement", "evidence"]].concat());
    assert!(other.refusal().contains("not the file"));
    entry
}

fn goes_overdue_and_is_answered_with_a_reviewer_alone(town: &Town, notice: &str, entry: u64) {
    forward(town, 8 * HOUR);
    assert_eq!(statistics(town)["open"], 1);
    forward(town, 1);
    let figures = statistics(town);
    assert_eq!(
        (&figures["open"], &figures["overdue"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(appeals(town)[0]["state"], "overdue");

    propose_answer(town, entry, "refused");
    let said = town.approve("approver");
    assert!(
        said.refusal().contains("a reviewer must sign"),
        "{}",
        said.stderr
    );
    let said = town.approve_and_review();
    assert!(said.success, "{}", said.stderr);
    let [listed] = appeals(town).try_into().unwrap();
    assert_eq!(listed["state"], "refused");
    assert_eq!(listed["answer"]["late"], true);
    assert_eq!(listed["answer"]["words"], "looked at again");
    let kept = wallet(town, "anna.wallet", &["appeals"]).json();
    assert_eq!(
        (&kept[0]["state"], &kept[0]["entry"]),
        (&json!("refused"), &json!(entry))
    );
    // The notice stands, and this appeal has had its answer.
    let standing = town.world.get("/v1/notices").json();
    assert_eq!(standing["notices"][0]["id"], notice);
    assert_eq!(standing["notices"][0]["evidence_kind"], "laboratory_report");
    let entry = entry.to_string();
    let what = ["answer-appeal", "--appeal", &entry, "--outcome", "granted"];
    let said = town.propose(&[&what[..], &["--reason", "x"]].concat());
    assert!(said.refusal().contains("no open appeal"), "{}", said.stderr);
}

fn another_is_granted_and_ends_its_notice(town: &Town, first: &str, answered: u64) {
    let second = notified(town, "court-order");
    // The proof of the first appeal serves neither the second notice nor another name, and the name is used.
    let old = filed(town, answered);
    let mut moved = old.clone();
    moved.body.notice = second.parse().unwrap();
    let mut renamed = old.clone();
    renamed.nym = Nym::from_value(7u64.into());
    let mut altered = old;
    altered.body.reason = AppealReason::Other;
    for (tx, slug) in [
        (moved, "proof-rejected"),
        (renamed, "proof-rejected"),
        (altered, "appeal-repeated"),
    ] {
        let answer = town.world.submit("/v1/appeals", &Tx::Appeal(tx));
        assert_eq!(answer.slug(), slug);
    }
    let made = appeal(town, &second, &["--reason", "not-me"]);
    let entry = made["appeal"]["entry"].as_u64().unwrap();
    forward(town, HOUR);
    propose_answer(town, entry, "granted");
    let said = town.approve_and_review();
    assert!(said.success, "{}", said.stderr);
    let standing = town.world.get("/v1/notices").json();
    let ids: Vec<&str> = standing["notices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [first]);
    let day = town.world.now().day().get();
    assert_eq!(town.ask(1, &second, day).slug(), "notice-lifted");
    let gone = town
        .world
        .submit("/v1/appeals", &Tx::Appeal(filed(town, entry)));
    assert_eq!(gone.slug(), "notice-lifted");
    // Without the first one she is green as before.
    let lift = ["lift", "--notice", first, "--reason", "found healthy"];
    assert!(town.propose(&lift).success);
    assert!(town.approve("approver").success);
    assert_ne!(colour(town), "red");
}

fn everyone_sees_it(town: &Town) {
    let figures = statistics(town);
    let expected = [
        ("filed", 2),
        ("open", 0),
        ("overdue", 0),
        ("granted", 1),
        ("refused", 1),
        ("lifted", 0),
        ("in_time", 1),
        ("late", 1),
        ("median_minutes", 60),
    ];
    for (name, number) in expected {
        assert_eq!(figures[name], number, "{name}: {figures}");
    }
    let said = town.luyin(&["audit", "appeals"]).json();
    assert_eq!(said["statistics"]["filed"], 2);
    assert_eq!(said["appeals"].as_array().unwrap().len(), 2);
    let ask = |target: &str| {
        let call = town.world.signed(Call::get(target), Member::Regulator);
        town.world.send(&call).json()
    };
    let acts = ask("/v1/audit/actions");
    let kinds = acts["actions"].as_array().unwrap().iter();
    let answers = kinds.filter(|act| act["kind"] == "appeal_answered").count();
    assert_eq!(answers, 2);
    let attempts = ask("/v1/audit/attempts");
    let refused = attempts["attempts"].as_array().unwrap().iter();
    let alone = refused.filter(|row| row["reason"] == "appeal-not-reviewed");
    assert_eq!(alone.count(), 1, "{attempts}");
    let bad = town
        .world
        .send(&Call::post("/v1/appeals", &json!({ "tx": "AAAA" })));
    assert_eq!(bad.slug(), "malformed-bytes");
    let other = did_create(&town.world.network(), &Member::Gate.key());
    let wrong = town.world.submit("/v1/appeals", &other);
    assert_eq!(wrong.slug(), "wrong-kind");
}
