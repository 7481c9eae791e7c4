//! HTTP message signatures (RFC 9421, `ed25519`) with content digests (RFC 9530, `sha-256`), in the one profile of
//! protocol clause 9.2. The signing side, which clients use, and the verifying side stand together.

mod base;
mod digest;
mod input;
mod sign;
mod verify;

#[cfg(test)]
mod tests;

pub use base::{Component, Message};
pub use digest::content_digest;
pub use input::SignatureInput;
pub use sign::{Nonce, SignedHeaders, sign};
pub use verify::{LIFETIME_S, Presented, SKEW_S, SignatureError};

/// Name of the header that carries the digest of the body.
pub const CONTENT_DIGEST: &str = "content-digest";
/// Name of the header that says what is signed.
pub const SIGNATURE_INPUT: &str = "signature-input";
/// Name of the header that carries the signature.
pub const SIGNATURE: &str = "signature";
/// The algorithm's registered name.
pub const ALGORITHM: &str = "ed25519";
/// The label under which we sign; any label is accepted.
const LABEL: &str = "luyin";
