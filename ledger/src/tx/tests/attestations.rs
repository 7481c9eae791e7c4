use super::world::*;
use crate::forest::{Shape, Tree};
use crate::state::accreditation::RoleSlot;
use crate::tx::{AttestRefusal, Refusal, SignerRefusal, SpendRefusal};
use ark_bn254::Fr;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::field::AttestationRoot;
use luyin_protocol::hash::empty_leaf;
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::*;

fn world() -> (World, u32) {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let epoch = world.epoch();
    (world, epoch)
}

fn root_over(leaves: &[Fr]) -> AttestationRoot {
    let mut tree = Tree::new(Shape::NETWORK);
    tree.append(leaves).unwrap();
    AttestationRoot::from_value(tree.root())
}

#[test]
fn a_leaf_is_made_from_the_signer_and_stated_once_a_day() {
    let (mut world, _) = world();
    world.accept_one(Tx::Attest(world.attest(&[1, 2])));
    let expected = root_over(&[1, 2].map(|n| World::leaf(n).value()));
    assert_eq!(world.root(world.today()), expected);
    let again = Tx::Attest(world.attest(&[3, 2]));
    assert_eq!(world.refusal(again), AttestRefusal::RepeatedLeaf.into());
    let twice = Tx::Attest(world.attest(&[3, 3]));
    assert_eq!(world.refusal(twice).slug(), "repeated-item");
    let none = Tx::Attest(world.attest(&[]));
    assert_eq!(world.refusal(none).slug(), "empty");
    world.advance_days(1);
    world.accept_one(Tx::Attest(world.attest(&[2])));
}

#[test]
fn an_issuer_states_only_the_kinds_it_is_accredited_for_and_in_its_own_name() {
    let (world, _) = world();
    let mut other_kind = world.attest(&[1]);
    other_kind.kind = AttestationKind::Vaccination;
    let refused = world.refusal(Tx::Attest(other_kind));
    assert_eq!(refused, SignerRefusal::NotAccredited.into());
    let mut forged = world.attest(&[1]);
    let body = Attest::body(&forged.issuer, forged.kind, &forged.bodies);
    forged.signature = world.sign(GATE, Domain::Transaction, &body);
    let refused = world.refusal(Tx::Attest(forged));
    assert_eq!(refused, SignerRefusal::BadSignature.into());
}

#[test]
fn a_quota_counts_attestations_and_not_batches_and_outlives_a_new_accreditation() {
    let (mut world, _) = world();
    world.accept_one(Tx::Attest(world.attest(&[1, 2, 3, 4])));
    let over: Refusal = SignerRefusal::QuotaExceeded { quota: 6 }.into();
    assert_eq!(world.refusal(Tx::Attest(world.attest(&[5, 6, 7]))), over);
    world.accept_one(Tx::Attest(world.attest(&[5, 6])));
    assert_eq!(world.refusal(Tx::Attest(world.attest(&[7]))), over);
    let end = GovernanceAction::Unaccredit(Unaccredit {
        did: did(LAB),
        reason: "audit".into(),
    });
    let end = world.governance(end);
    let role = Role::Attester {
        kind: AttestationKind::Test,
        quota: Quota(6),
    };
    let begin = world.accredit(LAB, role);
    world.accept(vec![end, begin]);
    assert_eq!(world.refusal(Tx::Attest(world.attest(&[7]))), over);
}

#[test]
fn a_root_serves_from_the_next_block_on_and_former_roots_of_the_day_stay() {
    let (mut world, epoch) = world();
    let early = root_over(&[World::leaf(1).value()]);
    let tx = world.proved_absorb(epoch, early);
    let both = vec![Tx::Attest(world.attest(&[1])), tx.clone()];
    let proposal = world.chain.propose(world.now, both).unwrap();
    let refused = &proposal.refused()[0].refusal;
    assert_eq!(*refused, SpendRefusal::UnknownAttestationRoot.into());
    world.chain.commit(proposal).unwrap();
    world.accept_one(Tx::Attest(world.attest(&[2])));
    assert_ne!(world.root(world.today()), early);
    world.accept_one(tx);
}

