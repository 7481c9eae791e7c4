use super::world::*;
use crate::tx::{NoticeRefusal, Refusal, SpendRefusal, TrusteeRefusal};
use luyin_protocol::codec::Canonical;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::note::MAX_SLEEP_DAYS;
use luyin_protocol::risk::{NoticeClass, NoticeId, RiskNotice, Uid};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::tx::*;

fn lift(notice: NoticeId) -> GovernanceAction {
    GovernanceAction::NoticeLifted(NoticeLifted {
        notice,
        reason: "recovered".into(),
    })
}

fn tagged(world: &mut World, epoch: u32, handle: u64, slot: u64) -> Tx {
    let tx = CheckIn {
        ctag: World::tag(handle, slot),
        ..world.checkin(epoch)
    };
    world.prove(Tx::CheckIn(tx))
}

#[test]
fn a_notice_is_published_once_and_not_when_it_is_over() {
    let mut world = World::new();
    let notice = world.notice(NoticeClass::Confirmed, None);
    let tx = world.governance(GovernanceAction::RiskNotice(notice.clone()));
    world.accept_one(tx);
    let again = world.attempt(GovernanceAction::RiskNotice(notice.clone()));
    assert_eq!(world.refusal(again), NoticeRefusal::NoticeRepeated.into());
    let mut over = notice.clone();
    over.from = world.today().minus(4);
    over.until = world.today().minus(1);
    let tx = world.attempt(GovernanceAction::RiskNotice(over));
    assert_eq!(world.refusal(tx), NoticeRefusal::NoticeOver.into());
    let mut superseded = world.notice(NoticeClass::Superseded, Some(Uid::from_bytes([1; 32])));
    superseded.from = world.today().minus(1);
    superseded.until = world.today().plus(MAX_SLEEP_DAYS - 1);
    let short = world.attempt(GovernanceAction::RiskNotice(superseded.clone()));
    assert_eq!(world.refusal(short), NoticeRefusal::NoticeTooShort.into());
    superseded.until = world.today().plus(MAX_SLEEP_DAYS);
    let enough = world.attempt(GovernanceAction::RiskNotice(superseded));
    let proposal = world.chain.propose(world.now, vec![enough]).unwrap();
    assert_eq!(proposal.refused(), []);
}

#[test]
fn a_notice_without_evidence_or_clause_is_refused_by_that_name_whoever_signs() {
    let world = World::new();
    let notice = world.notice(NoticeClass::Confirmed, None);
    let cases = [
        (
            NoticeRefusal::NoEvidence,
            RiskNotice {
                evidence: Sha256Hash::from_bytes([0; 32]),
                ..notice.clone()
            },
        ),
        (
            NoticeRefusal::NoEvidence,
            RiskNotice {
                evidence: Sha256Hash::of(b""),
                ..notice.clone()
            },
        ),
        (
            NoticeRefusal::EvidenceKind,
            RiskNotice {
                evidence_kind: EvidenceKind::CourtOrder,
                ..notice.clone()
            },
        ),
        (
            NoticeRefusal::NoClause,
            RiskNotice {
                clause: " \n".into(),
                ..notice
            },
        ),
    ];
    for (named, bare) in cases {
        // From bytes, as it comes in: it is read, and refused for what it lacks.
        let tx = world.reviewed_by(REVIEWER, GovernanceAction::RiskNotice(bare));
        let tx = Tx::from_slice(&tx.to_vec()).unwrap();
        assert_eq!(world.refusal(tx), named.into());
    }
}

