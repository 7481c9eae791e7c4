use super::world::*;
use crate::state::keys;
use crate::state::record::EpochNumber;
use crate::tx::{Refusal, SpendRefusal, Statement, public_inputs};
use luyin_protocol::policy::PolicyRef;
use luyin_protocol::time::{Day, Slot};
use luyin_protocol::tx::*;

/// One person and an epoch over its note.
fn world() -> (World, u32) {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let epoch = world.epoch();
    (world, epoch)
}

fn with(world: &mut World, epoch: u32, change: impl FnOnce(&mut CheckIn)) -> Tx {
    let mut tx = world.checkin(epoch);
    change(&mut tx);
    world.prove(Tx::CheckIn(tx))
}

#[test]
fn a_note_is_spent_once_also_within_a_block_and_under_another_proof() {
    let (mut world, epoch) = world();
    let first = world.proved_checkin(epoch);
    let Tx::CheckIn(spent) = first.clone() else {
        unreachable!()
    };
    let second = with(&mut world, epoch, |tx| tx.nf = spent.nf);
    let both = vec![first.clone(), second.clone()];
    let proposal = world.chain.propose(world.now, both).unwrap();
    let repeated: Refusal = SpendRefusal::RepeatedNullifier.into();
    assert_eq!(proposal.taken(), [0]);
    assert_eq!(proposal.refused()[0].refusal, repeated);
    let receipt = world.chain.commit(proposal).unwrap();
    assert_eq!(world.refusal(first), repeated);
    assert_eq!(world.refusal(second), repeated);
    let spend = world.chain.state().spend(spent.nf).unwrap().unwrap();
    assert_eq!(spend.entry, receipt.entries[0]);
    assert_eq!(spend.next.index(), 1);
}

#[test]
fn a_wrong_proof_with_somebodys_nullifier_keeps_nobody_out() {
    let (mut world, epoch) = world();
    let honest = world.proved_checkin(epoch);
    let Tx::CheckIn(mut wrong) = honest.clone() else {
        unreachable!()
    };
    wrong.proof = NO_PROOF;
    let both = vec![Tx::CheckIn(wrong), honest];
    let proposal = world.chain.propose(world.now, both).unwrap();
    assert_eq!(proposal.taken(), [1]);
    let rejected = Refusal::ProofRejected(Statement::CheckIn);
    assert_eq!(proposal.refused()[0].refusal, rejected);
}

#[test]
fn every_public_input_is_bound_by_the_proof() {
    let (mut world, epoch) = world();
    let Tx::CheckIn(good) = world.proved_checkin(epoch) else {
        unreachable!()
    };
    let n = fr(5);
    let changes: [&dyn Fn(&mut CheckIn); 5] = [
        &|tx| tx.nf = luyin_protocol::field::Nullifier::from_value(n),
        &|tx| tx.cm_new = luyin_protocol::field::NoteCommitment::from_value(n),
        &|tx| tx.disclosure = luyin_protocol::field::Disclosure::from_value(n),
        &|tx| tx.ctag = luyin_protocol::field::CheckinTag::from_value(n),
        &|tx| tx.sealed = luyin_protocol::sealed::SealedNote::from_bytes([9; 176]),
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut tx = good.clone();
        change(&mut tx);
        let rejected = Refusal::ProofRejected(Statement::CheckIn);
        assert_eq!(world.refusal(Tx::CheckIn(tx)), rejected, "{i}");
    }
}

#[test]
fn an_epoch_is_accepted_in_its_window_and_the_newest_one_always() {
    let (mut world, epoch) = world();
    let unknown = Tx::CheckIn(world.checkin(epoch + 1));
    assert_eq!(world.refusal(unknown), SpendRefusal::UnknownEpoch.into());
    let unknown = Tx::CheckIn(world.checkin(0));
    assert_eq!(world.refusal(unknown), SpendRefusal::UnknownEpoch.into());
    let window = u64::from(genesis().cadence.root_window_ms);
    let made = world.now;
    // The block that judges it makes the next epoch, an hour and more having passed: the old one is superseded.
    world.now = made.plus_ms(window);
    let tx = world.proved_checkin(epoch);
    let proposal = world.chain.propose(world.now, vec![tx]).unwrap();
    assert_eq!(proposal.refused(), []);
    world.now = made.plus_ms(window + 1);
    let tx = world.proved_checkin(epoch);
    assert_eq!(world.refusal(tx), SpendRefusal::EpochOutOfWindow.into());
    let newest = EpochNumber::new(epoch + 1);
    assert_eq!(world.accept(vec![]).epoch, Some(newest));
    let tx = world.proved_checkin(newest.get());
    world.accept_one(tx);
}

