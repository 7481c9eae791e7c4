//! The itinerary card on the command line, from the operator's table to the request for a correction and what supersedes it.

use super::support::town::{Said, Town};
use super::support::world::Member;
use super::wallet::{enrolled, forward, governed, wallet};
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::time::Day;
use luyin_protocol::tx::{Accredit, GovernanceAction, Quota, Role};
use serde_json::Value;

const DAY_MS: u64 = 86_400_000;

fn anna(town: &Town, args: &[&str]) -> Said {
    wallet(town, "anna.wallet", args)
}

/// The attester of the town may attest itineraries too.
fn operator(town: &Town) {
    let action = GovernanceAction::Accredit(Accredit {
        did: Member::Attester.did(),
        role: Role::Attester {
            kind: AttestationKind::Itinerary,
            quota: Quota(100),
        },
    });
    let next = town.world.get("/v1/governance/next").json()["next"].as_u64();
    let tx = town.world.governance(next.unwrap(), action);
    assert_eq!(town.world.submit("/v1/governance", &tx).status, 201);
}

/// The operator issues a row to a card, and its holder takes the attestation in.
fn issued(town: &Town, binding: &str, day: Day, card_day: Day, places: &str, out: &str) {
    let (day, card_day) = (day.to_iso(), card_day.to_iso());
    let table = format!("binding,day,value,card_day\n{binding},{day},{places},{card_day}\n");
    std::fs::write(town.path("rows.csv"), table).unwrap();
    let args = "attester issue --keystore attester.keys --kind itinerary --csv rows.csv --out";
    let mut args: Vec<&str> = args.split_whitespace().collect();
    args.push(out);
    assert_eq!(town.luyin(&args).json()["issued"], 1);
    let file = format!("{out}/1.attestation.json");
    anna(town, &["absorb", "--file", &file]).json();
    forward(town, 16_000);
}

fn places(card: &Value) -> Vec<&str> {
    let regions = card["regions"].as_array().unwrap().iter();
    let mut codes: Vec<_> = regions.map(|one| one["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn a_card_is_printed_corrected_by_the_operator_and_superseded() {
    let town = governed();
    operator(&town);
    enrolled(&town);
    let before = anna(&town, &["itinerary"]).json();
    assert_eq!(
        (&before["day"], &before["from"]),
        (&Value::Null, &Value::Null)
    );
    let attester = Member::Attester.did().to_string();
    let today = town.world.now().day();
    let nym = anna(&town, &["nym", &attester]).json();
    let binding = nym["nym"].as_str().unwrap();
    issued(&town, binding, today, today, "420100;110000", "first");

    let card = anna(&town, &["itinerary"]).json();
    assert_eq!(places(&card), ["110000", "420100"]);
    assert_eq!(card["day"], today.to_iso());
    assert_eq!(card["to"], today.minus(1).to_iso());
    assert_eq!(card["attester"], attester);
    assert!(card["taken"].is_u64());

    let wrong = ["itinerary", "--wrong", "420100", "--reason"];
    let ask = |more: &[&str]| anna(&town, &[&wrong[..], more].concat());
    let silent = ask(&["other", "--out", "request.json"]);
    assert!(silent.refusal().contains("say in at most"), "{silent:?}");
    ask(&["border", "--out", "request.json"]).json();
    let shown = town.luyin(&["attester", "correction", "request.json"]);
    let request = &shown.json()["request"];
    assert_eq!(request["places"], serde_json::json!(["420100"]));
    assert_eq!(request["itinerary_day"], today.to_iso());
    let file = std::fs::read_to_string(town.path("request.json")).unwrap();
    assert!(!file.contains("110000"), "a place that is not wrong");

    // The corrected one is of a later day and goes to the card in the request.
    forward(&town, DAY_MS);
    let binding = request["card"]["nym"].as_str().unwrap();
    issued(&town, binding, today.plus(1), today, "110000", "second");
    let card = anna(&town, &["itinerary"]).json();
    assert_eq!(places(&card), ["110000"]);
    assert_eq!(card["day"], today.plus(1).to_iso());
}
