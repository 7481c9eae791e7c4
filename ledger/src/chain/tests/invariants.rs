//! Whatever is sent in whatever order, the state keeps its counts.

use super::{content, copy};
use crate::chain::Chain;
use crate::state::keys;
use crate::store::MemoryStore;
use crate::tx::tests::world::*;
use luyin_protocol::field::{AttestationRoot, Nullifier};
use luyin_protocol::tx::*;
use proptest::prelude::*;
use std::sync::Arc;

#[derive(Clone, Copy, Debug)]
enum Step {
    Enrol { uid: u8 },
    CheckIn { nf: u64, proved: bool },
    Absorb { nf: u64, root: u64 },
    Attest { body: u64 },
    Withdraw { body: u64 },
    Block,
    Wait { minutes: u64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => (1u8..5).prop_map(|uid| Step::Enrol { uid }),
        4 => (0u64..6, any::<bool>()).prop_map(|(nf, proved)| Step::CheckIn { nf, proved }),
        2 => (0u64..6, 0u64..3).prop_map(|(nf, root)| Step::Absorb { nf, root }),
        2 => (0u64..6).prop_map(|body| Step::Attest { body }),
        1 => (0u64..6).prop_map(|body| Step::Withdraw { body }),
        3 => Just(Step::Block),
        1 => (1u64..900).prop_map(|minutes| Step::Wait { minutes }),
    ];
    prop::collection::vec(step, 1..40)
}

/// The transaction of a step; those that name an epoch or root may name none that is.
fn transaction(world: &mut World, step: Step, roots: &[AttestationRoot]) -> Option<Tx> {
    let last = world.chain.state().get(&keys::last_epochs()).unwrap();
    let epoch = last.map_or(1, |last| last.newest.get());
    Some(match step {
        Step::Enrol { uid } => world.enrol(uid),
        Step::CheckIn { nf, proved } => {
            let mut tx = world.checkin(epoch);
            tx.nf = Nullifier::from_value(fr(nf));
            match proved && last_exists(world) {
                true => world.prove(Tx::CheckIn(tx)),
                false => Tx::CheckIn(tx),
            }
        }
        Step::Absorb { nf, root } => {
            let root = roots.get(usize::try_from(root).unwrap());
            let root = root.copied().unwrap_or(AttestationRoot::from_value(fr(1)));
            let mut tx = world.absorb(epoch, root);
            tx.nf = Nullifier::from_value(fr(nf));
            match last_exists(world) {
                true => world.prove(Tx::Absorb(tx)),
                false => Tx::Absorb(tx),
            }
        }
        Step::Attest { body } => Tx::Attest(world.attest(&[body])),
        Step::Withdraw { body } => Tx::AttestWithdrawn(world.withdraw(world.today(), &[body])),
        Step::Block | Step::Wait { .. } => return None,
    })
}

fn last_exists(world: &World) -> bool {
    world.chain.state().has(&keys::last_epochs()).unwrap()
}

fn holds(world: &World, taken: u64) {
    let state = world.chain.state();
    let count = |kind| state.count(kind).unwrap().get();
    let spends = state.all(&keys::spends_from(&[])).unwrap();
    let spent = count(TxKind::CheckIn) + count(TxKind::Absorb);
    assert_eq!(
        spends.len() as u64,
        spent,
        "each spend has a nullifier of its own"
    );
    let notes = state.note_forest().unwrap().notes.get();
    assert_eq!(notes, spent + count(TxKind::Enrol));
    assert_eq!(notes, world.chain.trees().notes().open().size());
    let mut places: Vec<_> = spends.iter().map(|(_, s)| s.next).collect();
    places.sort();
    places.dedup();
    assert_eq!(
        places.len(),
        spends.len(),
        "no two notes stand at one place"
    );
    let tip = state.tip().unwrap().unwrap();
    assert_eq!(tip.entries.get(), 1 + tip.height.get() + taken);
    assert_eq!(tip.entries.get(), world.chain.head().size());
    for (day, tree) in state.all(&keys::day_trees()).unwrap() {
        let leaves = state.all(&keys::leaves(day)).unwrap();
        assert_eq!(tree.leaves.get(), leaves.len() as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn counts_agree_after_every_block_and_a_rebuilt_index_agrees_with_them(steps in steps()) {
        let mut world = World::new();
        let mut taken = 8;
        let (mut pool, mut roots) = (Vec::new(), Vec::new());
        for step in steps.into_iter().chain([Step::Block]) {
            match step {
                Step::Wait { minutes } => world.advance(minutes * 60_000),
                Step::Block => {
                    let proposal = world.chain.propose(world.now, std::mem::take(&mut pool)).unwrap();
                    taken += proposal.taken().len() as u64;
                    world.chain.commit(proposal).unwrap();
                    holds(&world, taken);
                    let trees = world.chain.state().all(&keys::day_trees()).unwrap();
                    roots.extend(trees.into_iter().map(|(_, tree)| tree.root));
                }
                step => pool.extend(transaction(&mut world, step, &roots)),
            }
        }
        let store = Arc::new(MemoryStore::new());
        let rebuilt = Chain::open(parts(&world.disk.fork(), &store)).unwrap();
        prop_assert_eq!(rebuilt.head(), world.chain.head());
        prop_assert!(content(&store) == content(&copy(&world.store)));
    }
}
