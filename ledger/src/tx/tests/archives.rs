//! Check-ins against archive roots. Nobody fills sixteen trees in a test, so the state of a forest that has is put in place.

use super::world::*;
use crate::forest::{self, Shape};
use crate::state::note::NoteForest;
use crate::state::record::{Count, EpochNumber};
use crate::state::{State, keys};
use crate::store::{Height, Store};
use crate::tx::{Refusal, SpendRefusal, Statement};
use luyin_protocol::field::{EpochRoot, TreeRoot};
use luyin_protocol::tx::*;

const CLOSED: u64 = 35;

fn tree_root(tree: u64) -> TreeRoot {
    TreeRoot::from_value(fr(tree + 9_000))
}

/// An epoch over 36 trees: the newest 16, archive group 0 with 16 and group 1 with 4 of them.
fn world() -> (World, u32) {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let number = world.epoch();
    let notes = Count::new(CLOSED * Shape::NETWORK.capacity() + 1);
    let mut state = State::new(world.store.as_ref());
    let epoch = keys::epoch(EpochNumber::new(number));
    let mut made = state.get(&epoch).unwrap().unwrap();
    made.notes = notes;
    state.put(&epoch, &made);
    let forest = NoteForest {
        notes,
        open_size: Count::new(1),
        open_root: tree_root(CLOSED),
        closed: (0..CLOSED).map(tree_root).collect(),
    };
    state.put(&keys::note_forest(), &forest);
    let batch = state.into_changes().into_batch(Height::new(1_000_000));
    world.store.apply(&batch.unwrap()).unwrap();
    (world, number)
}

fn against(world: &mut World, root: NoteRoot) -> CheckIn {
    let tx = world.checkin(0);
    CheckIn { root, ..tx }
}

#[test]
fn a_checkin_is_accepted_against_each_archive_that_has_a_tree_under_the_epoch() {
    let (mut world, epoch) = world();
    for (group, trees) in [(0, 0..16), (1, 16..20)] {
        let mut window = [forest::empty_root(Shape::NETWORK.depth()); forest::WINDOW];
        for tree in trees {
            window[tree as usize % 16] = tree_root(tree).value();
        }
        let expected = EpochRoot::from_value(forest::window_root(Shape::NETWORK, &window));
        let number = EpochNumber::new(epoch);
        let root = world.chain.state().archive_root(number, group).unwrap();
        assert_eq!(root, Some(expected), "group {group}");
        let tx = against(&mut world, NoteRoot::Archive { epoch, group });
        let tx = world.prove(Tx::CheckIn(tx));
        let proposal = world.chain.propose(world.now, vec![tx]).unwrap();
        assert_eq!(proposal.refused(), []);
    }
}

#[test]
fn an_archive_without_a_tree_under_the_epoch_is_unknown() {
    let (mut world, epoch) = world();
    for group in [2, u16::MAX] {
        let tx = against(&mut world, NoteRoot::Archive { epoch, group });
        let refused = world.refusal(Tx::CheckIn(tx));
        assert_eq!(refused, SpendRefusal::UnknownArchive.into());
    }
    let (mut young, epoch) = {
        let mut world = World::new();
        let tx = world.enrol(1);
        world.accept_one(tx);
        let epoch = world.epoch();
        (world, epoch)
    };
    let tx = against(&mut young, NoteRoot::Archive { epoch, group: 0 });
    let refused = young.refusal(Tx::CheckIn(tx));
    assert_eq!(refused, SpendRefusal::UnknownArchive.into());
}

#[test]
fn an_archive_stands_and_falls_with_the_epoch_that_it_is_named_with() {
    let (mut world, epoch) = world();
    let unknown = NoteRoot::Archive {
        epoch: epoch + 1,
        group: 0,
    };
    let tx = against(&mut world, unknown);
    let refused = world.refusal(Tx::CheckIn(tx));
    assert_eq!(refused, SpendRefusal::UnknownEpoch.into());
    let tx = against(&mut world, NoteRoot::Archive { epoch, group: 0 });
    let tx = world.prove(Tx::CheckIn(tx));
    let window = u64::from(genesis().cadence.root_window_ms);
    world.advance(window + 1);
    let Tx::CheckIn(mut late) = tx else {
        unreachable!()
    };
    late.slot = world.now.slot();
    let refused = world.refusal(Tx::CheckIn(late));
    assert_eq!(refused, SpendRefusal::EpochOutOfWindow.into());
}

#[test]
fn a_proof_against_one_root_serves_for_no_other() {
    let (mut world, epoch) = world();
    let roots = [
        NoteRoot::Epoch(epoch),
        NoteRoot::Archive { epoch, group: 0 },
        NoteRoot::Archive { epoch, group: 1 },
    ];
    for made in roots {
        let tx = against(&mut world, made);
        let Tx::CheckIn(proved) = world.prove(Tx::CheckIn(tx)) else {
            unreachable!()
        };
        for claimed in roots.into_iter().filter(|root| *root != made) {
            let tx = CheckIn {
                root: claimed,
                ..proved.clone()
            };
            let rejected = Refusal::ProofRejected(Statement::CheckIn);
            assert_eq!(world.refusal(Tx::CheckIn(tx)), rejected);
        }
    }
}

#[test]
fn the_checkpoint_binds_the_roots_of_archived_trees() {
    let (world, epoch) = world();
    let state = world.chain.state();
    let made = state.get(&keys::epoch(EpochNumber::new(epoch))).unwrap();
    let archived = state.archived_under(&made.unwrap()).unwrap();
    assert_eq!(archived, (0..20).map(tree_root).collect::<Vec<_>>());
    let text = crate::chain::Extensions::of(&state).unwrap();
    let digest = forest::archives_digest(&archived);
    assert!(text.lines().contains(&format!("archives {digest}")));
    let mut other = archived;
    other[3] = tree_root(0);
    assert_ne!(forest::archives_digest(&other), digest);
}