#[test]
fn a_withdrawn_attestations_roots_are_refused_and_the_rebuilt_one_is_accepted() {
    let (mut world, epoch) = world();
    world.accept_one(Tx::Attest(world.attest(&[1, 2])));
    let first = world.root(world.today());
    world.accept_one(Tx::Attest(world.attest(&[3])));
    let second = world.root(world.today());
    world.accept_one(Tx::AttestWithdrawn(world.withdraw(world.today(), &[2])));
    for root in [first, second] {
        let tx = world.proved_absorb(epoch, root);
        assert_eq!(world.refusal(tx), SpendRefusal::RootWithdrawn.into());
    }
    let rebuilt = world.root(world.today());
    let leaves = [World::leaf(1).value(), empty_leaf(), World::leaf(3).value()];
    assert_eq!(rebuilt, root_over(&leaves));
    let tx = world.proved_absorb(epoch, rebuilt);
    world.accept_one(tx);
    world.accept_one(Tx::Attest(world.attest(&[4])));
    let tx = world.proved_absorb(epoch, world.root(world.today()));
    world.accept_one(tx);
}

#[test]
fn a_withdrawal_counts_for_the_transactions_behind_it_in_its_block() {
    let (mut world, epoch) = world();
    world.accept_one(Tx::Attest(world.attest(&[1])));
    let root = world.root(world.today());
    let tx = world.proved_absorb(epoch, root);
    let withdrawn = Tx::AttestWithdrawn(world.withdraw(world.today(), &[1]));
    let proposal = world.chain.propose(world.now, vec![withdrawn, tx]).unwrap();
    let refused = &proposal.refused()[0].refusal;
    assert_eq!(*refused, SpendRefusal::RootWithdrawn.into());
}

#[test]
fn an_issuer_takes_back_its_own_attestations_once_and_in_time() {
    let (mut world, _) = world();
    world.accept_one(Tx::Attest(world.attest(&[1, 2])));
    let day = world.today();
    let foreign = Tx::AttestWithdrawn(world.withdraw(day, &[9]));
    assert_eq!(world.refusal(foreign), AttestRefusal::NotOwnLeaf.into());
    let other_day = Tx::AttestWithdrawn(world.withdraw(day.minus(1), &[1]));
    assert_eq!(world.refusal(other_day), AttestRefusal::NotOwnLeaf.into());
    let mut others = world.withdraw(day, &[1]);
    others.issuer = did(GATE);
    let body = AttestWithdrawn::body(&others.issuer, day, &others.leaves, &others.reason);
    others.signature = world.sign(GATE, Domain::Transaction, &body);
    let refused = world.refusal(Tx::AttestWithdrawn(others));
    assert_eq!(refused, AttestRefusal::NotOwnLeaf.into());
    for (leaves, slug) in [(&[][..], "empty"), (&[1, 1][..], "repeated-item")] {
        let tx = Tx::AttestWithdrawn(world.withdraw(day, leaves));
        assert_eq!(world.refusal(tx).slug(), slug);
    }
    let mut silent = world.withdraw(day, &[1]);
    silent.reason = " ".into();
    assert_eq!(
        world.refusal(Tx::AttestWithdrawn(silent)).slug(),
        "no-reason"
    );
    let tx = Tx::AttestWithdrawn(world.withdraw(day, &[1]));
    world.accept_one(tx.clone());
    assert_eq!(world.refusal(tx), AttestRefusal::AlreadyWithdrawn.into());
    world.advance_days(31);
    let late = Tx::AttestWithdrawn(world.withdraw(day, &[2]));
    assert_eq!(world.refusal(late), AttestRefusal::DayOver.into());
}

