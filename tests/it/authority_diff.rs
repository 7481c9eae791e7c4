//! What a version changes, to who proposes it and to who looks on.

use super::support::client::Call;
use super::support::town::Town;
use super::support::world::Member;
use super::wallet::governed;
use serde_json::{Value, json};

/// The policy that the town has, as a file, with a change.
fn written(town: &Town, change: impl Fn(&mut Value)) {
    let policies = town.luyin(&["authority", "diff", "--policy", "1"]);
    assert!(policies.refusal().contains("first version"), "{policies:?}");
    let mut policy = json!({
        "reference": { "id": 1, "version": 2 },
        "name_zh": "复工通行",
        "name_en": "Return to work",
        "effective": town.world.now().plus_ms(3_600_000),
        "grace_ms": 7_200_000,
        "thresholds": { "fever": 373, "symptom_mask": 65_535, "contact_mask": 255 },
        "predicates": {
            "slot_lag": 1, "min_normal": 1, "window_a": 0x3fff, "window_b": 1,
            "max_test_age": null, "min_doses": null, "max_reading_age": null, "max_itinerary_age": null,
            "fresh_horizon": 0, "fresh_normal": 0, "show_mask": true,
        },
        "paper": true,
        "gate_code": false,
    });
    change(&mut policy);
    std::fs::write(town.path("next.json"), policy.to_string()).unwrap();
}

#[test]
fn a_file_is_compared_with_the_ledger_and_the_regulator_sees_the_same_once_it_is_published() {
    let town = governed();
    written(&town, |policy| {
        policy["predicates"]["max_itinerary_age"] = 7.into();
        policy["thresholds"]["fever"] = 375.into();
    });
    let file = ["policy", "--file", "next.json"];
    let ahead = town.luyin(&[&["authority", "diff"], &file[..]].concat());
    let ahead = ahead.json();
    assert_eq!(ahead["kind"], "policy");
    assert_eq!((&ahead["before"], &ahead["after"]), (&1.into(), &2.into()));
    let ways: Vec<(&str, &str)> = ahead["clauses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["clause"].as_str().unwrap(),
                one["way"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(ways, [("fever", "loosened"), ("itinerary", "tightened")]);

    assert!(town.propose(&file).success);
    assert!(town.approve("approver").success);
    let diff = |args: &[&str]| town.luyin(&[&["authority", "diff"], args].concat());
    let of_versions = diff(&["--policy", "1", "--from", "1", "--to", "2"]).json();
    assert_eq!(of_versions, ahead);
    assert_eq!(diff(&["--policy", "1"]).json(), ahead);
    let unknown = diff(&["--policy", "1", "--to", "9"]);
    assert!(unknown.refusal().contains("no version 9"), "{unknown:?}");

    let call = Call::get("/v1/audit/actions");
    let answer = town.world.send(&town.world.signed(call, Member::Regulator));
    let actions = answer.json();
    let published = actions["actions"].as_array().unwrap().last().unwrap();
    assert_eq!(published["kind"], "policy");
    assert_eq!(published["change"], ahead);
    let mut all = actions["actions"].as_array().unwrap().iter();
    let first = all.find(|one| one["kind"] == "policy").unwrap();
    assert!(
        first.get("change").is_none(),
        "a first version changes none"
    );
}

#[test]
fn a_list_names_what_it_adds_and_drops() {
    let town = governed();
    std::fs::write(town.path("cities.csv"), "code\n420100\n110000\n").unwrap();
    let file = ["risk-list", "--csv", "cities.csv"];
    let found = town
        .luyin(&[&["authority", "diff"], &file[..]].concat())
        .json();
    let codes: Vec<&str> = found["added"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes.len(), 2);
    assert!(codes.contains(&"420100"));
    assert_eq!(found["dropped"], json!([]));
    assert_eq!(found["kept"], 0);
    let nothing = town.luyin(&["authority", "diff"]);
    assert!(nothing.refusal().contains("name what to compare"));
}
