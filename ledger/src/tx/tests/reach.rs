use super::world::*;
use crate::tx::{GovernanceRefusal, PublicationRefusal, Refusal};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::policy::{DEFAULT_GRACE_MS, Policy};
use luyin_protocol::region::{RegionIndex, RegionKind, RegionTable};
use luyin_protocol::risk::{NoticeClass, RiskList, SubjectCommitment};
use luyin_protocol::tx::*;

/// One person more than two signatures reach.
const MANY: u64 = TWO_REACH as u64 + 1;

fn publish(policy: Policy) -> GovernanceAction {
    GovernanceAction::Policy(Box::new(policy))
}

fn stricter(world: &World, version: u16) -> Policy {
    let mut policy = world.policy(version);
    policy.thresholds.fever = 300;
    policy
}

fn list(world: &World, version: u32, regions: &[u16]) -> GovernanceAction {
    let regions = regions.iter().map(|n| RegionIndex::new(*n).unwrap());
    GovernanceAction::RiskList(Box::new(RiskList {
        version,
        regions: Itinerary::from_regions(regions),
        effective: world.now,
        grace_ms: DEFAULT_GRACE_MS,
    }))
}

fn third(reach: u64) -> Refusal {
    let two = TWO_REACH;
    GovernanceRefusal::ThirdApproval { reach, two }.into()
}

#[test]
fn a_policy_that_asks_more_of_many_needs_a_reviewer_and_one_that_asks_less_does_not() {
    let mut world = World::new();
    world.enrol_many(MANY - 1);
    // As many as two signatures reach.
    world.advance(60_000);
    let tx = world.governance(publish(stricter(&world, 2)));
    world.accept_one(tx);
    world.enrol_many(1);
    world.advance(3 * 3_600_000);
    let looser = world.governance(publish(world.policy(3)));
    world.accept_one(looser);
    world.advance(3 * 3_600_000);
    let tx = world.attempt(publish(stricter(&world, 4)));
    assert_eq!(world.refusal(tx), third(MANY));
    let tx = world.reviewed(publish(stricter(&world, 4)));
    world.accept_one(tx);
    let actions = world
        .chain
        .state()
        .all(&crate::state::keys::authority_actions());
    let actions = actions.unwrap();
    let review = actions.last().unwrap().1.approvals.review.unwrap();
    assert_eq!(review.reviewer, public(REVIEWER));
}

#[test]
fn a_change_gains_nothing_by_being_cut_up_loosened_first_or_dated_ahead() {
    let mut world = World::new();
    world.enrol_many(MANY);
    // Cut up: each small step is one that asks more.
    world.advance(3 * 3_600_000);
    let mut small = world.policy(2);
    small.thresholds.fever = 373;
    let tx = world.attempt(publish(small));
    assert_eq!(world.refusal(tx), third(MANY));
    // Loosened first, far ahead, and tightened before that takes effect: compared with the version before, not with the
    // one in force.
    let ahead = world.now.plus_ms(20 * 86_400_000);
    let mut loose = world.policy(2);
    (loose.effective, loose.thresholds.fever) = (ahead, 450);
    let tx = world.governance(publish(loose));
    world.accept_one(tx);
    let mut tight = world.policy(3);
    (tight.effective, tight.thresholds.fever) = (ahead.plus_ms(3 * 3_600_000), 449);
    let tx = world.attempt(publish(tight));
    assert_eq!(world.refusal(tx), third(MANY));
    // The same words again, at once: those who have not proved anew would stand without.
    let mut again = world.policy(3);
    (again.effective, again.thresholds.fever) = (ahead.plus_ms(3 * 3_600_000), 450);
    again.grace_ms = 0;
    let tx = world.attempt(publish(again.clone()));
    assert_eq!(world.refusal(tx), third(MANY));
    again.grace_ms = DEFAULT_GRACE_MS;
    again.effective = ahead;
    let tx = world.attempt(publish(again.clone()));
    assert_eq!(world.refusal(tx), third(MANY), "within the grace before");
    again.effective = ahead.plus_ms(u64::from(DEFAULT_GRACE_MS));
    let tx = world.governance(publish(again));
    world.accept_one(tx);
    // Another number is another policy: nobody has passed by it.
    let mut other = world.policy(1);
    other.reference.id = 2;
    let tx = world.governance(publish(other));
    world.accept_one(tx);
}

