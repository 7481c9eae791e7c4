//! Networks of whole engines over loopback.

pub mod network;
mod processes;
mod refusals;
pub mod toy;

use network::{LIMIT, Network};
use std::time::Duration;

#[test]
fn four_nodes_decide_the_same_bodies_in_the_same_order() {
    let mut network = Network::start(4);
    for (node, body) in ["north", "south", "east", "west"].iter().enumerate() {
        network.submit(node, body.as_bytes());
    }
    network.await_bodies(&[0, 1, 2, 3], 4);
    let first = network.bodies(0);
    for node in 1..4 {
        assert_eq!(network.bodies(node), first, "node {node}");
    }
    let status = network.engine(0).wait(LIMIT, |status| status.peers == 3);
    assert_eq!(status.peers, 3);
    network.stop_all();
}

#[test]
fn a_height_takes_a_breath_also_where_something_waits() {
    let mut network = Network::start(1);
    for body in ["one", "two", "three", "four"] {
        network.submit(0, body.as_bytes());
    }
    network.await_bodies(&[0], 4);
    let breath = network.nodes[0].config.pace / 2;
    let rested = network.nodes[0].memory.with(|state| state.rested.clone());
    assert!(
        rested.len() >= 3 && rested.iter().all(|time| *time >= breath),
        "{rested:?}"
    );
    network.stop_all();
}

#[test]
fn a_body_in_many_pieces_arrives_whole() {
    let mut network = Network::start(4);
    let body: Vec<u8> = (0..3_000_000u32).map(|n| n.to_le_bytes()[1]).collect();
    network.submit(2, &body);
    network.await_bodies(&[0, 1, 2, 3], 1);
    for node in 0..4 {
        assert!(network.bodies(node) == [body.clone()], "node {node}");
    }
    network.stop_all();
}

#[test]
fn three_of_four_go_on_and_the_fourth_catches_up() {
    let mut network = Network::start(4);
    network.await_height(&[0, 1, 2, 3], 3);
    network.stop(3);
    network.submit(0, b"without the fourth");
    network.await_bodies(&[0, 1, 2], 1);
    let height = network.height(0);
    network.await_height(&[0, 1, 2], height + 8);

    network.begin(3);
    network.await_height(&[3], height + 8);
    assert_eq!(network.bodies(3), network.bodies(0));
    let now = network.height(0);
    network.await_height(&[0, 1, 2, 3], now + 4);
    network.stop_all();
}

#[test]
fn a_wiped_node_catches_up_and_signs_nothing_of_what_it_has_forgotten() {
    let mut network = Network::start(4);
    network.submit(1, b"before the disk went");
    network.await_bodies(&[0, 1, 2, 3], 1);
    network.await_height(&[3], 6);
    network.stop(3);
    network.wipe(3);
    network.begin(3);
    assert!(
        matches!(network.engine(3).status().running, super::Running::Observing(height) if height.get() >= 6),
        "its guard has survived and knows what was signed"
    );
    network.await_bodies(&[3], 1);
    assert_eq!(network.bodies(3), network.bodies(0));
    let signs = network
        .engine(3)
        .wait(LIMIT, |status| status.running == super::Running::Running);
    assert_eq!(signs.running, super::Running::Running);
    // The fourth's vote counts again: with another one stopped the rest go on only with it.
    network.stop(0);
    let now = network.height(1);
    network.await_height(&[1, 2, 3], now + 3);
    network.stop_all();
}

#[test]
fn two_of_four_decide_nothing_and_go_on_when_the_others_are_back() {
    let mut network = Network::start(4);
    network.await_height(&[0, 1, 2, 3], 3);
    network.stop(2);
    network.stop(3);
    // What was under way when they stopped may still be decided; after that nothing is.
    let settled = network.settled(0, Duration::from_secs(2));
    network.submit(0, b"stuck for now");
    let later = network
        .engine(0)
        .wait(Duration::from_secs(4), |status| status.height > settled);
    assert_eq!(later.height, settled);
    network.begin(2);
    network.await_bodies(&[0, 1, 2], 1);
    network.begin(3);
    network.await_bodies(&[3], 1);
    network.stop_all();
}

#[test]
fn a_body_that_is_not_valid_is_never_decided_and_the_next_proposer_goes_on() {
    let mut network = Network::start(4);
    network.await_height(&[0, 1, 2, 3], 2);
    network.submit(1, toy::BAD);
    network.await_asked(1, toy::BAD);
    network.submit(2, b"good");
    network.await_bodies(&[0, 1, 2, 3], 1);
    let now = network.height(0);
    network.await_height(&[0, 1, 2, 3], now + 4);
    for node in 0..4 {
        assert_eq!(network.bodies(node), [b"good".to_vec()]);
    }
    network.stop_all();
}

#[test]
fn all_nodes_stopped_at_once_go_on_where_they_were() {
    let mut network = Network::start(4);
    network.submit(0, b"first");
    network.await_bodies(&[0, 1, 2, 3], 1);
    network.stop_all();
    let before = network.height(0);
    (0..4).for_each(|node| network.begin(node));
    network.submit(3, b"second");
    network.await_bodies(&[0, 1, 2, 3], 2);
    assert!(network.height(0) > before);
    let expected = [b"first".to_vec(), b"second".to_vec()];
    (0..4).for_each(|node| assert_eq!(network.bodies(node), expected));
    network.stop_all();
}

#[test]
fn a_validator_that_joins_is_counted_from_the_next_height_on() {
    let mut network = Network::start_with(5, 4);
    network.await_height(&[0, 1, 2, 3, 4], 2);
    network.enlarge(5);
    network.submit(0, b"the fifth joins");
    network.await_bodies(&[0, 1, 2, 3, 4], 1);
    // Of five, four decide: without node 0 only with the new one.
    network.stop(0);
    let now = network.height(1);
    network.await_height(&[1, 2, 3, 4], now + 3);
    network.stop_all();
}

#[test]
fn an_application_that_cannot_go_on_stops_its_engine_loudly() {
    let mut network = Network::start(4);
    network.await_height(&[0, 1, 2, 3], 2);
    network.fail(2, "the disk is full");
    let status = network.engine(2).wait(LIMIT, |status| {
        matches!(status.running, super::Running::Stopped(_))
    });
    let super::Running::Stopped(why) = status.running else {
        panic!("{status:?}");
    };
    assert!(why.contains("the disk is full"), "{why}");
    let now = network.height(0);
    network.await_height(&[0, 1, 3], now + 3);
    network.stop_all();
}

#[test]
fn what_waits_is_decided_long_before_the_pace_is_over() {
    let pace = Duration::from_secs(24);
    let mut network = Network::paced(4, pace);
    // The first height is not held back, the second is.
    network.await_height(&[0, 1, 2, 3], 1);
    let began = std::time::Instant::now();
    for node in 0..4 {
        network.submit(node, b"urgent");
    }
    network.await_bodies(&[0, 1, 2, 3], 1);
    assert!(began.elapsed() < pace / 2);
    assert_eq!(network.height(0), 2, "nothing but what waited was decided");
    network.stop_all();
}
