use crate::curve::{Curve, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use luyin_protocol::signature::ProofBytes;

/// Bytes of a proof: compressed `A` (32), `B` (64), `C` (32).
pub const PROOF_BYTES: usize = 128;

/// A proof whose points are on the curve, in the right subgroup, none the identity, and whose
/// encoding is the only one.
///
/// Equal bytes mean equal proofs, but a statement has many proofs: anyone can re-randomise one.
/// What must not happen twice is recognised by its nullifier, never by its proof.
#[derive(Clone, Debug)]
pub struct Proof {
    points: ark_groth16::Proof<Curve>,
    bytes: [u8; PROOF_BYTES],
}

impl PartialEq for Proof {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Proof {}

/// Why bytes are no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not exactly 128 bytes.
    #[error("a proof has 128 bytes")]
    Length,
    /// A coordinate at or above the modulus, a point off the curve or outside the subgroup.
    #[error("not a point of the group")]
    Point,
    /// The point at infinity.
    #[error("the identity")]
    Identity,
    /// Another encoding of points that have one of their own.
    #[error("not the canonical encoding")]
    NotCanonical,
}

impl Proof {
    /// Decodes, and checks every point.
    pub fn decode(bytes: &[u8]) -> Result<Self, ProofError> {
        let bytes: [u8; PROOF_BYTES] = bytes.try_into().map_err(|_| ProofError::Length)?;
        let mut rest = bytes.as_slice();
        let a = G1Affine::deserialize_compressed(&mut rest).map_err(|_| ProofError::Point)?;
        let b = G2Affine::deserialize_compressed(&mut rest).map_err(|_| ProofError::Point)?;
        let c = G1Affine::deserialize_compressed(&mut rest).map_err(|_| ProofError::Point)?;
        let proof = Self::from_points(ark_groth16::Proof { a, b, c })?;
        if proof.bytes == bytes {
            Ok(proof)
        } else {
            Err(ProofError::NotCanonical)
        }
    }

    /// From points that were computed here, or checked by arkworks.
    pub(crate) fn from_points(points: ark_groth16::Proof<Curve>) -> Result<Self, ProofError> {
        if points.a.is_zero() || points.b.is_zero() || points.c.is_zero() {
            return Err(ProofError::Identity);
        }
        let mut bytes = [0u8; PROOF_BYTES];
        let rest = bytes.as_mut_slice();
        points
            .serialize_compressed(rest)
            .map_err(|_| ProofError::Point)?;
        Ok(Self { points, bytes })
    }

    /// The 128 bytes.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; PROOF_BYTES] {
        self.bytes
    }

    pub(crate) const fn points(&self) -> &ark_groth16::Proof<Curve> {
        &self.points
    }
}

impl TryFrom<&ProofBytes> for Proof {
    type Error = ProofError;
    fn try_from(bytes: &ProofBytes) -> Result<Self, ProofError> {
        Self::decode(bytes.as_bytes())
    }
}

impl From<&Proof> for ProofBytes {
    fn from(proof: &Proof) -> Self {
        Self::from_bytes(proof.bytes)
    }
}
