//! How many persons an action may reach, and the third approval that what reaches many needs (clause 7.16a).
//!
//! Nobody knows what stands in a note, so the count is a bound: a version that asks more than the one before, by whatever
//! clause, may take the green of everyone who is enrolled. A notice reaches one person, beside those that the day's other
//! notices reached.

use super::refusal::GovernanceRefusal;
use super::{CheckError, Context};
use crate::state::keys::PolicyId;
use crate::state::{State, StateError, keys};
use luyin_protocol::policy::Policy;
use luyin_protocol::risk::RiskList;
use luyin_protocol::tightening::{of_list, of_policy};
use luyin_protocol::time::Day;
use luyin_protocol::tx::{Approvals, GovernanceAction, TxKind};

/// Two signatures reach as many as genesis says; whatever reaches more has a reviewer's too.
pub(super) fn check(
    state: &State<'_>,
    context: &Context<'_>,
    action: &GovernanceAction,
    approvals: &Approvals,
) -> Result<(), CheckError> {
    if approvals.review.is_some() {
        return Ok(());
    }
    let reach = persons_reached(state, context.time.day(), action)?;
    let two = context.network.parameters().two_reach;
    if reach > u64::from(two) {
        return Err(GovernanceRefusal::ThirdApproval { reach, two }.into());
    }
    Ok(())
}

/// How many persons may lose their green by an action on a day: a bound, not a count.
///
/// # Errors
/// [`StateError`].
pub fn persons_reached(
    state: &State<'_>,
    day: Day,
    action: &GovernanceAction,
) -> Result<u64, StateError> {
    let tighter = match action {
        GovernanceAction::Policy(policy) => {
            !of_policy(policy_before(state, policy)?.as_ref(), policy).is_empty()
        }
        GovernanceAction::RiskList(list) => !of_list(list_before(state)?.as_ref(), list).is_empty(),
        GovernanceAction::RiskNotice(_) => {
            return Ok(state.notices_on(day)?.plus(1).get());
        }
        GovernanceAction::Accredit(_)
        | GovernanceAction::Unaccredit(_)
        | GovernanceAction::NoticeLifted(_)
        | GovernanceAction::AppealAnswered(_) => false,
    };
    if tighter {
        Ok(state.count(TxKind::Enrol)?.get())
    } else {
        Ok(0)
    }
}

/// The direct predecessor, whether it has taken effect or not: to ask no more than it is to ask no more than any before.
fn policy_before(state: &State<'_>, policy: &Policy) -> Result<Option<Policy>, StateError> {
    let id = PolicyId::new(policy.reference.id);
    let Some(version) = state.get(&keys::policy_newest(id))? else {
        return Ok(None);
    };
    let found = state.get(&keys::policy(id, version))?;
    Ok(found.map(|published| published.policy))
}

fn list_before(state: &State<'_>) -> Result<Option<RiskList>, StateError> {
    let Some(version) = state.get(&keys::risk_list_newest())? else {
        return Ok(None);
    };
    let found = state.get(&keys::risk_list(version))?;
    Ok(found.map(|published| published.list))
}
