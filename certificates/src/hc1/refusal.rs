//! Why a code is not taken for a certificate.

use thiserror::Error;

use super::schema::SchemaFault;
use super::statement::Kind;
use crate::Moment;
use crate::inflate::InflateFault;

/// One reason a code, the first that was met. The checks run in the order of the variants.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("this is no HC1 code: it does not begin with HC1:")]
    NotOurs,
    #[error("the code is longer than a square code can be")]
    TooLong,
    #[error("the text after HC1: is not base45; scan the code again")]
    Base45,
    #[error("zlib: {0}")]
    Zlib(#[from] InflateFault),
    #[error("the bytes are no COSE_Sign1 message")]
    Cose,
    #[error("the message is signed with an algorithm other than ES256 and PS256, or names none")]
    Algorithm,
    #[error("the message does not say whose key signed it")]
    NoKeyNamed,
    #[error("no key {0} stands on the trust list; fetch the list anew, or do not trust the issuer")]
    UnknownKey(String),
    #[error("the algorithm named is not the key's")]
    WrongAlgorithm,
    #[error("the signature has not the length that its algorithm gives")]
    SignatureForm,
    #[error("the content was altered, or another key signed it")]
    Altered,
    #[error("the signed bytes are not CBOR of a certificate: {0}")]
    Cbor(&'static str),
    #[error("the certificate claims no {0}")]
    ClaimMissing(&'static str),
    #[error("the certificate begins only at {0}")]
    NotYetValid(Moment),
    #[error("the certificate expired at {0}")]
    Expired(Moment),
    #[error("the payload is against the schema: {0}")]
    Schema(#[from] SchemaFault),
    #[error("the signer's key may not sign a certificate of {0}")]
    KeyUsage(Kind),
    #[error("the certificate was revoked")]
    Revoked,
}
