//! An identifier trustee: one additive key, one evaluation with its proof.

use std::fmt;

use ::voprf::{BlindedElement, EvaluationElement, Proof, VoprfServer};
use curve25519_dalek::{RistrettoPoint, Scalar, ristretto::CompressedRistretto, traits::Identity};
use rand::{CryptoRng, RngCore};

use super::{Blinded, Suite, VoprfError};
use crate::keystore::SecretBytes;

/// One trustee's additive part of the identifier key. Erased when dropped, never printed.
#[derive(Clone)]
pub struct UidKey {
    server: VoprfServer<Suite>,
}

impl fmt::Debug for UidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UidKey({:?})", self.public())
    }
}

impl UidKey {
    /// Draws a fresh key.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Result<Self, VoprfError> {
        Self::from_secret(&SecretBytes::new(Scalar::random(rng).to_bytes()))
    }

    /// The key of a canonical non-zero scalar, for instance out of a keystore.
    pub fn from_secret(secret: &SecretBytes) -> Result<Self, VoprfError> {
        VoprfServer::new_with_key(secret.expose())
            .map(|server| Self { server })
            .map_err(|_| VoprfError::BadKey)
    }

    /// The public key that the ledger names and the DLEQ proof is checked against.
    pub fn public(&self) -> UidPublicKey {
        UidPublicKey(self.server.get_public_key())
    }

    /// Evaluates a blinded number and proves that this key did it.
    pub fn evaluate(
        &self,
        blinded: &Blinded,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Evaluation, VoprfError> {
        let element = BlindedElement::<Suite>::deserialize(blinded.as_bytes())
            .map_err(|_| VoprfError::BadBlinded)?;
        let result = self.server.blind_evaluate(rng, &element);
        Ok(Evaluation {
            element: result.message.serialize().into(),
            proof: result.proof.serialize().into(),
        })
    }
}

/// A trustee's public key: a non-identity Ristretto point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct UidPublicKey(pub(super) RistrettoPoint);

impl UidPublicKey {
    /// Reads 32 canonical bytes; refuses the identity.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, VoprfError> {
        CompressedRistretto(*bytes)
            .decompress()
            .filter(|point| *point != RistrettoPoint::identity())
            .map(Self)
            .ok_or(VoprfError::BadKey)
    }

    /// The 32 canonical bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.compress().to_bytes()
    }
}

impl fmt::Debug for UidPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UidPublicKey({})", hex::encode(self.to_bytes()))
    }
}

/// A trustee's answer: the evaluated point (32 bytes) and its DLEQ proof (64 bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    pub(super) element: [u8; 32],
    pub(super) proof: [u8; 64],
}

impl Evaluation {
    /// Length on the wire.
    pub const LEN: usize = 96;

    /// Takes the bytes off the wire; the registrar checks them when it combines.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let mut out = Self {
            element: [0; 32],
            proof: [0; 64],
        };
        out.element
            .iter_mut()
            .chain(out.proof.iter_mut())
            .zip(bytes)
            .for_each(|(to, from)| *to = *from);
        out
    }

    /// The bytes for the wire.
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        out.iter_mut()
            .zip(self.element.iter().chain(&self.proof))
            .for_each(|(to, from)| *to = *from);
        out
    }

    pub(super) fn parts(&self) -> Result<(EvaluationElement<Suite>, Proof<Suite>), ::voprf::Error> {
        Ok((
            EvaluationElement::deserialize(&self.element)?,
            Proof::deserialize(&self.proof)?,
        ))
    }
}
