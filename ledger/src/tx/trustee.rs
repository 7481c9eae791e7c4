//! Trustees' signatures: keys of genesis, so no state is needed.

use super::refusal::{Refusal, TrusteeRefusal};
use crate::state::Network;
use luyin_protocol::escrow::{TrusteeIndex, TrusteeSignature, distinct};
use luyin_protocol::signature::Domain;

/// Whether enough distinct trustees signed. All given signatures must hold, also those beyond the number needed.
pub(super) fn check(
    network: &Network,
    signatures: &[TrusteeSignature],
    needed: usize,
    domain: Domain,
    body: impl Fn(TrusteeIndex) -> Vec<u8>,
) -> Result<(), Refusal> {
    if !distinct(signatures) {
        return Err(TrusteeRefusal::RepeatedTrustee.into());
    }
    let given = signatures.len();
    if given < needed {
        return Err(TrusteeRefusal::TooFewAcknowledgements { given, needed }.into());
    }
    for TrusteeSignature { trustee, signature } in signatures {
        let info = network.parameters().trustees.get(trustee.position());
        let unknown = TrusteeRefusal::UnknownTrusteeSignature(*trustee);
        let key = info.map(|i| &i.sign).ok_or(unknown.clone())?;
        key.verify(domain, network.id(), &body(*trustee), signature)
            .map_err(|_| unknown)?;
    }
    Ok(())
}
