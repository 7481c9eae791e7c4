//! Gates file records, regulators read them, and every read is logged.

use crate::support::client::Call;
use crate::support::world::submission;
use crate::support::{Member, World};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_ledger::log::merkle::{EntryIndex, LogHash, TreeHead, verify_inclusion};
use luyin_ledger::log::records::root_of;
use luyin_protocol::codec::Canonical;
use luyin_protocol::gate::{AuditRecord, Evidence, Reason, SignedBundle, Verdict};
use luyin_protocol::signature::{Domain, Sha256Hash};
use luyin_protocol::tx::{AuditBatch, Tx};
use serde_json::{Value, json};

fn records(world: &World) -> Vec<AuditRecord> {
    let record = |reason, evidence| AuditRecord {
        step: world.now().step(),
        verdict: Verdict::of(reason),
        evidence,
    };
    vec![
        record(Reason::Manual, Evidence::Manual("no phone".into())),
        record(Reason::NotOurs, Evidence::Unreadable(Sha256Hash::of(b"x"))),
        record(Reason::Proved, Evidence::Unreadable(Sha256Hash::of(b"y"))),
    ]
}

fn filing(world: &World, number: u32, records: &[AuditRecord]) -> Value {
    let gate = Member::Gate.did();
    let (count, root) = (u32::try_from(records.len()).unwrap(), root_of(records));
    let body = AuditBatch::body(&gate, number, count, &root);
    let tx = Tx::AuditBatch(AuditBatch {
        gate,
        batch: number,
        records: count,
        root,
        signature: Member::Gate
            .key()
            .sign(Domain::Audit, &world.network(), &body),
    });
    let mut filing = submission(&tx);
    let texts: Vec<String> = records
        .iter()
        .map(|r| STANDARD.encode(r.to_vec()))
        .collect();
    filing["records"] = json!(texts);
    filing
}

fn ask(world: &World, call: Call, member: Member) -> Value {
    let answer = world.send(&world.signed(call, member));
    assert!(answer.status < 300, "{} {}", answer.status, answer.json());
    answer.json()
}

#[test]
fn filed_records_are_anchored_listed_proved_and_checked() {
    let world = World::start();
    let records = records(&world);
    let next = ask(&world, Call::get("/v1/gate/batches/next"), Member::Gate);
    assert_eq!(next["next"], 1);
    let file = Call::post("/v1/gate/records", &filing(&world, 1, &records));
    ask(&world, file, Member::Gate);
    let listed = ask(
        &world,
        Call::get("/v1/audit/records?limit=2"),
        Member::Regulator,
    );
    assert_eq!(listed["records"].as_array().unwrap().len(), 2);
    let after = listed["next"].as_str().unwrap();
    let rest = Call::get(&format!("/v1/audit/records?after={after}"));
    let rest = ask(&world, rest, Member::Regulator);
    assert_eq!(rest["records"].as_array().unwrap().len(), 1);
    let gate = Member::Gate.did();
    let one = Call::get(&format!("/v1/audit/records/{gate}/1/2"));
    let one = ask(&world, one, Member::Regulator);
    let hash = |text: &str| LogHash::new(hex::decode(text).unwrap().try_into().unwrap());
    let path: Vec<LogHash> = one["inclusion"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| hash(h.as_str().unwrap()))
        .collect();
    let head = TreeHead::new(3, hash(one["root"].as_str().unwrap()));
    let leaf = LogHash::leaf(&records[2].to_vec());
    verify_inclusion(&head, EntryIndex::new(2), leaf, &path).unwrap();
    let found = ask(
        &world,
        Call::post("/v1/audit/verify", &json!({})),
        Member::Regulator,
    );
    assert_eq!(found["checked"], 3);
    assert_eq!(
        found["disputed"],
        json!([format!("{gate}/1/2")]),
        "green without a pass"
    );
}

