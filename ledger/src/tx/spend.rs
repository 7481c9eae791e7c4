//! What check-ins and absorptions have in common, and in part appeals: an open day, an epoch, a note that is spent once.

use super::refusal::SpendRefusal;
use super::{CheckError, Context};
use crate::state::epoch::EpochStanding;
use crate::state::note::Spend;
use crate::state::record::EpochNumber;
use crate::state::{Place, State, StateError, keys};
use luyin_protocol::field::{EpochRoot, NoteCommitment, Nullifier};
use luyin_protocol::time::Day;
use luyin_protocol::tx::NoteRoot;

/// The epoch is accepted at the block's time.
pub(super) fn check_epoch(
    state: &State<'_>,
    context: &Context<'_>,
    epoch: u32,
) -> Result<(), CheckError> {
    let cadence = &context.network.parameters().cadence;
    let number = EpochNumber::new(epoch);
    match state.epoch_standing(cadence, number, context.time)? {
        EpochStanding::Accepted(_) => Ok(()),
        EpochStanding::OutOfWindow => Err(SpendRefusal::EpochOutOfWindow.into()),
        EpochStanding::Unknown => Err(SpendRefusal::UnknownEpoch.into()),
    }
}

/// Today, or yesterday in the grace of its last slot.
pub(super) fn check_day(context: &Context<'_>, day: Day) -> Result<(), CheckError> {
    let today = context.time.day();
    let grace = u64::from(context.network.parameters().cadence.slot_grace_ms);
    let late = day == today.minus(1) && context.time.since_midnight_ms() < grace;
    if day == today || late {
        Ok(())
    } else {
        Err(SpendRefusal::DayNotOpen.into())
    }
}

/// The root that a check-in or an appeal names.
pub(super) fn note_root(state: &State<'_>, root: NoteRoot) -> Result<EpochRoot, CheckError> {
    match root {
        NoteRoot::Epoch(epoch) => self::root(state, epoch),
        NoteRoot::Archive { epoch, group } => {
            let found = state.archive_root(EpochNumber::new(epoch), group)?;
            Ok(found.ok_or(SpendRefusal::UnknownArchive)?)
        }
    }
}

/// The root behind an epoch's number.
pub(super) fn root(state: &State<'_>, epoch: u32) -> Result<EpochRoot, CheckError> {
    let found = state.get(&keys::epoch(EpochNumber::new(epoch)))?;
    let epoch = found.ok_or(SpendRefusal::UnknownEpoch)?;
    Ok(epoch.root)
}

/// The note is not spent.
pub(super) fn check_unspent(state: &State<'_>, nf: Nullifier) -> Result<(), CheckError> {
    if state.spend(nf)?.is_some() {
        return Err(SpendRefusal::RepeatedNullifier.into());
    }
    Ok(())
}

/// Spends a note and adds the next.
pub(super) fn apply(
    state: &mut State<'_>,
    at: Place,
    nf: Nullifier,
    cm_new: NoteCommitment,
) -> Result<(), StateError> {
    let next = state.append_note(cm_new)?;
    let entry = at.entry;
    state.put_spend(nf, &Spend { entry, next });
    Ok(())
}
