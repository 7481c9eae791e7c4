use super::*;
use crate::signer::tests::key;
use proptest::prelude::*;
use std::collections::HashMap;

const NETWORK: NetworkId = NetworkId::from_bytes([9; 32]);

fn place() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guard");
    (dir, path)
}

fn create(path: &Path) -> Guard {
    Guard::create(path, key(0).public(), NETWORK).unwrap()
}

fn open(path: &Path) -> Result<Guard, GuardError> {
    Guard::open(path, key(0).public(), NETWORK)
}

fn ballot(height: u64, round: u32, step: Step, value: Option<u8>) -> Ballot {
    Ballot {
        height: Height::new(height),
        round,
        step,
        value: value.map(|v| ValueId::of(&[v])),
        valid_round: None,
    }
}

#[test]
fn one_ballot_a_step_and_never_an_earlier_one() {
    let (_dir, path) = place();
    let mut guard = create(&path);
    let first = ballot(5, 1, Step::Prevote, Some(1));
    guard.admit(&first).unwrap();
    guard.admit(&first).unwrap();
    let other = ballot(5, 1, Step::Prevote, Some(2));
    assert!(matches!(
        guard.admit(&other),
        Err(GuardError::Conflict { .. })
    ));
    let nil = ballot(5, 1, Step::Prevote, None);
    assert!(matches!(
        guard.admit(&nil),
        Err(GuardError::Conflict { .. })
    ));
    for earlier in [
        ballot(5, 1, Step::Propose, Some(1)),
        ballot(5, 0, Step::Precommit, Some(1)),
        ballot(4, 9, Step::Precommit, Some(1)),
    ] {
        assert!(matches!(
            guard.admit(&earlier),
            Err(GuardError::Behind { .. })
        ));
    }
    guard
        .admit(&ballot(5, 1, Step::Precommit, Some(2)))
        .unwrap();
}

#[test]
fn a_proposer_that_would_propose_twice_in_a_round_is_refused() {
    let (_dir, path) = place();
    let mut guard = create(&path);
    guard.admit(&ballot(5, 0, Step::Propose, Some(1))).unwrap();
    let again = Ballot {
        valid_round: Some(0),
        ..ballot(5, 0, Step::Propose, Some(1))
    };
    assert!(matches!(
        guard.admit(&again),
        Err(GuardError::Conflict { .. })
    ));
}

#[test]
fn what_was_signed_is_known_after_opening_again() {
    let (_dir, path) = place();
    let signed = ballot(5, 1, Step::Precommit, None);
    create(&path).admit(&signed).unwrap();
    let mut guard = open(&path).unwrap();
    assert_eq!(guard.last(), Some(signed));
    let other = ballot(5, 1, Step::Precommit, Some(1));
    assert!(matches!(
        guard.admit(&other),
        Err(GuardError::Conflict { .. })
    ));
}

#[test]
fn a_guard_is_begun_once_and_never_silently() {
    let (_dir, path) = place();
    assert!(matches!(open(&path), Err(GuardError::Absent(_))));
    create(&path);
    let again = Guard::create(&path, key(0).public(), NETWORK);
    assert!(matches!(again, Err(GuardError::Exists(_))));
}

#[test]
fn a_guard_of_another_key_or_network_is_refused() {
    let (_dir, path) = place();
    create(&path);
    let other_key = Guard::open(&path, key(1).public(), NETWORK);
    assert!(matches!(other_key, Err(GuardError::AnotherKey { .. })));
    let other_network = NetworkId::from_bytes([8; 32]);
    let other_network = Guard::open(&path, key(0).public(), other_network);
    assert!(matches!(
        other_network,
        Err(GuardError::AnotherNetwork { .. })
    ));
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let (_dir, path) = place();
    create(&path)
        .admit(&ballot(5, 1, Step::Prevote, Some(1)))
        .unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        std::fs::write(&path, flipped).unwrap();
        assert!(
            matches!(open(&path), Err(GuardError::Damaged { .. })),
            "bit {at}"
        );
        std::fs::write(&path, &bytes[..at]).unwrap();
        assert!(
            matches!(open(&path), Err(GuardError::Damaged { .. })),
            "cut {at}"
        );
    }
}

#[test]
fn a_closed_height_stays_closed() {
    let (_dir, path) = place();
    let mut guard = create(&path);
    guard.close(Height::new(7)).unwrap();
    guard.close(Height::new(3)).unwrap();
    let mut guard = open(&path).unwrap();
    assert_eq!(guard.closed(), Height::new(7));
    let within = ballot(7, 9, Step::Prevote, None);
    assert!(matches!(
        guard.admit(&within),
        Err(GuardError::Closed { .. })
    ));
    guard.admit(&ballot(8, 0, Step::Prevote, None)).unwrap();
}

