//! Organisations that sign: who they are, and what they may do on a day.

use super::refusal::{Refusal, SignerRefusal};
use super::{CheckError, Context};
use crate::state::accreditation::{Accreditation, RoleSlot};
use crate::state::identity::Resolution;
use crate::state::{State, keys};
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::signature::{Domain, Signature};
use luyin_protocol::time::Day;
use luyin_protocol::tx::Role;

/// What an organisation signed.
pub(super) struct Signed<'a> {
    pub did: Did,
    pub domain: Domain,
    pub body: Vec<u8>,
    pub signature: &'a Signature,
}

impl Signed<'_> {
    /// Checks the signature against the document that holds now.
    pub fn check(&self, state: &State<'_>, context: &Context<'_>) -> Result<(), CheckError> {
        let document = active(state, self.did)?;
        let Self {
            did: _,
            domain,
            body,
            signature,
        } = self;
        document
            .controller()
            .verify(*domain, context.network.id(), body, signature)
            .map_err(|_| SignerRefusal::BadSignature.into())
    }
}

/// The document of an identifier that is not deactivated.
pub(super) fn active(state: &State<'_>, did: Did) -> Result<DidDocument, CheckError> {
    match state.resolve(did)? {
        Resolution::Active(_, version) => Ok(version.document),
        Resolution::Deactivated(_) => Err(SignerRefusal::Deactivated.into()),
        Resolution::Unknown => Err(SignerRefusal::UnknownDid.into()),
    }
}

/// The accreditation for a role.
pub(super) fn accredited(
    state: &State<'_>,
    did: Did,
    slot: RoleSlot,
) -> Result<Accreditation, CheckError> {
    let found = state.get(&keys::accreditation(did, slot))?;
    found.ok_or(SignerRefusal::NotAccredited.into())
}

/// Whether the day's quota takes `n` more.
pub(super) fn within_quota(
    state: &State<'_>,
    did: Did,
    slot: RoleSlot,
    day: Day,
    n: u64,
) -> Result<(), CheckError> {
    let quota = match accredited(state, did, slot)?.role {
        Role::Registrar { quota } | Role::Attester { quota, .. } => quota.0,
        Role::Gate { .. } | Role::Employer | Role::Regulator => return Ok(()),
    };
    if state.used(did, slot, day)?.plus(n).get() > quota.into() {
        return Err(Refusal::from(SignerRefusal::QuotaExceeded { quota }).into());
    }
    Ok(())
}
