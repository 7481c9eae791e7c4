//! Signing: the validator's key, the guard before it, and what the engine sees of both.

mod ballot;
mod guard;
mod guarded;
#[cfg(feature = "engine")]
mod token;
mod verifier;

pub use ballot::{Ballot, Step};
pub use guard::{Guard, GuardError};
pub use guarded::GuardedSigner;
#[cfg(feature = "engine")]
pub use token::{TokenPlace, TokenSigner};
pub use verifier::Verifier;

use luyin_keys::signing::SigningKey;
use luyin_protocol::signature::{PublicKey, Signature};
use thiserror::Error;

/// The key did not sign.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the signer refuses: {0}")]
pub struct SignerError(pub String);

/// The validator's key, wherever it is kept. The messages carry use and network already.
pub trait VoteSigner: Send + Sync {
    /// The public half.
    fn public(&self) -> PublicKey;

    /// Signs a message with Ed25519, deterministically (RFC 8032): one message has one signature.
    ///
    /// # Errors
    /// [`SignerError`] if the key is out of reach.
    fn sign(&self, message: &[u8]) -> Result<Signature, SignerError>;
}

impl VoteSigner for SigningKey {
    fn public(&self) -> PublicKey {
        Self::public(self)
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        Ok(self.sign_raw(message))
    }
}

#[cfg(test)]
pub(crate) mod tests;
