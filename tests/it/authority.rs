//! What two persons of the authority do together, from proposal to released day.

use super::support::Member;
use super::support::client::Call;
use super::support::town::{Town, named};
use serde_json::{Value, json};

const ID: &str = "11010519491231002X";

#[test]
fn a_notice_takes_two_roles_and_is_released_once_a_day() {
    let mut town = Town::start();
    town.request("first", false);
    assert!(town.enrol("first", ID).success);

    let said = town.notify(ID, "close-contact", "3");
    let notice = said.json()["notice"].as_str().unwrap().to_owned();
    assert!(
        town.approve("approver")
            .refusal()
            .contains("another action came first")
    );
    let today = town.world.now().day().get();
    // Nobody has told the trustees whose notice it is.
    assert_eq!(town.ask(1, &notice, today).slug(), "no-opening");
    assert_eq!(named(&town.open().json()["without"]), Vec::<u64>::new());

    town.silence(4);
    let said = town.release("2").json();
    assert_eq!((&said["due"], &said["released"]), (&2.into(), &2.into()));
    assert_eq!(named(&said["without"]), [4]);
    let said = town.release("2").json();
    assert_eq!(
        (&said["released"], &said["already"]),
        (&0.into(), &2.into())
    );
    let published = town.world.get(&format!("/v1/releases?day={today}")).json();
    assert_eq!(published["releases"].as_array().unwrap().len(), 1);

    let said = town.propose(&["lift", "--notice", &notice, "--reason", "found healthy"]);
    assert!(said.success, "{}", said.stderr);
    // The proposer alone is not two roles.
    assert!(
        town.approve("proposer")
            .refusal()
            .contains("none of the network's approvers")
    );
    assert!(town.approve("approver").success);
    assert_eq!(town.ask(1, &notice, today).slug(), "notice-lifted");
    assert_eq!(town.release("2").json()["due"], 0);
    // Gates are no longer given the values; who checks what gates decided with them is.
    let gone = town.world.get(&format!("/v1/releases?day={today}")).json();
    assert_eq!(gone["releases"], json!([]));
    let call = Call::get(&format!("/v1/audit/releases?day={today}"));
    let call = town.world.signed(call, Member::Regulator);
    let kept = town.world.send(&call).json();
    let values = |answer: &Value| answer["releases"][0]["values"].clone();
    assert_eq!(values(&kept), values(&published));

    let actions = town.luyin(&["authority", "actions"]).json();
    let words: Vec<&str> = actions
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["action"].as_str().unwrap())
        .collect();
    assert!(
        words[words.len() - 2].contains("close contact"),
        "{words:?}"
    );
    assert!(
        words[words.len() - 1].starts_with("lift notice"),
        "{words:?}"
    );
}

#[test]
fn a_person_who_lost_the_phone_enrols_once_more_after_a_superseded_notice() {
    let town = Town::start();
    town.request("lost", false);
    assert!(town.enrol("lost", ID).success);
    town.request("new", true);
    assert!(town.enrol("new", ID).refusal().contains("enrolled already"));

    assert!(town.notify(ID, "superseded", "60").success);
    assert!(town.open().success);
    // Until today is released the old note could still check in.
    assert!(!town.enrol("new", ID).success);
    assert!(town.release("1").success);
    let said = town.enrol("new", ID);
    assert!(said.success, "{}", said.stderr);
    town.request("third", true);
    assert!(
        town.enrol("third", ID)
            .refusal()
            .contains("enrolled already")
    );
}