#[test]
fn where_the_engine_forgot_its_vote_it_gets_the_old_one() {
    let (_dir, path) = place();
    let mut guard = create(&path);
    let held = ballot(5, 0, Step::Prevote, Some(1));
    guard.answer(held).unwrap();
    let nil = ballot(5, 0, Step::Prevote, None);
    assert_eq!(guard.answer(nil).unwrap(), held);
    let next = ballot(5, 1, Step::Prevote, Some(2));
    assert_eq!(guard.answer(next).unwrap(), next, "a prevote binds nobody");
}

#[test]
fn an_earlier_ballot_of_the_height_is_signed_again_and_no_other_at_its_step() {
    let (_dir, path) = place();
    let mut guard = create(&path);
    let proposal = ballot(5, 0, Step::Propose, Some(1));
    let prevote = ballot(5, 0, Step::Prevote, Some(1));
    guard.admit(&proposal).unwrap();
    guard.admit(&prevote).unwrap();
    guard.admit(&ballot(5, 1, Step::Prevote, None)).unwrap();
    let mut guard = open(&path).unwrap();
    guard.admit(&proposal).unwrap();
    assert_eq!(
        guard.answer(ballot(5, 0, Step::Prevote, None)).unwrap(),
        prevote
    );
    let unsaid = ballot(5, 0, Step::Precommit, Some(1));
    assert!(matches!(
        guard.admit(&unsaid),
        Err(GuardError::Behind { .. })
    ));
    guard.admit(&ballot(6, 0, Step::Prevote, None)).unwrap();
    assert!(matches!(
        guard.admit(&prevote),
        Err(GuardError::Behind { .. })
    ));
}

#[test]
fn a_forgotten_precommit_pins_its_value_for_the_rest_of_the_height() {
    let (_dir, path) = place();
    let held = ballot(5, 0, Step::Precommit, Some(1));
    create(&path).answer(held).unwrap();
    let mut guard = open(&path).unwrap();
    let nil = ballot(5, 0, Step::Precommit, None);
    assert_eq!(guard.answer(nil).unwrap(), held);
    let mut guard = open(&path).unwrap();
    let other = ballot(5, 1, Step::Prevote, Some(2));
    assert_eq!(guard.answer(other).unwrap().value, None);
    let same = ballot(5, 2, Step::Prevote, Some(1));
    assert_eq!(guard.answer(same).unwrap(), same);
    let later = ballot(6, 0, Step::Prevote, Some(2));
    assert_eq!(guard.answer(later).unwrap(), later);
}

#[derive(Clone, Debug)]
enum Act {
    Ask(Ballot),
    Open,
    Close(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let step = prop_oneof![
        Just(Step::Propose),
        Just(Step::Prevote),
        Just(Step::Precommit)
    ];
    let asked = (1..4u64, 0..3u32, step, prop::option::of(0..2u8))
        .prop_map(|(height, round, step, value)| Act::Ask(ballot(height, round, step, value)));
    let act = prop_oneof![20 => asked, 2 => Just(Act::Open), 1 => (0..3u64).prop_map(Act::Close)];
    prop::collection::vec(act, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is asked for and whenever the node goes down: one ballot a step, in order, and none at a closed height.
    #[test]
    fn nothing_is_ever_signed_twice(acts in acts(), strict in any::<bool>()) {
        let (_dir, path) = place();
        let mut guard = create(&path);
        let mut signed: HashMap<(Height, u32, Step), Ballot> = HashMap::new();
        let mut newest = None;
        for act in acts {
            let answer = match act {
                Act::Open => {
                    guard = open(&path).unwrap();
                    continue;
                }
                Act::Close(height) => {
                    guard.close(Height::new(height)).unwrap();
                    continue;
                }
                Act::Ask(asked) if strict => guard.admit(&asked).map(|()| asked),
                Act::Ask(asked) => guard.answer(asked),
            };
            let Ok(answer) = answer else { continue };
            prop_assert!(answer.height > guard.closed());
            let again = signed.contains_key(&answer.place());
            prop_assert_eq!(*signed.entry(answer.place()).or_insert(answer), answer);
            prop_assert!(again || newest < Some(answer.place()));
            newest = newest.max(Some(answer.place()));
        }
    }
}