#[test]
fn what_an_issuer_took_back_of_a_day_is_counted_and_what_went_with_its_accreditation_is_not() {
    let (mut world, _) = world();
    world.accept_one(Tx::Attest(world.attest(&[1, 2, 3, 4])));
    let first = world.today();
    world.advance_days(1);
    world.accept_one(Tx::Attest(world.attest(&[5])));
    world.accept_one(Tx::AttestWithdrawn(world.withdraw(first, &[1, 2])));
    world.accept_one(Tx::AttestWithdrawn(world.withdraw(first, &[3])));
    let taken_back = |world: &World, day| {
        let state = world.chain.state();
        state.taken_back(did(LAB), day).unwrap().get()
    };
    assert_eq!(taken_back(&world, first), 3);
    let end = world.governance(GovernanceAction::Unaccredit(Unaccredit {
        did: did(LAB),
        reason: "audit".into(),
    }));
    world.accept_one(end);
    assert_eq!(taken_back(&world, first), 3);
    assert_eq!(taken_back(&world, first.plus(1)), 0);
}

#[test]
fn the_days_on_which_an_issuer_was_active_are_told_with_their_counts() {
    let (mut world, _) = world();
    let slot = RoleSlot::Attester(AttestationKind::Test);
    let begun = world.today();
    world.accept_one(Tx::Attest(world.attest(&[1])));
    world.advance_days(2);
    world.accept_one(Tx::Attest(world.attest(&[2, 3])));
    world.advance_days(1);
    world.accept_one(Tx::Attest(world.attest(&[4, 5, 6])));
    let today = world.today();
    let state = world.chain.state();
    let between = |after, day| {
        let found = state.used_between(did(LAB), slot, after, day).unwrap();
        found.iter().map(|(_, n)| n.get()).collect::<Vec<_>>()
    };
    assert_eq!(between(begun.minus(60), today), [1, 2]);
    assert_eq!(between(begun, today), [2]);
    assert_eq!(between(begun.minus(60), today.plus(1)), [1, 2, 3]);
    assert_eq!(between(today, today), [0; 0]);
}

#[test]
fn an_unaccredited_attesters_leaves_leave_the_trees_of_the_live_days() {
    let (mut world, epoch) = world();
    world.accept_one(Tx::Attest(world.attest(&[1])));
    let (day, root) = (world.today(), world.root(world.today()));
    world.advance_days(1);
    world.accept_one(Tx::Attest(world.attest(&[2])));
    let tx = world.governance(GovernanceAction::Unaccredit(Unaccredit {
        did: did(LAB),
        reason: "false results".into(),
    }));
    world.accept_one(tx);
    for day in [day, day.plus(1)] {
        assert_eq!(world.root(day), root_over(&[]));
    }
    let tx = world.proved_absorb(epoch, root);
    assert_eq!(world.refusal(tx), SpendRefusal::RootWithdrawn.into());
    let refused = world.refusal(Tx::Attest(world.attest(&[3])));
    assert_eq!(refused, SignerRefusal::NotAccredited.into());
}

#[test]
fn a_days_attestations_are_absorbed_for_thirty_days_and_then_forgotten() {
    let (mut world, _) = world();
    world.accept_one(Tx::Attest(world.attest(&[1, 2])));
    let (day, root) = (world.today(), world.root(world.today()));
    world.advance_days(30);
    let epoch = world.accept(vec![]).epoch.unwrap().get();
    let tx = world.proved_absorb(epoch, root);
    world.accept_one(tx);
    world.advance_days(1);
    let tx = world.proved_absorb(epoch, root);
    let gone: Refusal = SpendRefusal::UnknownAttestationRoot.into();
    assert_eq!(world.refusal(tx), gone);
    world.accept(vec![]);
    world.accept(vec![]);
    let state = world.chain.state();
    assert!(
        state
            .all(&crate::state::keys::leaves(day))
            .unwrap()
            .is_empty()
    );
    assert!(
        state
            .all(&crate::state::keys::roots_of_day(day))
            .unwrap()
            .is_empty()
    );
    assert!(
        state
            .all(&crate::state::keys::day_trees())
            .unwrap()
            .is_empty()
    );
}
