use super::world::*;
use crate::log::merkle::EntryIndex;
use crate::state::appeal::{AppealStatistics, Settlement};
use crate::state::keys;
use crate::tx::{
    AppealRefusal, Claim, NoticeRefusal, Refusal, SpendRefusal, Statement, public_inputs,
};
use ark_bn254::Fr;
use luyin_protocol::appeal::{AppealOutcome, AppealReason, StatementCommitment};
use luyin_protocol::risk::{NoticeClass, NoticeId};
use luyin_protocol::scope;
use luyin_protocol::tx::*;

const HOUR: u64 = 3_600_000;
/// The value that is released for the notice's first day.
const HANDLE: u64 = 500;
const NYM: u64 = 71;

/// A person under a notice that is released for today.
fn notified() -> (World, NoticeId, u32) {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let epoch = world.epoch();
    let id = world.publish_notice(NoticeClass::CloseContact, None);
    world.accept_one(world.release(id, world.today(), HANDLE));
    (world, id, epoch)
}

/// The number of the newest epoch, which the last block made or one before it.
fn newest(world: &World) -> u32 {
    let last = world.chain.state().get(&keys::last_epochs());
    last.unwrap().unwrap().newest.get()
}

fn file(world: &mut World, id: NoticeId, epoch: u32, nym: u64) -> EntryIndex {
    let tx = world.proved_appeal(id, epoch, nym);
    world.accept_one(tx).entries[0]
}

fn answer(world: &mut World, appeal: EntryIndex, id: NoticeId, outcome: AppealOutcome) {
    let tx = world.reviewed(world.answer(appeal, id, outcome));
    world.accept_one(tx);
}

fn statistics(world: &World) -> AppealStatistics {
    world.chain.state().appeal_statistics(world.now).unwrap()
}

fn appeal(tx: Tx) -> Appeal {
    match tx {
        Tx::Appeal(appeal) => appeal,
        other => panic!("{other:?}"),
    }
}

/// The proof of a note whose value of the day is another than the one released.
fn of_another_note(world: &World, mut tx: Appeal) -> Tx {
    let inputs = public_inputs(&world.chain.state(), &Tx::Appeal(tx.clone()));
    let mut inputs = inputs.unwrap().unwrap();
    let handle = luyin_protocol::field::DayHandle::from_value(fr(HANDLE + 1));
    let tag = scope::revocation_tag(handle, tx.body.scope(&world.network_id()));
    assert_ne!(inputs[8], tag.value());
    inputs[8] = tag.value();
    tx.proof = digest_proof(Statement::Appeal, &inputs);
    Tx::Appeal(tx)
}

const REJECTED: Refusal = Refusal::ProofRejected(Statement::Appeal);

#[test]
fn only_the_note_that_a_notice_is_about_can_appeal_against_it() {
    let (mut world, id, epoch) = notified();
    let forged = of_another_note(&world, world.appeal(id, epoch, NYM));
    assert_eq!(world.refusal(forged), REJECTED);
    file(&mut world, id, epoch, NYM);
}

#[test]
fn a_proof_for_one_appeal_serves_no_other_notice_day_reason_statement_or_name() {
    let (mut world, id, epoch) = notified();
    // The same person under a second notice, and another day of the first.
    let other = world.publish_notice(NoticeClass::Confirmed, None);
    world.accept_one(world.release(other, world.today(), HANDLE));
    world.accept_one(world.release(id, world.today().plus(1), HANDLE + 10));
    let good = appeal(world.proved_appeal(id, epoch, NYM));
    type Change<'a> = &'a dyn Fn(&mut Appeal);
    let changes: [Change<'_>; 5] = [
        &|a| a.body.notice = other,
        &|a| a.body.reason = AppealReason::Other,
        &|a| a.body.statement = Some(StatementCommitment::from_bytes([1; 32])),
        &|a| a.nym = luyin_protocol::field::Nym::from_value(fr(5)),
        &|a| a.proof = NO_PROOF,
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut tx = good.clone();
        change(&mut tx);
        assert_eq!(world.refusal(Tx::Appeal(tx)), REJECTED, "{i}");
    }
    // Five past midnight both days are open and released: the proof still serves its own alone.
    world.now = world.today().plus(1).start().plus_ms(5 * 60_000);
    let late = world
        .chain
        .propose(world.now, vec![Tx::Appeal(good.clone())]);
    assert_eq!(late.unwrap().refused(), []);
    let mut tx = good;
    tx.body.day = world.today();
    assert_eq!(world.refusal(Tx::Appeal(tx)), REJECTED);
}

