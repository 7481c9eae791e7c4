//! Risk notices: published once, lifted once (clause 7.16).

use super::refusal::NoticeRefusal;
use super::{CheckError, Context};
use crate::state::notice::PublishedNotice;
use crate::state::{State, keys};
use luyin_protocol::note::MAX_SLEEP_DAYS;
use luyin_protocol::risk::{NoGrounds, NoticeClass, NoticeId, RiskNotice};

/// Evidence of a kind that fits, and a clause, each missing one by its name.
pub(super) fn check_grounds(notice: &RiskNotice) -> Result<(), NoticeRefusal> {
    notice.check_grounds().map_err(|missing| match missing {
        NoGrounds::Evidence => NoticeRefusal::NoEvidence,
        NoGrounds::EvidenceKind => NoticeRefusal::EvidenceKind,
        NoGrounds::Clause => NoticeRefusal::NoClause,
    })
}

pub(super) fn check_publish(
    state: &State<'_>,
    context: &Context<'_>,
    notice: &RiskNotice,
) -> Result<(), CheckError> {
    if notice.until < context.time.day() {
        return Err(NoticeRefusal::NoticeOver.into());
    }
    let needed = context.time.day().plus(MAX_SLEEP_DAYS);
    if notice.class == NoticeClass::Superseded && notice.until < needed {
        // It would end before the old note has slept too long to check in, and nobody could enrol again under it.
        return Err(NoticeRefusal::NoticeTooShort.into());
    }
    if state.has(&keys::notice(notice.id()))? {
        return Err(NoticeRefusal::NoticeRepeated.into());
    }
    Ok(())
}

pub(super) fn check_lift(
    state: &State<'_>,
    context: &Context<'_>,
    notice: NoticeId,
) -> Result<(), CheckError> {
    let found = standing(state, context, notice)?;
    if let Some(uid) = found.notice.uid {
        let enrolment = state.get(&keys::enrolment(uid))?;
        // It has served: lifting it would let the old note check in beside the one that took its place.
        if enrolment.is_some_and(|latest| latest.entry > found.entry) {
            return Err(NoticeRefusal::NoticeOver.into());
        }
    }
    Ok(())
}

/// The notice, if it is known, not lifted and not over.
pub(super) fn standing(
    state: &State<'_>,
    context: &Context<'_>,
    id: NoticeId,
) -> Result<PublishedNotice, CheckError> {
    let Some(found) = state.get(&keys::notice(id))? else {
        return Err(NoticeRefusal::NoticeUnknown.into());
    };
    if state.has(&keys::notice_lifted(id))? {
        return Err(NoticeRefusal::NoticeLifted.into());
    }
    if found.notice.until < context.time.day() {
        return Err(NoticeRefusal::NoticeOver.into());
    }
    Ok(found)
}
