//! The linkage game (docs/protocol/10-linkage.md), played by an adversary that tries: do two shows in different scopes come
//! from one person?

mod attack;
mod features;
mod play;
mod recorder;
mod scorer;
mod view;

use ark_bn254::Fr;
use attack::{Score, attack, scores};
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_protocol::field;
use luyin_protocol::scope;
use luyin_protocol::time::Day;
use play::{Outcome, Programme, Stage, play};
use view::View;

#[test]
fn fifty_people_shown_a_thousand_times_are_not_linked() {
    let (stage, prover) = Stage::simulated();
    let programme = Programme {
        people: 50,
        days: 4,
        rounds: 6,
        seed: 1,
    };
    let outcome = play(stage, &prover, programme);
    let Outcome { view, truth, .. } = &outcome;
    assert!(truth.len() >= 1_000, "{} shows", truth.len());
    let findings = attack(view, truth);
    println!("{} shows\n{findings}", truth.len());
    assert!(findings.joins.is_empty(), "{findings}");
    assert_eq!(findings.solved, 0);
    assert!(findings.are_within_bounds(), "{findings}");
    assert_eq!(view.joined_checkins(), 0);
    view.check_that_requests_are_alike();
    broken_worlds_are_found_out(&outcome);
}

/// What would be seen if the protocol were another: the same attack must win (clause 10.8).
fn broken_worlds_are_found_out(outcome: &Outcome) {
    let one_key = scores(&with_one_ephemeral_key(outcome), &outcome.truth);
    println!("one ephemeral key: {one_key:?}");
    assert!(one_key.iter().all(|s| s.best() > 0.95), "{one_key:?}");
    let joins = with_one_ephemeral_key(outcome).joins();
    assert_eq!(joins.len(), 1, "{joins:?}");

    let newest = scores(&on_the_newest_epoch(outcome), &outcome.truth);
    println!("the newest epoch: {newest:?}");
    let told = |s: &Score| s.best() > s.stratum.bound() + 0.05;
    assert!(newest.iter().any(told), "{newest:?}");

    let joins = in_scopes_without_their_day(outcome).joins();
    assert_eq!(joins.len(), 1, "{joins:?}");

    let (view, shows) = with_a_handle_in_a_store(outcome);
    assert_eq!(view.solved(), shows);
}

fn with_one_ephemeral_key(outcome: &Outcome) -> View {
    let mut view = outcome.view.clone();
    for (show, who) in view.shows.iter_mut().zip(&outcome.truth) {
        let mut seed = [9; 32];
        seed[0] = u8::try_from(*who).unwrap();
        let key = SigningKey::from_secret(&SecretBytes::new(seed));
        show.shown.pass.ephemeral = key.public();
    }
    view
}

fn on_the_newest_epoch(outcome: &Outcome) -> View {
    let mut view = outcome.view.clone();
    for (show, newest) in view.shows.iter_mut().zip(&outcome.newest) {
        show.shown.pass.epoch = *newest;
    }
    view
}

fn in_scopes_without_their_day(outcome: &Outcome) -> View {
    let mut view = outcome.view.clone();
    for (show, who) in view.shows.iter_mut().zip(&outcome.truth) {
        if show.shown.pass.scope.byte() == 0 {
            let venue = &view.venues[show.gate];
            let always = scope::venue_day(&view.network, venue, Day::new(0));
            show.shown.pass.nym = scope::nym(&outcome.people[*who].secret(), always);
        }
    }
    view
}

/// The adversary has somebody's handle among a trustee's values; with it the number of that person's shows.
fn with_a_handle_in_a_store(outcome: &Outcome) -> (View, usize) {
    let who = 7;
    let mut view = outcome.view.clone();
    let handle: Fr = outcome.people[who].handle();
    let value = ("handle", field::to_bytes(&handle).to_vec());
    view.dossiers[who].values.push(value);
    let shows = outcome.truth.iter().filter(|t| **t == who).count();
    (view, shows)
}

#[test]
fn real_proofs_join_nothing_either() {
    let (stage, prover) = Stage::proved();
    let programme = Programme {
        people: 3,
        days: 1,
        rounds: 2,
        seed: 2,
    };
    let Outcome { view, truth, .. } = play(stage, &prover, programme);
    assert!(truth.len() >= 4, "{} shows", truth.len());
    assert!(view.joins().is_empty(), "{:?}", view.joins());
    assert_eq!((view.solved(), view.joined_checkins()), (0, 0));
    view.check_that_requests_are_alike();
}
