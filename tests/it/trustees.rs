//! What trustees give out, and what they do not, with others silent or lying.

use super::support::town::{Manner, Town, named};

const ID: &str = "11010519491231002X";

/// A town with one person under a notice of three days that all trustees know of.
fn noticed(manners: [Manner; 5]) -> (Town, String, u16) {
    let town = Town::with(manners);
    town.request("first", false);
    let said = town.enrol("first", ID);
    assert!(said.success, "{}", said.stderr);
    let said = town.notify(ID, "confirmed", "3").json();
    let notice = said["notice"].as_str().unwrap().to_owned();
    assert!(town.open().success);
    let today = town.world.now().day().get();
    (town, notice, today)
}

#[test]
fn a_day_outside_the_notice_a_past_one_and_an_unknown_notice_are_refused() {
    let (mut town, notice, today) = noticed([Manner::Honest; 5]);
    let ask = |town: &Town, day| town.ask(1, &notice, day).slug();
    assert_eq!(ask(&town, today - 1), "release-of-the-past");
    assert_eq!(ask(&town, today + 3), "release-outside-notice");
    assert_eq!(ask(&town, today + 2), "release-not-yet");
    assert_eq!(
        town.ask(1, &"11".repeat(32), today).slug(),
        "notice-unknown"
    );
    assert_eq!(ask(&town, today), "");

    // Three go on with two silent; two alone release nothing. Trustee 4 has exchanged nothing yet.
    town.silence(1);
    town.silence(2);
    let answer = town.ask(4, &notice, today);
    assert_eq!(
        (answer.status, named(&answer.json()["without"])),
        (200, vec![1, 2])
    );
    town.silence(5);
    let answer = town.ask(4, &notice, today);
    assert_eq!(answer.slug(), "too-few-trustees");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    for n in [1, 2, 5] {
        assert!(detail.contains(&format!("trustee {n}:")), "{detail}");
    }
    let said = town.release("1");
    assert!(
        said.refusal()
            .contains("1 days of live notices were not released")
    );
}

#[test]
fn a_trustee_that_lies_in_the_exchange_is_named_and_the_release_goes_on() {
    let mut manners = [Manner::Honest; 5];
    manners[4] = Manner::Lying;
    let (mut town, notice, today) = noticed(manners);
    town.silence(4);
    town.silence(3);
    // Trustee 1 has trustee 2 and the liar left: two honest ones are too few, and the liar is named.
    let answer = town.ask(1, &notice, today);
    assert_eq!(answer.slug(), "too-few-trustees");
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("trustee 5: gave a false share"), "{detail}");
}
