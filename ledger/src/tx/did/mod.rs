//! Identifiers: creation, new versions, the end.

pub(super) mod create;
pub(super) mod deactivate;
pub(super) mod update;

use super::CheckError;
use super::refusal::{IdentityRefusal, SignerRefusal};
use crate::state::identity::Resolution;
use crate::state::{State, identity::DidVersion, record::Version};
use luyin_protocol::did::{Did, DocumentHash};

/// The newest version, if `previous` names it.
fn newest(
    state: &State<'_>,
    did: Did,
    previous: DocumentHash,
) -> Result<(Version, Box<DidVersion>), CheckError> {
    match state.resolve(did)? {
        Resolution::Active(number, version) if version.document.hash() == previous => {
            Ok((number, version))
        }
        Resolution::Active(..) => Err(IdentityRefusal::NotNewest.into()),
        Resolution::Deactivated(_) => Err(SignerRefusal::Deactivated.into()),
        Resolution::Unknown => Err(SignerRefusal::UnknownDid.into()),
    }
}