#[test]
fn the_current_slot_is_open_and_the_previous_one_in_its_grace() {
    let (mut world, epoch) = world();
    let closed: Refusal = SpendRefusal::SlotNotOpen.into();
    let current = world.now.slot();
    for slot in [current.minus(1), Slot::new(current.get() + 1), Slot::new(0)] {
        let tx = with(&mut world, epoch, |tx| tx.slot = slot);
        assert_eq!(world.refusal(tx), closed);
    }
    world.now = world.today().start().plus_ms(12 * 3_600_000);
    let tx = with(&mut world, epoch, |tx| tx.slot = current);
    let proposal = world.chain.propose(world.now, vec![tx.clone()]).unwrap();
    assert_eq!(proposal.refused(), []);
    world.advance(599_999);
    let proposal = world.chain.propose(world.now, vec![tx.clone()]).unwrap();
    assert_eq!(proposal.refused(), []);
    world.advance(1);
    assert_eq!(world.refusal(tx), closed);
}

#[test]
fn thresholds_are_those_of_the_current_policy_or_its_predecessor_in_grace() {
    let (mut world, epoch) = world();
    let refused: Refusal = SpendRefusal::PolicyNotCurrent.into();
    let effective = world.now.plus_ms(60_000);
    let mut second = world.policy(2);
    (second.effective, second.grace_ms) = (effective, 30_000);
    let tx = world.governance(GovernanceAction::Policy(Box::new(second)));
    world.accept_one(tx);
    for (id, version) in [(1, 3), (2, 1)] {
        let mut tx = world.checkin(epoch);
        tx.policy = PolicyRef { id, version };
        assert_eq!(world.refusal(Tx::CheckIn(tx)), refused);
    }
    let old = world.proved_checkin(epoch);
    let new = with(&mut world, epoch, |tx| tx.policy.version = 2);
    assert_eq!(world.refusal(new.clone()), refused, "not in effect yet");
    for (after, taken) in [(0, 2), (29_999, 2), (30_000, 1)] {
        world.now = effective.plus_ms(after);
        let both = vec![new.clone(), old.clone()];
        let proposal = world.chain.propose(world.now, both).unwrap();
        assert_eq!(proposal.taken().len(), taken, "{after} ms after");
    }
    assert_eq!(world.refusal(old), refused);
}

#[test]
fn thresholds_of_one_policy_do_not_serve_another() {
    let (mut world, epoch) = world();
    let tx = world.governance(GovernanceAction::Policy(Box::new(world.policy(2))));
    world.accept_one(tx);
    let Tx::CheckIn(mut tx) = world.proved_checkin(epoch) else {
        unreachable!()
    };
    tx.policy.version = 2;
    let rejected = Refusal::ProofRejected(Statement::CheckIn);
    assert_eq!(world.refusal(Tx::CheckIn(tx)), rejected);
}

