use super::world::*;
use crate::state::keys;
use crate::tx::{EnrolRefusal, Refusal, SignerRefusal, Statement, TrusteeRefusal, public_inputs};
use luyin_protocol::note::{MAX_SLEEP_DAYS, NoteState};
use luyin_protocol::risk::{NoticeClass, Uid};
use luyin_protocol::time::{Day, Slot};
use luyin_protocol::tx::*;

fn again(world: &mut World, uid: u8, fresh_day: Day) -> Tx {
    let public = EnrolPublic {
        fresh_day,
        ..world.enrol_public(uid)
    };
    Tx::Enrol(Box::new(world.enrol_of(public)))
}

fn uid(n: u8) -> Uid {
    Uid::from_bytes([n; 32])
}

#[test]
fn a_person_enrols_once_and_an_owner_serves_once() {
    let mut world = World::new();
    let public = world.enrol_public(1);
    world.accept_one(Tx::Enrol(Box::new(world.enrol_of(public.clone()))));
    let tx = world.enrol(1);
    assert_eq!(world.refusal(tx), EnrolRefusal::RepeatedUid.into());
    let same_owner = EnrolPublic {
        uid: uid(2),
        ..public
    };
    let tx = Tx::Enrol(Box::new(world.enrol_of(same_owner)));
    assert_eq!(world.refusal(tx), EnrolRefusal::RepeatedOwner.into());
}

#[test]
fn a_person_cannot_enrol_twice_within_one_block() {
    let mut world = World::new();
    let both = vec![world.enrol(1), world.enrol(1)];
    let proposal = world.chain.propose(world.now, both).unwrap();
    assert_eq!(proposal.taken(), [0]);
    assert_eq!(
        proposal.refused()[0].refusal,
        EnrolRefusal::RepeatedUid.into()
    );
}

#[test]
fn a_first_enrolment_is_not_a_fresh_one() {
    let mut world = World::new();
    let today = world.today();
    let tx = again(&mut world, 1, today);
    assert_eq!(world.refusal(tx), EnrolRefusal::FreshDay.into());
}

#[test]
fn four_trustees_must_hold_their_shares_of_this_very_enrolment() {
    let mut world = World::new();
    let public = world.enrol_public(1);
    let good = world.enrol_of(public.clone());
    let with = |change: &dyn Fn(&mut Enrol)| {
        let mut tx = good.clone();
        change(&mut tx);
        world.refusal(Tx::Enrol(Box::new(tx)))
    };
    let few = TrusteeRefusal::TooFewAcknowledgements {
        given: 3,
        needed: 4,
    };
    assert_eq!(with(&|e| e.acks.truncate(3)), few.into());
    let twice = with(&|e| e.acks[1] = e.acks[0]);
    assert_eq!(twice, TrusteeRefusal::RepeatedTrustee.into());
    let third = good.acks[2].trustee;
    let unknown: Refusal = TrusteeRefusal::UnknownTrusteeSignature(third).into();
    assert_eq!(
        with(&|e| e.acks[2].signature = e.acks[0].signature),
        unknown
    );
    let other = world.ack(
        &EnrolPublic {
            uid: uid(9),
            ..public
        },
        third.get(),
    );
    assert_eq!(with(&|e| e.acks[2] = other), unknown);
}

#[test]
fn only_an_accredited_registrar_enrols_and_only_over_its_own_signature() {
    let mut world = World::new();
    let public = world.enrol_public(1);
    let good = world.enrol_of(public);
    let mut other = good.clone();
    other.registrar = did(LAB);
    let refused = world.refusal(Tx::Enrol(Box::new(other)));
    assert_eq!(refused, SignerRefusal::NotAccredited.into());
    let mut altered = good.clone();
    altered.proof = NO_PROOF;
    let refused = world.refusal(Tx::Enrol(Box::new(altered.clone())));
    assert_eq!(refused, SignerRefusal::BadSignature.into());
    world.sign_enrol(&mut altered);
    let refused = world.refusal(Tx::Enrol(Box::new(altered)));
    assert_eq!(refused, Refusal::ProofRejected(Statement::Enrol));
}

#[test]
fn a_registrars_day_ends_with_its_quota_and_the_next_day_begins_anew() {
    let mut world = World::new();
    let nine: Vec<Tx> = (1..=9).map(|n| world.enrol(n)).collect();
    let proposal = world.chain.propose(world.now, nine.clone()).unwrap();
    assert_eq!(proposal.taken().len(), 8);
    let over: Refusal = SignerRefusal::QuotaExceeded { quota: 8 }.into();
    assert_eq!(proposal.refused()[0].refusal, over);
    world.chain.commit(proposal).unwrap();
    let tx = nine[8].clone();
    assert_eq!(world.refusal(tx.clone()), over);
    world.advance_days(1);
    world.accept_one(tx);
}

