//! The EU Digital COVID Certificate, as its square code shows it: `HC1:`, base45, zlib, COSE_Sign1 with
//! ES256 or PS256, CWT claims, and a payload by the JSON schema 1.x.
//!
//! **Which key.** A message names its key by `kid`, the first eight bytes of SHA-256 over the signer's
//! X.509 certificate. The one in the protected header decides. Only where the protected header has none
//! does the unprotected one count (Germany issued such codes); an unprotected `kid` beside a protected
//! one is not looked at, right or wrong. The same holds for the algorithm, which must also be the key's
//! own. Nothing that is not signed can thus replace what is, and no key is tried that was not named.
//!
//! **The signer's own certificate** is taken as the trust list gives it: whoever makes the list decides
//! how long a signer stands on it.

pub(crate) mod cbor;
mod certificate;
mod claims;
pub mod code;
mod envelope;
mod key_id;
mod refusal;
mod revoked;
pub mod schema;
mod statement;
mod trust;

#[cfg(test)]
mod tests;

pub use certificate::Certificate;
pub use claims::Claims;
pub use envelope::Envelope;
pub use key_id::KeyId;
pub use refusal::Refusal;
pub use revoked::RevocationList;
pub use schema::SchemaFault;
pub use statement::Kind;
pub use trust::{Signer, SignerFault, TrustList};

use crate::Moment;

/// What a check is made against.
#[derive(Clone, Copy, Debug)]
pub struct Verifier<'a> {
    pub trust: &'a TrustList,
    pub revoked: &'a RevocationList,
    pub clock: Moment,
}

impl Verifier<'_> {
    /// The certificate behind the text of a square code, or the first reason against it.
    pub fn verify(&self, code: &str) -> Result<Certificate, Refusal> {
        let envelope = Envelope::read(&code::message(code)?)?;
        let signer = envelope.signer(self.trust)?;
        let claims = Claims::read(envelope.payload())?;
        claims.check_time(self.clock)?;
        let kind = schema::check(claims.payload(), claims.issued())?;
        if !signer.may_sign(kind) {
            return Err(Refusal::KeyUsage(kind));
        }
        let certificate = Certificate::new(claims, kind, envelope.is_key_name_signed());
        if self.revoked.holds(&certificate, &envelope) {
            return Err(Refusal::Revoked);
        }
        Ok(certificate)
    }
}