#[test]
fn a_notice_is_lifted_once_and_only_while_it_stands() {
    let mut world = World::new();
    let unknown = world.attempt(lift(NoticeId::from_bytes([1; 32])));
    assert_eq!(world.refusal(unknown), NoticeRefusal::NoticeUnknown.into());
    let id = world.publish_notice(NoticeClass::Confirmed, None);
    let tx = world.governance(lift(id));
    world.accept_one(tx);
    let again = world.attempt(lift(id));
    assert_eq!(world.refusal(again), NoticeRefusal::NoticeLifted.into());
    let id = world.publish_notice(NoticeClass::CloseContact, None);
    world.advance_days(4);
    let late = world.attempt(lift(id));
    assert_eq!(world.refusal(late), NoticeRefusal::NoticeOver.into());
    assert!(
        world
            .chain
            .state()
            .standing_notices(world.today())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_release_needs_three_distinct_trustees_over_these_values() {
    let mut world = World::new();
    let id = world.publish_notice(NoticeClass::Confirmed, None);
    let Tx::Release(good) = world.release(id, world.today(), 500) else {
        unreachable!()
    };
    let with = |change: &dyn Fn(&mut Release)| {
        let mut tx = good.clone();
        change(&mut tx);
        world.refusal(Tx::Release(tx))
    };
    let two = with(&|r| r.signatures.truncate(2));
    let few = TrusteeRefusal::TooFewAcknowledgements {
        given: 2,
        needed: 3,
    };
    assert_eq!(two, few.into());
    let twice = with(&|r| r.signatures[1] = r.signatures[0]);
    assert_eq!(twice, TrusteeRefusal::RepeatedTrustee.into());
    let unsorted = with(&|r| r.signatures.reverse());
    assert_eq!(unsorted, TrusteeRefusal::RepeatedTrustee.into());
    let third = good.signatures[2].trustee;
    let forged = with(&|r| r.signatures[2].signature = r.signatures[0].signature);
    assert_eq!(
        forged,
        TrusteeRefusal::UnknownTrusteeSignature(third).into()
    );
    let first = good.signatures[0].trustee;
    let other_day = with(&|r| r.values.day = r.values.day.plus(1));
    assert_eq!(
        other_day,
        TrusteeRefusal::UnknownTrusteeSignature(first).into()
    );
}

#[test]
fn only_days_of_a_standing_notice_are_released_and_never_past_ones() {
    let mut world = World::new();
    let unknown = world.release(NoticeId::from_bytes([1; 32]), world.today(), 1);
    assert_eq!(world.refusal(unknown), NoticeRefusal::NoticeUnknown.into());
    let id = world.publish_notice(NoticeClass::Confirmed, None);
    let today = world.today();
    let outside: Refusal = NoticeRefusal::ReleaseOutsideNotice.into();
    assert_eq!(world.refusal(world.release(id, today.minus(1), 1)), outside);
    assert_eq!(world.refusal(world.release(id, today.plus(4), 1)), outside);
    world.accept_one(world.release(id, today.plus(3), 1));
    world.accept_one(world.release(id, today, 5));
    let again = world.release(id, today, 9);
    assert_eq!(world.refusal(again), NoticeRefusal::ReleaseRepeated.into());
    world.advance_days(2);
    let past = world.release(id, today.plus(1), 13);
    assert_eq!(world.refusal(past), NoticeRefusal::ReleaseOfThePast.into());
    let tx = world.governance(lift(id));
    world.accept_one(tx);
    let lifted = world.release(id, world.today(), 17);
    assert_eq!(world.refusal(lifted), NoticeRefusal::NoticeLifted.into());
    let id = world.publish_notice(NoticeClass::CloseContact, None);
    world.advance_days(4);
    let over = world.release(id, world.today(), 21);
    assert_eq!(world.refusal(over), NoticeRefusal::NoticeOver.into());
}

#[test]
fn a_live_notices_check_ins_are_refused_until_it_is_lifted() {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let epoch = world.epoch();
    let id = world.publish_notice(NoticeClass::Confirmed, None);
    // Before the trustees acted nothing is recognised: the authority alone stops nobody.
    let tx = tagged(&mut world, epoch, 500, 0);
    let proposal = world.chain.propose(world.now, vec![tx]).unwrap();
    assert_eq!(proposal.refused(), []);
    world.accept_one(world.release(id, world.today(), 500));
    for slot in [0, 1] {
        let tx = tagged(&mut world, epoch, 500, slot);
        let live: Refusal = SpendRefusal::LiveNotice(World::tag(500, slot)).into();
        assert_eq!(world.refusal(tx), live);
    }
    let other = world.proved_checkin(epoch);
    world.accept_one(other);
    let tx = world.governance(lift(id));
    world.accept_one(tx);
    let tx = tagged(&mut world, epoch, 500, 0);
    world.accept_one(tx);
}

#[test]
fn lifting_one_of_two_notices_about_a_person_does_not_lift_the_other() {
    let mut world = World::new();
    let tx = world.enrol(1);
    world.accept_one(tx);
    let epoch = world.epoch();
    let today = world.today();
    let first = world.publish_notice(NoticeClass::Confirmed, None);
    let second = world.publish_notice(NoticeClass::CloseContact, None);
    world.accept(vec![
        world.release(first, today, 500),
        world.release(second, today, 500),
    ]);
    let tx = world.governance(lift(first));
    world.accept_one(tx);
    let tx = tagged(&mut world, epoch, 500, 0);
    assert_eq!(world.refusal(tx).slug(), "live-notice");
    let released = world.chain.state().released_values(today).unwrap();
    let names: Vec<_> = released.iter().map(|r| r.values.notice).collect();
    assert_eq!(names, [second]);
}
