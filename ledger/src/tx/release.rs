//! `Release`: three trustees' values for one day of a notice (clause 7.17).

use super::refusal::{NoticeRefusal, Refusal};
use super::{CheckError, Context, notice, trustee};
use crate::state::{Network, Place, State, StateError, keys};
use luyin_protocol::codec::Canonical;
use luyin_protocol::network::RELEASES_NEEDED;
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::Release;

/// Three distinct trustees signed the values.
pub fn check_form(network: &Network, tx: &Release) -> Result<(), Refusal> {
    let Release { values, signatures } = tx;
    let body = values.to_vec();
    let body = |_| body.clone();
    trustee::check(network, signatures, RELEASES_NEEDED, Domain::Release, body)
}

/// The notice stands and covers the day, which is not past and not released yet.
///
/// A past day's values would refuse nothing any more and only show where somebody was: past days stay unlinkable.
pub fn check(state: &State<'_>, context: &Context<'_>, tx: &Release) -> Result<(), CheckError> {
    let Release {
        values,
        signatures: _,
    } = tx;
    let found = notice::standing(state, context, values.notice)?;
    if !found.notice.covers(values.day) {
        return Err(NoticeRefusal::ReleaseOutsideNotice.into());
    }
    if values.day < context.time.day() {
        return Err(NoticeRefusal::ReleaseOfThePast.into());
    }
    if state.has(&keys::release(values.notice, values.day))? {
        return Err(NoticeRefusal::ReleaseRepeated.into());
    }
    Ok(())
}

/// The day's values, and the check-in tags that they refuse.
pub fn apply(state: &mut State<'_>, at: Place, tx: &Release) -> Result<(), StateError> {
    let Release {
        values,
        signatures: _,
    } = tx;
    state.put_release(values.clone(), at);
    Ok(())
}