#[test]
fn the_public_inputs_of_an_appeal_are_those_of_a_pass_that_asks_nothing() {
    let (world, id, epoch) = notified();
    let tx = world.appeal(id, epoch, NYM);
    let found = public_inputs(&world.chain.state(), &Tx::Appeal(tx.clone()));
    let scope = tx.body.scope(&world.network_id());
    let root = world.chain.state();
    let root = root.get(&keys::epoch(crate::state::record::EpochNumber::new(epoch)));
    let handle = luyin_protocol::field::DayHandle::from_value(fr(HANDLE));
    let expected: [Fr; 11] = [
        root.unwrap().unwrap().root.value(),
        fr(0),
        fr(0),
        fr(0),
        fr(0),
        fr(world.today().get().into()),
        scope.value(),
        fr(NYM),
        scope::revocation_tag(handle, scope).value(),
        fr(0),
        tx.body.binding(&world.network_id()).value(),
    ];
    assert_eq!(found.unwrap().unwrap(), expected);
}

#[test]
fn a_person_appeals_once_against_a_notice_and_nobody_can_use_it_up() {
    let (mut world, id, epoch) = notified();
    // A wrong proof under somebody's name keeps nobody out.
    let good = world.proved_appeal(id, epoch, NYM);
    let mut wrong = appeal(good.clone());
    wrong.proof = NO_PROOF;
    let both = vec![Tx::Appeal(wrong), good.clone(), good.clone()];
    let proposal = world.chain.propose(world.now, both).unwrap();
    assert_eq!(proposal.taken(), [1]);
    let repeated: Refusal = AppealRefusal::Repeated.into();
    assert_eq!(proposal.refused()[0].refusal, REJECTED);
    assert_eq!(proposal.refused()[1].refusal, repeated);
    world.chain.commit(proposal).unwrap();
    assert_eq!(world.refusal(good), repeated);
    // Also with another word, on another day, and after an answer.
    world.advance_days(1);
    world.accept_one(world.release(id, world.today(), HANDLE + 1));
    let epoch = newest(&world);
    let mut again = world.appeal(id, epoch, NYM);
    again.body.reason = AppealReason::NotMe;
    let again = world.prove(Tx::Appeal(again));
    assert_eq!(world.refusal(again), repeated);
    // Whoever is enrolled with a handle like hers has another name there, and takes nothing from her.
    file(&mut world, id, epoch, NYM + 1);
}

#[test]
fn an_appeal_is_against_a_notice_that_stands_and_on_a_day_that_is_open_and_released() {
    let (mut world, id, epoch) = notified();
    let nobody = world.appeal(NoticeId::from_bytes([1; 32]), epoch, NYM);
    let unknown: Refusal = NoticeRefusal::NoticeUnknown.into();
    assert_eq!(world.refusal(Tx::Appeal(nobody)), unknown);
    for day in [world.today().minus(1), world.today().plus(1)] {
        let mut tx = world.appeal(id, epoch, NYM);
        tx.body.day = day;
        let closed: Refusal = SpendRefusal::DayNotOpen.into();
        assert_eq!(world.refusal(Tx::Appeal(tx)), closed);
    }
    let mut tx = world.appeal(id, epoch, NYM);
    tx.body.root = NoteRoot::Epoch(epoch + 1);
    assert_eq!(
        world.refusal(Tx::Appeal(tx)),
        SpendRefusal::UnknownEpoch.into()
    );
    let unreleased = world.publish_notice(NoticeClass::Confirmed, None);
    let tx = world.appeal(unreleased, epoch, NYM);
    let early: Refusal = AppealRefusal::NotReleased.into();
    assert_eq!(world.refusal(Tx::Appeal(tx)), early);
    let good = world.proved_appeal(id, epoch, NYM);
    let lift = GovernanceAction::NoticeLifted(NoticeLifted {
        notice: id,
        reason: "found healthy".into(),
    });
    let lift = world.governance(lift);
    world.accept_one(lift);
    let lifted: Refusal = NoticeRefusal::NoticeLifted.into();
    assert_eq!(world.refusal(good), lifted);
    world.advance_days(4);
    let tx = world.appeal(unreleased, epoch, NYM);
    let over: Refusal = NoticeRefusal::NoticeOver.into();
    assert_eq!(world.refusal(Tx::Appeal(tx)), over);
}

