//! Governance: two keys of different roles of genesis, one number each (clause 7.14). What the actions demand is in
//! `publication` (policies, risk lists), `notice` and `answer` (appeals), when a third key is needed in `reach`.

use super::refusal::{FormRefusal, GovernanceRefusal, Refusal};
use super::{CheckError, Context, answer, notice, publication, reach};
use crate::state::accreditation::RoleSlot;
use crate::state::identity::Resolution;
use crate::state::{Network, Place, State, StateError, keys};
use luyin_protocol::did::Did;
use luyin_protocol::risk::MAX_CLAUSE;
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::{
    Accredit, Approvals, Governance, GovernanceAction, NoticeLifted, Review, Role, Unaccredit,
};

/// One proposer and one approver of genesis signed number and action; if there is a third signature, a reviewer did too.
pub fn check_form(network: &Network, tx: &Governance) -> Result<(), Refusal> {
    let Governance {
        sequence,
        action,
        approvals,
    } = tx;
    let Approvals {
        proposer,
        proposal,
        approver,
        approval,
        review,
    } = approvals;
    let roles = network.parameters();
    if !roles.proposers.contains(proposer) || !roles.approvers.contains(approver) {
        return Err(GovernanceRefusal::OneRole.into());
    }
    let body = Governance::body(*sequence, action);
    proposer
        .verify(Domain::Governance, network.id(), &body, proposal)
        .map_err(|_| GovernanceRefusal::BadProposal)?;
    approver
        .verify(Domain::Governance, network.id(), &body, approval)
        .map_err(|_| GovernanceRefusal::BadApproval)?;
    if let Some(Review {
        reviewer,
        signature,
    }) = review
    {
        if !roles.reviewers.contains(reviewer) {
            return Err(GovernanceRefusal::NoReviewer.into());
        }
        reviewer
            .verify(Domain::Governance, network.id(), &body, signature)
            .map_err(|_| GovernanceRefusal::BadReview)?;
    }
    check_action_form(action)
}

fn check_action_form(action: &GovernanceAction) -> Result<(), Refusal> {
    let parts = |checked: Result<(), _>| checked.map_err(|_| FormRefusal::PartsDisagree.into());
    match action {
        GovernanceAction::Accredit(_) => Ok(()),
        GovernanceAction::RiskList(list) => publication::leaves_a_region(list),
        GovernanceAction::Policy(policy) => parts(policy.check()),
        GovernanceAction::RiskNotice(notice) => {
            notice::check_grounds(notice)?;
            parts(notice.check())
        }
        GovernanceAction::Unaccredit(Unaccredit { did: _, reason }) => stated(reason),
        GovernanceAction::NoticeLifted(lifted) => stated(&lifted.reason),
        GovernanceAction::AppealAnswered(answered) => stated(&answered.reason),
    }
}

/// A reason has words, and not too many.
pub(super) fn stated(reason: &str) -> Result<(), Refusal> {
    if reason.len() > MAX_CLAUSE {
        return Err(FormRefusal::TooLong.into());
    }
    if reason.trim().is_empty() {
        return Err(FormRefusal::NoReason.into());
    }
    Ok(())
}

/// The number is the next one, and the action fits the state.
pub fn check(state: &State<'_>, context: &Context<'_>, tx: &Governance) -> Result<(), CheckError> {
    let Governance {
        sequence,
        action,
        approvals,
    } = tx;
    let due = state.next_governance_sequence()?.get();
    if *sequence != due {
        return Err(GovernanceRefusal::Sequence { due }.into());
    }
    check_action(state, context, action, approvals)?;
    reach::check(state, context, action, approvals)
}

fn check_action(
    state: &State<'_>,
    context: &Context<'_>,
    action: &GovernanceAction,
    approvals: &Approvals,
) -> Result<(), CheckError> {
    match action {
        GovernanceAction::Accredit(accredit) => check_accredit(state, accredit),
        GovernanceAction::Unaccredit(Unaccredit { did, reason: _ }) => {
            check_unaccredit(state, *did)
        }
        GovernanceAction::Policy(policy) => publication::check_policy(state, context, policy),
        GovernanceAction::RiskList(list) => publication::check_risk_list(state, context, list),
        GovernanceAction::RiskNotice(notice) => notice::check_publish(state, context, notice),
        GovernanceAction::NoticeLifted(NoticeLifted { notice, reason: _ }) => {
            notice::check_lift(state, context, *notice)
        }
        GovernanceAction::AppealAnswered(answered) => {
            answer::check(state, context, answered, approvals)
        }
    }
}

fn check_accredit(state: &State<'_>, accredit: &Accredit) -> Result<(), CheckError> {
    let Accredit { did, role } = accredit;
    active(state, *did)?;
    match role {
        Role::Gate { venue } => active(state, *venue),
        Role::Registrar { .. } | Role::Attester { .. } | Role::Employer | Role::Regulator => Ok(()),
    }
}

fn active(state: &State<'_>, did: Did) -> Result<(), CheckError> {
    match state.resolve(did)? {
        Resolution::Active(..) => Ok(()),
        Resolution::Deactivated(_) | Resolution::Unknown => {
            Err(GovernanceRefusal::UnknownOrganisation.into())
        }
    }
}

fn check_unaccredit(state: &State<'_>, did: Did) -> Result<(), CheckError> {
    if state
        .page(&keys::accreditations_of(did), None, 1)?
        .is_empty()
    {
        return Err(GovernanceRefusal::NoRole.into());
    }
    Ok(())
}

/// Takes the number, keeps the action for the regulator, and does it.
pub fn apply(state: &mut State<'_>, at: Place, tx: &Governance) -> Result<(), StateError> {
    let Governance {
        sequence: _,
        action,
        approvals: _,
    } = tx;
    state.put_action(tx, at);
    match action {
        GovernanceAction::Accredit(Accredit { did, role }) => {
            state.put_accreditation(*did, role.clone(), at);
        }
        GovernanceAction::Unaccredit(Unaccredit { did, reason: _ }) => {
            return unaccredit(state, at, *did);
        }
        GovernanceAction::Policy(policy) => state.put_policy(policy.as_ref().clone(), at),
        GovernanceAction::RiskList(list) => state.put_risk_list(list.as_ref().clone(), at),
        GovernanceAction::RiskNotice(notice) => return state.put_notice(notice.clone(), at),
        GovernanceAction::NoticeLifted(lifted) => return state.put_lifted(lifted.notice, at),
        GovernanceAction::AppealAnswered(answered) => return answer::apply(state, at, answered),
    }
    Ok(())
}

/// All roles end, and what an attester stated on live days is withdrawn.
fn unaccredit(state: &mut State<'_>, at: Place, did: Did) -> Result<(), StateError> {
    for (slot, _) in state.all(&keys::accreditations_of(did))? {
        state.delete(&keys::accreditation(did, slot));
        if matches!(slot, RoleSlot::Attester(_)) {
            state.withdraw_issuer(did, at.time.day())?;
        }
    }
    Ok(())
}