#[test]
fn a_risk_list_with_any_region_more_needs_a_reviewer_where_many_are_enrolled() {
    let mut world = World::new();
    world.enrol_many(MANY);
    let tx = world.attempt(list(&world, 1, &[7]));
    assert_eq!(world.refusal(tx), third(MANY));
    let tx = world.reviewed(list(&world, 1, &[7, 8]));
    world.accept_one(tx);
    world.advance(3 * 3_600_000);
    let swapped = world.attempt(list(&world, 2, &[9]));
    assert_eq!(world.refusal(swapped), third(MANY));
    let tx = world.governance(list(&world, 2, &[8]));
    world.accept_one(tx);
    world.advance(3 * 3_600_000);
    let back = world.attempt(list(&world, 3, &[7, 8]));
    assert_eq!(world.refusal(back), third(MANY));
    let tx = world.governance(list(&world, 3, &[]));
    world.accept_one(tx);
}

#[test]
fn more_notices_on_a_day_than_two_signatures_reach_need_a_reviewer() {
    let mut world = World::new();
    let notice = |world: &World, n: u8| {
        let mut notice = world.notice(NoticeClass::Confirmed, None);
        notice.subject = SubjectCommitment::from_bytes([n; 32]);
        GovernanceAction::RiskNotice(notice)
    };
    // Also within one block.
    let block: Vec<Tx> = (0..4)
        .map(|n| world.governance_at(world.sequence() + 1 + u64::from(n), notice(&world, n)))
        .collect();
    let proposal = world.chain.propose(world.now, block).unwrap();
    let refused: Vec<_> = proposal
        .refused()
        .iter()
        .map(|r| r.refusal.slug())
        .collect();
    assert_eq!(refused, ["third-approval"]);
    for n in 0..3 {
        let tx = world.governance(notice(&world, n));
        world.accept_one(tx);
    }
    let tx = world.attempt(notice(&world, 3));
    assert_eq!(world.refusal(tx), third(4));
    let tx = world.reviewed(notice(&world, 3));
    world.accept_one(tx);
    // One that is lifted has reached its person all the same, and one with three signatures counts.
    let tx = world.attempt(notice(&world, 4));
    assert_eq!(world.refusal(tx), third(5));
    world.advance_days(1);
    let tx = world.governance(notice(&world, 4));
    world.accept_one(tx);
}

#[test]
fn the_third_signature_is_a_reviewers_and_over_this_action() {
    let mut world = World::new();
    world.enrol_many(MANY);
    for seed in [PROPOSER, APPROVER, 99] {
        let tx = world.reviewed_by(seed, list(&world, 1, &[7]));
        let refused: Refusal = GovernanceRefusal::NoReviewer.into();
        assert_eq!(world.refusal(tx), refused, "{seed}");
    }
    let (Tx::Governance(mut tx), Tx::Governance(other)) = (
        world.reviewed_by(REVIEWER, list(&world, 1, &[7])),
        world.reviewed_by(REVIEWER, list(&world, 1, &[8])),
    ) else {
        unreachable!()
    };
    tx.approvals.review = other.approvals.review;
    let refused = world.refusal(Tx::Governance(tx));
    assert_eq!(refused, GovernanceRefusal::BadReview.into());
}

#[test]
fn a_list_that_leaves_no_region_of_the_country_is_refused_whoever_signs() {
    let world = World::new();
    let domestic = RegionTable::embedded()
        .all_in_force(world.today())
        .filter(|region| region.kind() != RegionKind::Country);
    let mut all: Vec<u16> = domestic.map(|region| region.index().get()).collect();
    let tx = world.reviewed_by(REVIEWER, list(&world, 1, &all));
    assert_eq!(world.refusal(tx), PublicationRefusal::AllRegions.into());
    all.pop();
    let tx = world.reviewed_by(REVIEWER, list(&world, 1, &all));
    let proposal = world.chain.propose(world.now, vec![tx]).unwrap();
    assert_eq!(proposal.refused(), []);
}
