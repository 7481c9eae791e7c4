//! `AppealAnswered` (clause 7.16c).

use super::refusal::AppealRefusal;
use super::{CheckError, Context, notice};
use crate::log::merkle::EntryIndex;
use crate::state::notice::PublishedNotice;
use crate::state::{Place, State, StateError, keys};
use luyin_protocol::appeal::AppealOutcome;
use luyin_protocol::risk::NoticeId;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{AppealAnswered, Approvals, Review};

/// The appeal is there, against that notice, and open; somebody else than the notice's own signers reviewed it. What is
/// granted ends the notice, where it still stands, by the rules of lifting.
pub(super) fn check(
    state: &State<'_>,
    context: &Context<'_>,
    answered: &AppealAnswered,
    approvals: &Approvals,
) -> Result<(), CheckError> {
    let AppealAnswered {
        appeal,
        notice,
        outcome,
        reason: _,
    } = answered;
    let entry = EntryIndex::new(appeal.0);
    let filed = state.get(&keys::appeal(entry))?;
    if filed.is_none_or(|filed| filed.body.notice != *notice) {
        return Err(AppealRefusal::Unknown.into());
    }
    if !state.has(&keys::open_appeal(entry))? {
        return Err(AppealRefusal::Answered.into());
    }
    let published = state.get(&keys::notice(*notice))?;
    let published = published.ok_or(StateError::Contradiction("an appeal without its notice"))?;
    check_review(state, context, &published, approvals)?;
    match outcome {
        AppealOutcome::Granted if stands(state, *notice, context.time)? => {
            notice::check_lift(state, context, *notice)
        }
        AppealOutcome::Granted | AppealOutcome::Refused => Ok(()),
    }
}

/// One that is over by its last day has nothing left to end; whoever appealed is told all the same who was right. An
/// open appeal's notice was not lifted, or lifting it had settled the appeal.
fn stands(state: &State<'_>, notice: NoticeId, time: Timestamp) -> Result<bool, StateError> {
    Ok(state.standing_notice(notice, time.day())?.is_some())
}

/// Where there are reviewers, one reviews; where one of several reviewed the notice, another does.
fn check_review(
    state: &State<'_>,
    context: &Context<'_>,
    published: &PublishedNotice,
    approvals: &Approvals,
) -> Result<(), CheckError> {
    let reviewers = &context.network.parameters().reviewers;
    if reviewers.is_empty() {
        return Ok(());
    }
    let Some(Review { reviewer, .. }) = &approvals.review else {
        return Err(AppealRefusal::NotReviewed.into());
    };
    let action = state.get(&keys::authority_action(published.entry))?;
    let before = action.and_then(|action| action.approvals.review);
    if reviewers.len() > 1 && before.is_some_and(|review| review.reviewer == *reviewer) {
        return Err(AppealRefusal::SameReviewer.into());
    }
    Ok(())
}

/// Settles the appeal, and ends the notice where it is granted.
pub(super) fn apply(
    state: &mut State<'_>,
    at: Place,
    answered: &AppealAnswered,
) -> Result<(), StateError> {
    let AppealAnswered {
        appeal,
        notice,
        outcome,
        reason: _,
    } = answered;
    state.settle_appeal(EntryIndex::new(appeal.0), (*outcome).into(), at)?;
    match outcome {
        AppealOutcome::Granted if stands(state, *notice, at.time)? => state.put_lifted(*notice, at),
        AppealOutcome::Granted | AppealOutcome::Refused => Ok(()),
    }
}