#[test]
fn a_superseded_person_enrols_once_more_and_only_once() {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    world.advance_days(1);
    let today = world.today();
    let id = world.publish_notice(NoticeClass::Superseded, Some(uid(1)));
    let tx = again(&mut world, 1, today);
    assert_eq!(world.refusal(tx.clone()), EnrolRefusal::NotReleased.into());
    world.accept_one(world.release(id, today, 500));
    for wrong in [Day::new(0), today.minus(1), today.plus(1)] {
        let stale = again(&mut world, 1, wrong);
        assert_eq!(world.refusal(stale), EnrolRefusal::FreshDay.into());
    }
    let other = again(&mut world, 2, today);
    assert_eq!(
        world.refusal(other),
        EnrolRefusal::FreshDay.into(),
        "another's notice"
    );
    world.accept_one(tx);
    let more = again(&mut world, 1, today);
    assert_eq!(world.refusal(more), EnrolRefusal::RepeatedUid.into());
    let kept = world
        .chain
        .state()
        .get(&keys::enrolment(uid(1)))
        .unwrap()
        .unwrap();
    assert_eq!((kept.count.get(), kept.fresh_day), (2, today));
}

#[test]
fn a_superseded_notice_that_has_served_is_not_lifted() {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let today = world.today();
    let id = world.publish_notice(NoticeClass::Superseded, Some(uid(1)));
    world.accept_one(world.release(id, today, 500));
    let lift = || {
        GovernanceAction::NoticeLifted(NoticeLifted {
            notice: id,
            reason: "found".into(),
        })
    };
    let unused = world.attempt(lift());
    let proposal = world.chain.propose(world.now, vec![unused]).unwrap();
    assert_eq!(
        proposal.refused(),
        [],
        "the phone is found before anybody enrolled again"
    );
    let tx = again(&mut world, 1, today);
    world.accept_one(tx);
    assert_eq!(world.refusal(world.attempt(lift())).slug(), "notice-over");
}

#[test]
fn two_notices_published_ahead_allow_one_new_enrolment_between_them() {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let today = world.today();
    let first = world.publish_notice(NoticeClass::Superseded, Some(uid(1)));
    world.advance_days(1);
    let second = world.publish_notice(NoticeClass::Superseded, Some(uid(1)));
    let tomorrow = today.plus(1);
    world.accept(vec![
        world.release(first, tomorrow, 500),
        world.release(second, tomorrow, 600),
    ]);
    let tx = again(&mut world, 1, tomorrow);
    world.accept_one(tx);
    let tx = again(&mut world, 1, tomorrow);
    assert_eq!(world.refusal(tx), EnrolRefusal::RepeatedUid.into());
}

#[test]
fn a_notice_that_is_over_or_of_another_class_lets_nobody_enrol_again() {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    world.publish_notice(NoticeClass::Confirmed, None);
    let today = world.today();
    let tx = again(&mut world, 1, today);
    assert_eq!(world.refusal(tx), EnrolRefusal::RepeatedUid.into());
    world.publish_notice(NoticeClass::Superseded, Some(uid(1)));
    world.advance_days(u64::from(MAX_SLEEP_DAYS) + 8);
    let today = world.today();
    let tx = again(&mut world, 1, today);
    assert_eq!(world.refusal(tx), EnrolRefusal::RepeatedUid.into());
}

#[test]
fn nobody_enrols_again_under_a_notice_that_the_old_note_could_outsleep() {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let id = world.publish_notice(NoticeClass::Superseded, Some(uid(1)));
    // The notice's last day is 50 days off for another week.
    world.advance_days(8);
    let today = world.today();
    world.accept_one(world.release(id, today, 500));
    let tx = again(&mut world, 1, today);
    assert_eq!(world.refusal(tx), EnrolRefusal::NoticeEndsTooSoon.into());
    world.advance_days(1);
    let renewed = world.publish_notice(NoticeClass::Superseded, Some(uid(1)));
    world.advance_days(7);
    let today = world.today();
    world.accept_one(world.release(renewed, today, 600));
    let tx = again(&mut world, 1, today);
    world.accept_one(tx);
}

#[test]
fn a_note_begins_asleep_as_of_one_of_the_last_days() {
    let mut world = World::new();
    let today = world.today();
    let late = NoteState::first_slot(today);
    let old = NoteState::first_slot(today.minus(REQUEST_DAYS));
    let starting = |world: &mut World, slot: u32| {
        let public = EnrolPublic {
            first_slot: Slot::new(slot),
            ..world.enrol_public(1)
        };
        Tx::Enrol(Box::new(world.enrol_of(public)))
    };
    for wrong in [0, old.get() - 1, late.get() + 1, u32::MAX] {
        let tx = starting(&mut world, wrong);
        assert_eq!(world.refusal(tx), EnrolRefusal::FirstSlot.into());
    }
    for right in [late.get(), old.get()] {
        let tx = starting(&mut world, right);
        let proposal = world.chain.propose(world.now, vec![tx]).unwrap();
        assert_eq!(proposal.refused(), []);
    }
}

#[test]
fn the_public_inputs_stand_in_the_protocols_order() {
    let mut world = World::new();
    let mut public = world.enrol_public(1);
    public.fresh_day = Day::new(77);
    public.first_slot = Slot::new(78);
    let sealed = public.sealed.hash().value();
    let mut expected = vec![
        public.owner.value(),
        public.cm.value(),
        public.mask_commitment.value(),
        fr(77),
        fr(78),
    ];
    expected.extend(public.shares.map(|s| s.value()));
    expected.push(sealed);
    let tx = Tx::Enrol(Box::new(world.enrol_of(public)));
    let inputs = public_inputs(&world.chain.state(), &tx).unwrap();
    assert_eq!(inputs, Some(expected));
    assert_eq!(
        public_inputs(&world.chain.state(), &world.did_create(9)).unwrap(),
        None
    );
}
