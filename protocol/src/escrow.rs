//! Escrow of the revocation handle: what trustees sign (protocol section 3).

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::field::{Owner, ShareCommitment};
use crate::network::TRUSTEES;
use crate::signature::{Sha256Hash, Signature};
use serde::{Deserialize, Serialize};

/// Which of the five trustees, 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct TrusteeIndex(u8);

impl TrusteeIndex {
    /// An index of 1 to 5.
    pub fn new(n: u8) -> Result<Self, DecodeError> {
        if (1..=TRUSTEES).contains(&usize::from(n)) {
            Ok(Self(n))
        } else {
            Err(DecodeError::Invalid("a trustee of 1 to 5"))
        }
    }

    /// 1 to 5.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// 0 to 4.
    #[must_use]
    pub fn position(self) -> usize {
        usize::from(self.0).saturating_sub(1)
    }

    /// All five.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=5u8).map(Self)
    }
}

impl TryFrom<u8> for TrusteeIndex {
    type Error = DecodeError;
    fn try_from(n: u8) -> Result<Self, DecodeError> {
        Self::new(n)
    }
}

impl From<TrusteeIndex> for u8 {
    fn from(t: TrusteeIndex) -> u8 {
        t.0
    }
}

impl std::fmt::Display for TrusteeIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Canonical for TrusteeIndex {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.0);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::new(r.u8("a trustee")?)
    }
}

/// What a trustee signs after it has stored its share durably (domain `EscrowAck`): the hash of
/// the enrolment's public part, the owner, its index and the commitment its share opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EscrowAckBody {
    /// SHA-256 of the enrolment's public part.
    pub enrolment: Sha256Hash,
    /// Whose enrolment.
    pub owner: Owner,
    /// Which trustee.
    pub trustee: TrusteeIndex,
    /// The commitment that its share opens.
    pub commitment: ShareCommitment,
}

impl Canonical for EscrowAckBody {
    fn encode(&self, w: &mut Writer) {
        let Self {
            enrolment,
            owner,
            trustee,
            commitment,
        } = self;
        w.value(enrolment)
            .value(owner)
            .value(trustee)
            .value(commitment);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            enrolment: r.value()?,
            owner: r.value()?,
            trustee: r.value()?,
            commitment: r.value()?,
        })
    }
}

/// A trustee's signature, with its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrusteeSignature {
    /// Which trustee.
    pub trustee: TrusteeIndex,
    /// Its signature.
    pub signature: Signature,
}

impl Canonical for TrusteeSignature {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.trustee).value(&self.signature);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            trustee: r.value()?,
            signature: r.value()?,
        })
    }
}

/// Whether the indexes rise strictly, so that no trustee counts twice.
#[must_use]
pub fn distinct(signatures: &[TrusteeSignature]) -> bool {
    signatures
        .windows(2)
        .all(|w| matches!(w, [a, b] if a.trustee < b.trustee))
}
