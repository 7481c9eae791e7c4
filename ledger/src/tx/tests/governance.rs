use super::world::*;
use crate::state::keys;
use crate::tx::{GovernanceRefusal, PublicationRefusal, Refusal};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::policy::MAX_LEAD_MS;
use luyin_protocol::risk::{NoticeClass, RiskList};
use luyin_protocol::signature::Domain;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::*;

fn unaccredit(seed: u8, reason: &str) -> GovernanceAction {
    GovernanceAction::Unaccredit(Unaccredit {
        did: did(seed),
        reason: reason.into(),
    })
}

fn approvals(world: &World, action: &GovernanceAction, first: u8, second: u8) -> Approvals {
    let body = Governance::body(5, action);
    Approvals {
        proposer: public(first),
        proposal: world.sign(first, Domain::Governance, &body),
        approver: public(second),
        approval: world.sign(second, Domain::Governance, &body),
        review: None,
    }
}

#[test]
fn two_keys_of_one_role_or_of_none_are_refused() {
    let world = World::new();
    let action = unaccredit(LAB, "closed");
    for (first, second) in [
        (PROPOSER, PROPOSER),
        (APPROVER, APPROVER),
        (APPROVER, PROPOSER),
        (PROPOSER, 99),
        (99, APPROVER),
    ] {
        let tx = Tx::Governance(Governance {
            sequence: 5,
            approvals: approvals(&world, &action, first, second),
            action: action.clone(),
        });
        let refused: Refusal = GovernanceRefusal::OneRole.into();
        assert_eq!(world.refusal(tx), refused, "{first} {second}");
    }
}

#[test]
fn each_of_the_two_signatures_must_be_over_this_action_and_number() {
    let world = World::new();
    let action = unaccredit(LAB, "closed");
    let good = approvals(&world, &action, PROPOSER, APPROVER);
    let other = approvals(&world, &unaccredit(GATE, "closed"), PROPOSER, APPROVER);
    let tx = |sequence, approvals: &Approvals| {
        Tx::Governance(Governance {
            sequence,
            approvals: approvals.clone(),
            action: action.clone(),
        })
    };
    let bad_proposal: Refusal = GovernanceRefusal::BadProposal.into();
    let mut mixed = good.clone();
    mixed.proposal = other.proposal;
    assert_eq!(world.refusal(tx(5, &mixed)), bad_proposal);
    let mut mixed = good.clone();
    mixed.approval = other.approval;
    let refused = world.refusal(tx(5, &mixed));
    assert_eq!(refused, GovernanceRefusal::BadApproval.into());
    assert_eq!(world.refusal(tx(6, &good)), bad_proposal);
}

#[test]
fn a_signed_action_counts_once_and_in_its_turn() {
    let mut world = World::new();
    let early = world.governance_at(7, unaccredit(GATE, "closed"));
    let due: Refusal = GovernanceRefusal::Sequence { due: 5 }.into();
    assert_eq!(world.refusal(early), due);
    let tx = world.governance(unaccredit(GATE, "closed"));
    world.accept_one(tx.clone());
    let due: Refusal = GovernanceRefusal::Sequence { due: 6 }.into();
    assert_eq!(world.refusal(tx), due);
}

#[test]
fn only_known_organisations_are_accredited_and_only_those_with_roles_lose_them() {
    let mut world = World::new();
    let unknown: Refusal = GovernanceRefusal::UnknownOrganisation.into();
    let accredit = |seed, role| {
        let did = did(seed);
        GovernanceAction::Accredit(Accredit { did, role })
    };
    let stranger = world.attempt(accredit(77, Role::Employer));
    assert_eq!(world.refusal(stranger), unknown);
    let venue = did(77);
    let nowhere = world.attempt(accredit(GATE, Role::Gate { venue }));
    assert_eq!(world.refusal(nowhere), unknown);
    let none = world.attempt(unaccredit(VENUE, "closed"));
    assert_eq!(world.refusal(none), GovernanceRefusal::NoRole.into());
    let silent = world.attempt(unaccredit(GATE, "  "));
    assert_eq!(world.refusal(silent).slug(), "no-reason");
    let tx = world.governance(unaccredit(GATE, "closed"));
    world.accept_one(tx);
    assert_eq!(
        world.refusal(Tx::AuditBatch(world.audit(1))).slug(),
        "not-accredited"
    );
}

