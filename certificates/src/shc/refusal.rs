//! Why a code or a JWS is not taken for a card.

use thiserror::Error;

use crate::Moment;
use crate::inflate::InflateFault;

/// One reason a card, the first that was met. The checks run in the order of the variants.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("this is no SMART Health Card: it does not begin with shc:/")]
    NotOurs,
    #[error("the numbers of the code's part are wrong: {0}")]
    Part(&'static str),
    #[error("parts of the code are missing: scan all {0}")]
    PartMissing(usize),
    #[error("the code is not made of pairs of digits from 00 to 77, or is too long")]
    Numeric,
    #[error("the text is no JWS of three parts, or is too long")]
    Jws,
    #[error("the JWS header is not {{ alg: ES256, zip: DEF, kid }}: {0}")]
    Header(&'static str),
    #[error("payload: {0}")]
    Deflate(#[from] InflateFault),
    #[error("the payload is no card: {0}")]
    Payload(&'static str),
    #[error("the issuer's URL does not begin with https://, or ends with /")]
    IssuerUrl,
    #[error("the payload is not typed as a health card")]
    NotAHealthCard,
    #[error("{0} is no number of seconds, or out of order")]
    Time(&'static str),
    #[error("the issuer {0} is not on the list")]
    UnknownIssuer(String),
    #[error("the issuer has no key {0}")]
    UnknownKey(String),
    #[error("the signature has not the 64 bytes of ES256")]
    SignatureForm,
    #[error("the content was altered, or another key signed it")]
    Altered,
    #[error("the card begins only at {0}")]
    NotYetValid(Moment),
    #[error("the card expired at {0}")]
    Expired(Moment),
    #[error("the issuer revoked the card")]
    Revoked,
}