#[test]
fn a_granted_appeal_ends_the_notice_and_a_refused_one_does_not() {
    let (mut world, id, epoch) = notified();
    let first = file(&mut world, id, epoch, NYM);
    world.advance(HOUR);
    answer(&mut world, first, id, AppealOutcome::Refused);
    let state = world.chain.state();
    assert!(state.standing_notice(id, world.today()).unwrap().is_some());
    assert!(state.is_live_tag(World::tag(HANDLE, 0)).unwrap());
    let settled = state.get(&keys::appeal_settled(first)).unwrap().unwrap();
    assert_eq!(settled.settlement, Settlement::Refused);
    let epoch = newest(&world);
    let (second, third) = (
        file(&mut world, id, epoch, NYM + 1),
        file(&mut world, id, epoch, NYM + 2),
    );
    answer(&mut world, second, id, AppealOutcome::Granted);
    let state = world.chain.state();
    assert!(state.standing_notice(id, world.today()).unwrap().is_none());
    assert!(!state.is_live_tag(World::tag(HANDLE, 0)).unwrap());
    let settled = state.get(&keys::appeal_settled(third)).unwrap().unwrap();
    assert_eq!(settled.settlement, Settlement::Lifted);
}

#[test]
fn an_appeal_is_answered_once_and_under_its_own_notice() {
    let (mut world, id, epoch) = notified();
    let other = world.publish_notice(NoticeClass::Confirmed, None);
    let entry = file(&mut world, id, epoch, NYM);
    let unknown: Refusal = AppealRefusal::Unknown.into();
    for (appeal, notice) in [(EntryIndex::new(1), id), (entry, other)] {
        let action = world.answer(appeal, notice, AppealOutcome::Granted);
        assert_eq!(world.refusal(world.reviewed_by(REVIEWER, action)), unknown);
    }
    answer(&mut world, entry, id, AppealOutcome::Refused);
    for outcome in [AppealOutcome::Granted, AppealOutcome::Refused] {
        let again = world.answer(entry, id, outcome);
        let answered: Refusal = AppealRefusal::Answered.into();
        assert_eq!(world.refusal(world.reviewed_by(REVIEWER, again)), answered);
    }
}

#[test]
fn where_there_are_reviewers_the_pair_alone_answers_no_appeal() {
    let (mut world, id, epoch) = notified();
    let entry = file(&mut world, id, epoch, NYM);
    for outcome in [AppealOutcome::Granted, AppealOutcome::Refused] {
        let pair = world.attempt(world.answer(entry, id, outcome));
        let alone: Refusal = AppealRefusal::NotReviewed.into();
        assert_eq!(world.refusal(pair), alone);
    }
    answer(&mut world, entry, id, AppealOutcome::Refused);
}

