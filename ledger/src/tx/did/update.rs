//! `DidUpdate` (clause 7.12).

use super::newest;
use crate::state::{Network, Place, State, StateError, keys};
use crate::tx::refusal::{FormRefusal, Refusal};
use crate::tx::signer::Signed;
use crate::tx::{CheckError, Context};
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::DidUpdate;

/// The new version differs from the one it follows.
pub fn check_form(_: &Network, tx: &DidUpdate) -> Result<(), Refusal> {
    let DidUpdate {
        did: _,
        previous,
        document,
        signature: _,
    } = tx;
    if document.hash() == *previous {
        return Err(FormRefusal::RepeatedItem.into());
    }
    Ok(())
}

/// It follows the newest version, whose controller signed it.
pub fn check(state: &State<'_>, context: &Context<'_>, tx: &DidUpdate) -> Result<(), CheckError> {
    let DidUpdate {
        did,
        previous,
        document,
        signature,
    } = tx;
    newest(state, *did, *previous)?;
    let signed = Signed {
        did: *did,
        domain: Domain::Transaction,
        body: DidUpdate::body(did, previous, document),
        signature,
    };
    signed.check(state, context)
}

/// The next version.
pub fn apply(state: &mut State<'_>, at: Place, tx: &DidUpdate) -> Result<(), StateError> {
    let DidUpdate {
        did,
        previous: _,
        document,
        signature: _,
    } = tx;
    let head = state.get(&keys::did_head(*did))?;
    let newest = head.ok_or(StateError::Contradiction("an update without a head"))?;
    let next = newest.newest.next().ok_or(StateError::Full("versions"))?;
    state.put_document(*did, next, document.clone(), at);
    Ok(())
}