#[test]
fn the_public_inputs_stand_in_the_protocols_order() {
    let (mut world, epoch) = world();
    let tx = world.checkin(epoch);
    let state = world.chain.state();
    let root = state
        .get(&keys::epoch(EpochNumber::new(epoch)))
        .unwrap()
        .unwrap()
        .root;
    let thresholds = world.policy(1).thresholds.pack();
    let expected = vec![
        root.value(),
        tx.nf.value(),
        tx.cm_new.value(),
        fr(tx.slot.get().into()),
        thresholds,
        tx.disclosure.value(),
        tx.ctag.value(),
        tx.sealed.hash().value(),
    ];
    let inputs = public_inputs(&state, &Tx::CheckIn(tx)).unwrap();
    assert_eq!(inputs, Some(expected));
    let att_root = luyin_protocol::field::AttestationRoot::from_value(fr(8));
    let tx = world.absorb(epoch, att_root);
    let expected = vec![
        root.value(),
        fr(8),
        tx.nf.value(),
        tx.cm_new.value(),
        fr(tx.now_day.get().into()),
        tx.sealed.hash().value(),
    ];
    let inputs = public_inputs(&world.chain.state(), &Tx::Absorb(tx)).unwrap();
    assert_eq!(inputs, Some(expected));
}

#[test]
fn an_absorption_is_of_today_or_of_yesterday_in_its_grace() {
    let (mut world, epoch) = world();
    world.accept_one(Tx::Attest(world.attest(&[1])));
    let root = world.root(world.today());
    let closed: Refusal = SpendRefusal::DayNotOpen.into();
    let today = world.today();
    for day in [today.minus(1), today.plus(1), Day::new(0)] {
        let mut tx = world.absorb(epoch, root);
        tx.now_day = day;
        let tx = world.prove(Tx::Absorb(tx));
        assert_eq!(world.refusal(tx), closed);
    }
    let tx = world.proved_absorb(epoch, root);
    world.now = today.plus(1).start().plus_ms(599_999);
    let proposal = world.chain.propose(world.now, vec![tx.clone()]).unwrap();
    assert_eq!(proposal.refused(), []);
    world.advance(1);
    assert_eq!(world.refusal(tx), closed);
}

#[test]
fn check_in_and_absorption_draw_on_one_set_of_nullifiers() {
    let (mut world, epoch) = world();
    world.accept_one(Tx::Attest(world.attest(&[1])));
    let root = world.root(world.today());
    let Tx::CheckIn(spent) = world.proved_checkin(epoch) else {
        unreachable!()
    };
    world.accept_one(Tx::CheckIn(spent.clone()));
    let mut tx = world.absorb(epoch, root);
    tx.nf = spent.nf;
    let tx = world.prove(Tx::Absorb(tx));
    assert_eq!(world.refusal(tx), SpendRefusal::RepeatedNullifier.into());
}

#[test]
fn the_circuits_take_the_same_public_inputs_in_the_same_order() {
    use luyin_circuits::{absorb, checkin, enrol};
    let (mut world, epoch) = world();
    let root = world
        .chain
        .state()
        .get(&keys::epoch(EpochNumber::new(epoch)));
    let root = root.unwrap().unwrap().root;
    let inputs = |world: &World, tx| public_inputs(&world.chain.state(), &tx).unwrap().unwrap();

    let tx = world.checkin(epoch);
    let public = checkin::Public {
        root,
        nf: tx.nf,
        cm_new: tx.cm_new,
        slot: tx.slot,
        thresholds: world.policy(1).thresholds,
        disclosure: tx.disclosure,
        ctag: tx.ctag,
        sealed_hash: tx.sealed.hash(),
    };
    assert_eq!(inputs(&world, Tx::CheckIn(tx)), public.to_inputs());

    let tx = world.absorb(
        epoch,
        luyin_protocol::field::AttestationRoot::from_value(fr(8)),
    );
    let public = absorb::Public {
        root,
        att_root: tx.att_root,
        nf: tx.nf,
        cm_new: tx.cm_new,
        now_day: tx.now_day,
        sealed_hash: tx.sealed.hash(),
    };
    assert_eq!(inputs(&world, Tx::Absorb(tx)), public.to_inputs());

    let public = world.enrol_public(7);
    let tx = Tx::Enrol(Box::new(world.enrol_of(public.clone())));
    let public = enrol::Public {
        owner: public.owner,
        cm: public.cm,
        mask_commitment: public.mask_commitment,
        fresh_day: public.fresh_day,
        first_slot: public.first_slot,
        shares: public.shares,
        sealed_hash: public.sealed.hash(),
    };
    assert_eq!(inputs(&world, tx), public.to_inputs());
}
