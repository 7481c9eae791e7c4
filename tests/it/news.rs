//! The one answer that a wallet looks at again and again.

use super::support::town::Town;
use super::wallet::governed;
use serde_json::{Value, json};

const ID: &str = "11010519491231002X";

fn news(town: &Town) -> Value {
    town.world.get("/v1/news").json()
}

/// Without what passes by itself: time, and the log with what the node made of it.
fn marks(town: &Town) -> Value {
    news(town)["marks"].clone()
}

#[test]
fn a_mark_changes_with_its_list_and_with_nothing_else() {
    let town = governed();
    let before = marks(&town);
    assert_eq!(marks(&town), before);
    town.request("me", false);
    assert!(town.enrol("me", ID).success);
    assert_eq!(marks(&town), before, "an enrolment is nobody's news");

    let said = town.notify(ID, "close-contact", "14");
    assert!(said.success, "{}", said.stderr);
    let noticed = marks(&town);
    assert_ne!(noticed["notices"], before["notices"]);
    for other in ["policies", "risk_lists", "releases"] {
        assert_eq!(noticed[other], before[other], "{other}");
    }
}

#[test]
fn the_forest_is_the_one_of_the_epoch_that_the_checkpoint_names() {
    let town = governed();
    let empty = news(&town);
    assert_eq!(empty["forest"]["epoch"], 0);
    assert_eq!([&empty["block"], &empty["hour"]], [&json!(null); 2]);
    town.request("me", false);
    assert!(town.enrol("me", ID).success);
    super::wallet::forward(&town, 60_000);
    let told = news(&town);
    let checkpoint = told["checkpoint"].as_str().unwrap();
    let line = checkpoint.lines().find(|line| line.starts_with("epoch "));
    let named = format!("epoch {} ", told["forest"]["epoch"]);
    assert!(line.unwrap().starts_with(&named), "{checkpoint}");
    assert_eq!(told["forest"]["size"], 1);
}
