//! A ledger that no single node owns: real processes over loopback, some of which are killed, wiped or stopped.

mod network;

use network::Consortium;

#[test]
fn what_any_node_takes_all_have_and_readers_believe_more_than_two_thirds_of_them() {
    let mut network = Consortium::begin(4);
    let entries: Vec<u64> = (0..8).map(|round| network.write(round % 4)).collect();
    assert_eq!(entries.iter().max(), entries.last(), "one order for all");
    let last = entries[7];
    for n in 0..4 {
        let signed = network.covering(n, last);
        assert!(signed.signers().len() >= 3, "{:?}", signed.signers());
        assert_eq!(
            network.node(n).get(&format!("/v1/entries/{last}")).status,
            200
        );
    }
    // Each signs the very same text.
    let size = network.covering(0, last).checkpoint().size();
    let text = |n: usize| {
        let note = network.own(n, size);
        note.split_once("\n\n").unwrap().0.to_owned()
    };
    assert_eq!([text(1), text(2), text(3)], [text(0), text(0), text(0)]);
}

#[test]
fn three_go_on_without_the_fourth_which_gets_what_it_missed_even_with_nothing_left() {
    let mut network = Consortium::begin(4);
    network.write(0);
    network.kill(3);
    let missed = (0..6).map(|round| network.write(round % 3)).max().unwrap();
    network.start(3);
    let caught_up = network.covering(3, missed);
    assert!(caught_up.signers().len() >= 3);
    let own = network.write(3);
    network.covering(0, own);

    network.wipe(3);
    let missed = network.write(1);
    network.start(3);
    network.covering(3, missed);
    let own = network.write(3);
    network.covering(1, own);
}

#[test]
fn what_a_node_took_is_decided_though_its_own_turn_does_not_come() {
    let mut network = Consortium::begin(4);
    network.write(0);
    let before = network.until_handed_to(1, 1);
    let elsewhere = network.until_handed_to(2, 1);
    // Node 0 took one more, handed it to node 1 and died.
    network.kill(0);
    let did = network.hand_over(0, 1);
    network.resolved(3, &did);
    network.until_handed_to(1, before + 1);
    let now = network.until_handed_to(2, elsewhere);
    assert_eq!(now, elsewhere, "nobody hands on what was handed over");
}

#[test]
fn nodes_that_are_restarted_in_turn_as_for_an_upgrade_stop_nobody_and_lose_nothing() {
    let mut network = Consortium::begin(4);
    let mut entries = vec![network.write(0)];
    for n in 0..4 {
        network.end(n);
        entries.extend((1..4).map(|next| network.write((n + next) % 4)));
        network.start(n);
        // Only the next one is stopped when this one has all and writes again.
        network.covering(n, entries[entries.len() - 1]);
        entries.push(network.write(n));
    }
    let last = entries[entries.len() - 1];
    for n in 0..4 {
        network.covering(n, last);
        for entry in &entries {
            let found = network.node(n).get(&format!("/v1/entries/{entry}"));
            assert_eq!(found.status, 200, "{entry} at {n}");
        }
    }
}

#[test]
fn with_two_of_four_nothing_is_acknowledged_and_nothing_is_lost() {
    let mut network = Consortium::begin(4);
    let before = network.write(0);
    network.kill(2);
    network.kill(3);
    // It is taken and waits; the answer says that it is not known yet.
    let answer = network.send(0);
    assert!(
        answer.is_none_or(|a| a.status >= 500),
        "two of four decide nothing"
    );
    network.start(3);
    let after = network.write(1);
    assert!(after > before);
    network.covering(0, after);
    network.covering(3, after);
}
