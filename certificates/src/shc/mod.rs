//! SMART Health Cards: `shc:/` in a square code or a JWS in a file, signed with ES256 by an issuer on a
//! list, with a deflated payload that holds a FHIR bundle.
//!
//! The issuer is who the card says, its keys are those that the list gives for it, and of those the one
//! that the card's `kid` names. A key is taken onto a list only if its `kid` is its thumbprint (RFC 7638).
//! Chains of certificates (`x5c`) are not followed: who makes the list decides whom to trust. The first
//! certificate must be for the key and for the issuer's URL. What the bundle says is not judged here.

mod base64url;
mod card;
mod file;
mod issuer;
mod jws;
mod key;
mod numeric;
mod refusal;
mod revocations;

#[cfg(test)]
mod tests;

pub use card::Card;
pub use file::{cards_of_file, cards_of_parameters};
pub use issuer::{Issuer, IssuerFault, IssuerList};
pub use jws::Jws;
pub use key::{IssuerKey, JwkFault};
pub use numeric::jws_of_codes;
pub use refusal::Refusal;
pub use revocations::{Revocations, RevocationsFault};

use crate::Moment;
use crate::signature::{Algorithm, SignatureFault};

/// What a check is made against.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'a> {
    pub issuers: &'a IssuerList,
    pub clock: Moment,
}

impl Verifier<'_> {
    /// The card in one square code, or in the parts of an older one, in any order.
    pub fn verify_codes(&self, codes: &[&str]) -> Result<Card, Refusal> {
        self.verify(&jws_of_codes(codes)?)
    }

    /// The card in a JWS, or the first reason against it.
    pub fn verify(&self, jws: &str) -> Result<Card, Refusal> {
        let jws = Jws::read(jws)?;
        let card = Card::read(jws.payload())?;
        let issuer = self.issuers.named(card.issuer());
        let issuer = issuer.ok_or_else(|| Refusal::UnknownIssuer(card.issuer().to_owned()))?;
        let key = issuer.key(jws.key_id());
        let key = key.ok_or_else(|| Refusal::UnknownKey(jws.key_id().to_owned()))?;
        key.verifying_key()
            .verify(Algorithm::Es256, jws.signed(), jws.signature())
            .map_err(|fault| match fault {
                SignatureFault::Length => Refusal::SignatureForm,
                SignatureFault::Algorithm | SignatureFault::Mismatch => Refusal::Altered,
            })?;
        card.check_time(self.clock)?;
        if issuer.has_revoked(&card, key.id()) {
            return Err(Refusal::Revoked);
        }
        Ok(card)
    }
}
