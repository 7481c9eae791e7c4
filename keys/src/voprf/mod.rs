//! The person identifier `uid`: a value that depends on a person's ID number and on the keys of all three
//! evaluators, and that none of them, nor any two, can compute or reverse.
//!
//! RFC 9497 VOPRF(ristretto255, SHA-512). Trustee i evaluates the blinded number with its own key `k_i` and
//! proves it did (DLEQ against its published key). The registrar adds the three evaluated points, unblinds the sum
//! and hashes it as the RFC does, which is the RFC's output under the key `k_1 + k_2 + k_3`. A trustee that
//! evaluates with anything else is named.
//!
//! A trustee learns nothing of the number, but answers whoever it lets ask: limiting the number of requests of
//! each registrar is the service's task, and the only thing that stands between a registrar and a guess.

mod person;
mod registrar;
mod trustee;

pub use self::person::{PersonId, PersonIdError};
pub use self::registrar::Blinding;
pub use self::trustee::{Evaluation, UidKey, UidPublicKey};

pub use luyin_protocol::network::EVALUATORS;

type Suite = ::voprf::Ristretto255;

/// A blinded ID number on its way to the trustees: one canonical Ristretto point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blinded([u8; 32]);

impl Blinded {
    /// Takes the bytes off the wire; whether they are a point is checked at evaluation.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes for the wire.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Why an evaluation or its result was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VoprfError {
    /// The bytes are no canonical, non-identity point.
    #[error("not a valid blinded element")]
    BadBlinded,
    /// The bytes are no canonical, non-zero scalar.
    #[error("not a valid identifier key")]
    BadKey,
    /// The answer of this trustee (0, 1 or 2) is malformed or is not made with its published key.
    #[error("identifier trustee {0} answered falsely")]
    FalseTrustee(usize),
    /// Two trustees publish the same key, or the keys cancel.
    #[error("the trustees' keys are not independent")]
    BadKeys,
    /// The number could not be hashed to a point.
    #[error("the number cannot be blinded")]
    BadInput,
}

#[cfg(test)]
mod tests;
