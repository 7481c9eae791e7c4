//! `DidDeactivate` (clause 7.13).

use super::newest;
use crate::state::{Network, Place, State, StateError};
use crate::tx::refusal::Refusal;
use crate::tx::signer::Signed;
use crate::tx::{CheckError, Context};
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::DidDeactivate;

/// Nothing to be said without the state.
pub fn check_form(_: &Network, tx: &DidDeactivate) -> Result<(), Refusal> {
    let DidDeactivate {
        did: _,
        previous: _,
        signature: _,
    } = tx;
    Ok(())
}

/// It names the newest version, whose controller signed it.
pub fn check(
    state: &State<'_>,
    context: &Context<'_>,
    tx: &DidDeactivate,
) -> Result<(), CheckError> {
    let DidDeactivate {
        did,
        previous,
        signature,
    } = tx;
    newest(state, *did, *previous)?;
    let signed = Signed {
        did: *did,
        domain: Domain::Transaction,
        body: DidDeactivate::body(did, previous),
        signature,
    };
    signed.check(state, context)
}

/// The end; no version follows.
pub fn apply(state: &mut State<'_>, at: Place, tx: &DidDeactivate) -> Result<(), StateError> {
    let DidDeactivate {
        did,
        previous: _,
        signature: _,
    } = tx;
    state.put_end(*did, at);
    Ok(())
}
