//! `Appeal` (clause 7.16b): the person whom a notice is about, and nobody else, says so.

use super::refusal::{AppealRefusal, Refusal};
use super::{CheckError, Context, notice, spend};
use crate::state::{Network, Place, State, StateError, keys};
use ark_bn254::Fr;
use luyin_protocol::scope;
use luyin_protocol::tx::{Appeal, AppealBody};

/// Nothing to be said without the state: its parts have no form beyond their bytes.
pub fn check_form(_: &Network, tx: &Appeal) -> Result<(), Refusal> {
    let Appeal {
        body: _,
        nym: _,
        proof: _,
    } = tx;
    Ok(())
}

/// The notice stands, the day is open and released for it, the epoch is accepted, and the person has not appealed yet.
pub fn check(state: &State<'_>, context: &Context<'_>, tx: &Appeal) -> Result<(), CheckError> {
    let Appeal {
        body,
        nym,
        proof: _,
    } = tx;
    let AppealBody {
        notice,
        day,
        root,
        reason: _,
        statement: _,
    } = body;
    notice::standing(state, context, *notice)?;
    spend::check_day(context, *day)?;
    if !state.has(&keys::release(*notice, *day))? {
        return Err(AppealRefusal::NotReleased.into());
    }
    spend::check_epoch(state, context, root.epoch())?;
    if state.has(&keys::appeal_of(*notice, *nym))? {
        return Err(AppealRefusal::Repeated.into());
    }
    Ok(())
}

/// Files it.
pub fn apply(state: &mut State<'_>, at: Place, tx: &Appeal) -> Result<(), StateError> {
    state.put_appeal(tx, at);
    Ok(())
}

/// Clause 5.6, with the tag of the value that was released for the notice and the day: no other note's proof holds for it.
pub fn public_inputs(state: &State<'_>, tx: &Appeal) -> Result<Vec<Fr>, CheckError> {
    let body = &tx.body;
    let genesis = state.get(&keys::genesis())?;
    let genesis = genesis.ok_or(StateError::Contradiction("no founding data"))?;
    let network = genesis.id();
    let released = state.get(&keys::release(body.notice, body.day))?;
    let released = released.ok_or(AppealRefusal::NotReleased)?;
    let rtag = scope::revocation_tag(released.values.handle, body.scope(&network));
    let root = spend::note_root(state, body.root)?;
    Ok(tx.public_inputs(&network, root, rtag).to_vec())
}
