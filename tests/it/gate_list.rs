//! How an online gate learns of a notice between two bundles.

use crate::support::client::Call;
use crate::support::town::{Manner, Town};
use crate::support::world::Member;
use luyin_protocol::gate::{GateBundle, GateList, ListError, SignedBundle, SignedList};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Day;

const ID: &str = "11010519491231002X";

/// A bundle as a gate fetched it.
struct Fetched {
    bundle: GateBundle,
    name: Sha256Hash,
}

fn fetched(town: &Town) -> Fetched {
    let world = &town.world;
    let answer = world.send(&world.signed(Call::get("/v1/gate/bundle"), Member::Gate));
    Fetched {
        bundle: SignedBundle::verified(&answer.body, &world.network()).unwrap(),
        name: Sha256Hash::of(&answer.body),
    }
}

fn listed(town: &Town, held: &Fetched) -> Result<GateList, ListError> {
    let until = held.bundle.expires.day();
    let target = format!("/v1/gate/list?bundle={}&until={until}", held.name);
    let world = &town.world;
    let answer = world.send(&world.signed(Call::get(&target), Member::Gate));
    assert_eq!(answer.status, 200, "{}", answer.slug());
    assert!(answer.body.len() < 2_000, "it is small");
    SignedList::verified(&answer.body, &held.bundle, &held.name, held.bundle.issued)
}

#[test]
fn the_list_tells_of_a_new_notice_at_once_and_a_lifted_one_leaves_by_the_bundle_alone() {
    let town = Town::with([Manner::Honest; 5]);
    town.request("first", false);
    assert!(town.enrol("first", ID).success);
    let before = fetched(&town);
    assert_eq!(listed(&town, &before).unwrap().releases, []);

    let said = town.notify(ID, "confirmed", "3").json();
    let notice = said["notice"].as_str().unwrap().to_owned();
    assert!(town.open().success);
    assert!(town.release("1").success);
    let list = listed(&town, &before).unwrap();
    let today = town.world.now().day();
    let values = list.releases.iter().map(|r| &r.values);
    let of: Vec<(String, Day)> = values.map(|v| (v.notice.to_string(), v.day)).collect();
    assert_eq!(of, [(notice.clone(), today)]);

    let after = fetched(&town);
    assert_eq!(after.bundle.releases, list.releases);
    let said = town.propose(&["lift", "--notice", &notice, "--reason", "found healthy"]);
    assert!(said.success, "{}", said.stderr);
    assert!(town.approve("approver").success);
    let lacks = listed(&town, &after);
    assert!(matches!(lacks, Err(ListError::Lacks(_))), "{lacks:?}");
    assert!(fetched(&town).bundle.releases.is_empty());
}

#[test]
fn a_list_up_to_a_day_that_no_bundle_reaches_is_refused() {
    let town = Town::with([Manner::Honest; 5]);
    let held = fetched(&town);
    let today = town.world.now().day();
    for until in [today.minus(1), today.plus(3)] {
        let target = format!("/v1/gate/list?bundle={}&until={until}", held.name);
        let call = town.world.signed(Call::get(&target), Member::Gate);
        assert_eq!(town.world.send(&call).slug(), "malformed-parameter");
    }
}