#[test]
fn records_that_are_not_those_of_the_anchor_are_refused_and_not_kept() {
    let world = World::start();
    let records = records(&world);
    let mut fewer = filing(&world, 1, &records);
    fewer["records"].as_array_mut().unwrap().pop();
    let mut swapped = filing(&world, 1, &records);
    swapped["records"].as_array_mut().unwrap().swap(0, 1);
    for spoiled in [fewer, swapped] {
        let call = world.signed(Call::post("/v1/gate/records", &spoiled), Member::Gate);
        assert_eq!(world.send(&call).slug(), "records-disagree");
    }
    let gap = Call::post("/v1/gate/records", &filing(&world, 2, &records));
    let gap = world.send(&world.signed(gap, Member::Gate));
    assert_eq!((gap.status, gap.slug().as_str()), (409, "audit-batch-gap"));
    let listed = ask(&world, Call::get("/v1/audit/records"), Member::Regulator);
    assert_eq!(listed["records"], json!([]));
    assert!(
        world
            .files()
            .join("records")
            .read_dir()
            .unwrap()
            .next()
            .is_none()
    );
}

#[test]
fn every_read_of_a_regulator_is_logged_before_it_is_answered() {
    let world = World::start();
    ask(&world, Call::get("/v1/audit/actions"), Member::Regulator);
    ask(
        &world,
        Call::get("/v1/audit/records?from=5"),
        Member::Regulator,
    );
    let reads = ask(&world, Call::get("/v1/audit/reads"), Member::Regulator);
    let what: Vec<&str> = reads["reads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["what"].as_str().unwrap())
        .collect();
    let expected = [
        "/v1/audit/actions",
        "/v1/audit/records?from=5",
        "/v1/audit/reads",
    ];
    assert_eq!(what, expected);
    assert_eq!(
        reads["reads"][0]["reader"],
        Member::Regulator.did().to_string()
    );
}

#[test]
fn a_report_is_signed_by_the_node_over_exactly_its_bytes() {
    let world = World::start();
    let report = ask(&world, Call::get("/v1/audit/report"), Member::Regulator);
    let bytes = STANDARD.decode(report["report"].as_str().unwrap()).unwrap();
    let signature = report["signature"].as_str().unwrap().parse().unwrap();
    let signer = crate::support::world::node_key().public();
    assert_eq!(report["signer"], signer.to_string());
    let network = world.network();
    assert!(
        signer
            .verify(Domain::Report, &network, &bytes, &signature)
            .is_ok()
    );
    assert!(
        signer
            .verify(Domain::Report, &network, &bytes[1..], &signature)
            .is_err()
    );
    let inside: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(inside["actions"].as_array().unwrap().len(), 4);
    assert_eq!(inside["transactions"]["did_create"], 5);
}

#[test]
fn a_bundle_verifies_and_a_walk_in_pass_is_spent_once_among_all_gates() {
    let world = World::start();
    let call = world.signed(Call::get("/v1/gate/bundle"), Member::Gate);
    let answer = world.send(&call);
    let bundle = SignedBundle::verified(&answer.body, &world.network()).unwrap();
    assert_eq!(bundle.issued, world.now());
    assert!(bundle.expires > bundle.issued);
    let mut other = answer.body.clone();
    *other.last_mut().unwrap() ^= 1;
    assert!(SignedBundle::verified(&other, &world.network()).is_err());
    let step = world.now().step();
    let walk_in = |n: u8, step: u32| {
        let mut nym = [0; 32];
        nym[0] = n;
        let body = json!({ "nym": hex::encode(nym), "step": step });
        world.send(&world.signed(Call::post("/v1/gate/walk-ins", &body), Member::Gate))
    };
    assert_eq!(walk_in(1, step.get()).json()["spent"], false);
    assert_eq!(walk_in(1, step.get() + 1).json()["spent"], true);
    assert_eq!(walk_in(2, step.get()).json()["spent"], false);
    assert_eq!(walk_in(3, 7).slug(), "malformed-parameter");
}
