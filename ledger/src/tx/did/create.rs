//! `DidCreate` (clause 7.11).

use crate::state::record::Version;
use crate::state::{Network, Place, State, StateError, keys};
use crate::tx::refusal::{IdentityRefusal, Refusal};
use crate::tx::{CheckError, Context};
use luyin_protocol::did::Did;
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::DidCreate;

/// The document's own controller signed it.
pub fn check_form(network: &Network, tx: &DidCreate) -> Result<(), Refusal> {
    let DidCreate {
        document,
        signature,
    } = tx;
    let body = DidCreate::body(document);
    let key = document.controller();
    key.verify(Domain::Transaction, network.id(), &body, signature)
        .map_err(|_| IdentityRefusal::BadSignature.into())
}

/// The name is new. A deactivated one is not given again.
pub fn check(state: &State<'_>, _: &Context<'_>, tx: &DidCreate) -> Result<(), CheckError> {
    let DidCreate {
        document,
        signature: _,
    } = tx;
    if state.has(&keys::did_head(Did::of(document)))? {
        return Err(IdentityRefusal::Exists.into());
    }
    Ok(())
}

/// Version 1.
pub fn apply(state: &mut State<'_>, at: Place, tx: &DidCreate) -> Result<(), StateError> {
    let DidCreate {
        document,
        signature: _,
    } = tx;
    state.put_document(Did::of(document), Version::new(1), document.clone(), at);
    Ok(())
}