#[test]
fn a_reviewer_who_signed_the_notice_does_not_review_its_appeal_where_there_is_another() {
    const SECOND: u8 = 14;
    for reviewers in [vec![REVIEWER], vec![REVIEWER, SECOND]] {
        let alone = reviewers.len() == 1;
        let mut world = World::with_reviewers(&reviewers);
        let tx = world.enrol(1);
        world.accept_one(tx);
        let epoch = world.epoch();
        let notice = world.notice(NoticeClass::CloseContact, None);
        let id = notice.id();
        let tx = world.reviewed(GovernanceAction::RiskNotice(notice));
        world.accept_one(tx);
        world.accept_one(world.release(id, world.today(), HANDLE));
        let entry = file(&mut world, id, epoch, NYM);
        let refuse = world.answer(entry, id, AppealOutcome::Refused);
        let same = world.reviewed_by(REVIEWER, refuse.clone());
        if alone {
            world.accept_one(same);
        } else {
            let refused: Refusal = AppealRefusal::SameReviewer.into();
            assert_eq!(world.refusal(same), refused);
            world.accept_one(world.reviewed_by(SECOND, refuse));
        }
    }
}

#[test]
fn lifting_a_notice_settles_its_appeals_and_a_superseded_one_that_served_is_not_granted() {
    let (mut world, id, epoch) = notified();
    let entry = file(&mut world, id, epoch, NYM);
    world.advance(2 * HOUR);
    let lift = world.governance(GovernanceAction::NoticeLifted(NoticeLifted {
        notice: id,
        reason: "found healthy".into(),
    }));
    world.accept_one(lift);
    let settled = world.chain.state().get(&keys::appeal_settled(entry));
    assert_eq!(settled.unwrap().unwrap().settlement, Settlement::Lifted);
    let figures = statistics(&world);
    assert_eq!((figures.lifted, figures.in_time), (1, 1));
    assert_eq!(figures.median_minutes, Some(120));

    let uid = luyin_protocol::risk::Uid::from_bytes([1; 32]);
    let lost = world.publish_notice(NoticeClass::Superseded, Some(uid));
    world.accept_one(world.release(lost, world.today(), HANDLE + 20));
    let epoch = newest(&world);
    let entry = file(&mut world, lost, epoch, NYM);
    let mut public = world.enrol_public(1);
    public.fresh_day = world.today();
    let anew = world.enrol_of(public);
    world.accept_one(Tx::Enrol(Box::new(anew)));
    let grant = world.answer(entry, lost, AppealOutcome::Granted);
    let served: Refusal = NoticeRefusal::NoticeOver.into();
    assert_eq!(world.refusal(world.reviewed_by(REVIEWER, grant)), served);
    answer(&mut world, entry, lost, AppealOutcome::Refused);
}

#[test]
fn an_appeal_is_overdue_after_eight_hours_and_stays_so_until_it_is_answered() {
    let (mut world, id, epoch) = notified();
    let (first, second) = (
        file(&mut world, id, epoch, NYM),
        file(&mut world, id, epoch, NYM + 1),
    );
    let open = |world: &World| {
        let figures = statistics(world);
        (figures.filed, figures.open, figures.overdue)
    };
    assert_eq!(open(&world), (2, 2, 0));
    world.advance(8 * HOUR);
    assert_eq!(open(&world), (2, 2, 0));
    answer(&mut world, first, id, AppealOutcome::Refused);
    world.advance(1);
    assert_eq!(open(&world), (2, 0, 1));
    // The notice runs out, the appeal does not: it is answered late, and there is nothing left to lift.
    world.advance_days(30);
    assert_eq!(open(&world), (2, 0, 1));
    answer(&mut world, second, id, AppealOutcome::Granted);
    let figures = statistics(&world);
    let expected = AppealStatistics {
        filed: 2,
        open: 0,
        overdue: 0,
        granted: 1,
        refused: 1,
        lifted: 0,
        in_time: 1,
        late: 1,
        median_minutes: Some(480),
    };
    assert_eq!(figures, expected);
}

#[test]
fn an_appeal_s_claim_is_judged_under_its_own_statement() {
    let (world, id, epoch) = notified();
    let Claim {
        statement, inputs, ..
    } = crate::tx::claim(
        &world.chain.state(),
        &Tx::Appeal(world.appeal(id, epoch, NYM)),
    )
    .unwrap()
    .unwrap();
    assert_eq!((statement, inputs.len()), (Statement::Appeal, 11));
}