#[test]
fn versions_of_a_policy_have_no_gaps_no_past_and_keep_their_order() {
    let mut world = World::new();
    world.advance(60_000);
    let publish = |policy| GovernanceAction::Policy(Box::new(policy));
    for version in [1, 3] {
        let tx = world.attempt(publish(world.policy(version)));
        let refused: Refusal = PublicationRefusal::PolicyVersionGap { due: 2 }.into();
        assert_eq!(world.refusal(tx), refused);
    }
    let mut past = world.policy(2);
    past.effective = Timestamp::new(world.now.get() - 1);
    let tx = world.attempt(publish(past));
    assert_eq!(world.refusal(tx), PublicationRefusal::EffectivePast.into());
    let mut late = world.policy(2);
    late.effective = world.now.plus_ms(MAX_LEAD_MS + 1);
    let tx = world.attempt(publish(late.clone()));
    let refused: Refusal = PublicationRefusal::EffectiveTooLate.into();
    assert_eq!(world.refusal(tx), refused);
    late.effective = world.now.plus_ms(MAX_LEAD_MS);
    let tx = world.attempt(publish(late));
    let proposal = world.chain.propose(world.now, vec![tx]).unwrap();
    assert_eq!(proposal.refused(), []);
    let mut later = world.policy(2);
    later.effective = world.now.plus_ms(3_600_000);
    let tx = world.governance(publish(later));
    world.accept_one(tx);
    let tx = world.attempt(publish(world.policy(3)));
    let refused: Refusal = PublicationRefusal::EffectiveBeforePredecessor.into();
    assert_eq!(world.refusal(tx), refused);
    let mut broken = world.policy(3);
    broken.thresholds.fever = 200;
    let tx = world.attempt(publish(broken));
    assert_eq!(world.refusal(tx).slug(), "parts-disagree");
}

#[test]
fn risk_lists_have_a_grace_in_which_the_one_before_is_in_force() {
    let mut world = World::new();
    let list = |version, effective, grace_ms| {
        GovernanceAction::RiskList(Box::new(RiskList {
            version,
            regions: Itinerary::default(),
            effective,
            grace_ms,
        }))
    };
    let tx = world.attempt(list(2, world.now, 0));
    let refused: Refusal = PublicationRefusal::RiskListVersionGap { due: 1 }.into();
    assert_eq!(world.refusal(tx), refused);
    let tx = world.governance(list(1, world.now, 60_000));
    world.accept_one(tx);
    let later = world.now.plus_ms(100_000);
    let tx = world.governance(list(2, later, 60_000));
    world.accept_one(tx);
    let in_force = |time| {
        let found = world
            .chain
            .state()
            .risk_list_in_force(time)
            .unwrap()
            .unwrap();
        let grace = found.in_grace.map(|l| l.list.version);
        (found.current.list.version, grace)
    };
    assert_eq!(in_force(world.now), (1, None));
    assert_eq!(in_force(later), (2, Some(1)));
    assert_eq!(in_force(later.plus_ms(59_999)), (2, Some(1)));
    assert_eq!(in_force(later.plus_ms(60_000)), (2, None));
    let state = world.chain.state();
    assert!(
        state
            .risk_list_in_force(Timestamp::new(5))
            .unwrap()
            .is_none()
    );
}

#[test]
fn an_emergency_version_ends_every_grace_before_it() {
    let mut world = World::new();
    for (version, grace_ms) in [(2, 3_600_000), (3, 0)] {
        world.advance(1_000);
        let mut policy = world.policy(version);
        policy.grace_ms = grace_ms;
        let tx = world.governance(GovernanceAction::Policy(Box::new(policy)));
        world.accept_one(tx);
    }
    let state = world.chain.state();
    let id = keys::PolicyId::new(1);
    let found = state.policy_in_force(id, world.now).unwrap().unwrap();
    assert_eq!(found.current.policy.reference.version, 3);
    assert_eq!(found.in_grace, None);
}

#[test]
fn the_regulator_reads_every_action_with_its_keys_evidence_clause_and_entry() {
    let mut world = World::new();
    let id = world.publish_notice(NoticeClass::CloseContact, None);
    let lift = GovernanceAction::NoticeLifted(NoticeLifted {
        notice: id,
        reason: "recovered".into(),
    });
    let tx = world.governance(lift);
    let entry = world.accept_one(tx).entries[0];
    let actions = world.chain.state().all(&keys::authority_actions()).unwrap();
    assert_eq!(actions.len(), 6);
    let numbers: Vec<u64> = actions.iter().map(|(_, a)| a.sequence.get()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    let notice = &actions[4].1;
    assert_eq!(
        notice.evidence(),
        Some(world.notice(NoticeClass::CloseContact, None).evidence)
    );
    assert_eq!(notice.clause(), Some("clause 39"));
    assert_eq!(
        (notice.approvals.proposer, notice.approvals.approver),
        (public(PROPOSER), public(APPROVER))
    );
    assert_eq!(actions[5].0, entry);
    assert_eq!(actions[5].1.clause(), Some("recovered"));
}

#[test]
fn what_no_decoder_would_read_back_does_not_enter_the_log() {
    let world = World::new();
    let long = world.attempt(unaccredit(LAB, &"a".repeat(401)));
    assert_eq!(world.refusal(long).slug(), "too-long");
    let list = RiskList {
        version: 1,
        regions: Itinerary::default(),
        effective: world.now,
        grace_ms: u32::MAX,
    };
    let tx = world.attempt(GovernanceAction::RiskList(Box::new(list)));
    assert_eq!(world.refusal(tx).slug(), "parts-disagree");
}
