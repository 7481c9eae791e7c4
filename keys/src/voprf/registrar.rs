//! The registrar's side: blind a number, combine the trustees' answers.

use std::fmt;

use ::voprf::VoprfClient;
use curve25519_dalek::{RistrettoPoint, Scalar, ristretto::CompressedRistretto, traits::Identity};
use luyin_protocol::risk::Uid;
use rand::{CryptoRng, RngCore};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::{Blinded, EVALUATORS, Evaluation, PersonId, Suite, UidPublicKey, VoprfError};

/// The registrar's secret between asking the trustees and combining their answers.
pub struct Blinding {
    input: Zeroizing<Vec<u8>>,
    client: VoprfClient<Suite>,
    blinded: Blinded,
}

impl fmt::Debug for Blinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blinding(..)")
    }
}

impl Blinding {
    /// Blinds an ID number; the same blinded element goes to all three trustees.
    pub fn new(
        person: &PersonId,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, VoprfError> {
        let input = Zeroizing::new(person.as_bytes().to_vec());
        let result = VoprfClient::blind(&input, rng).map_err(|_| VoprfError::BadInput)?;
        Ok(Self {
            input,
            client: result.state,
            blinded: Blinded::from_bytes(result.message.serialize().into()),
        })
    }

    /// Rebuilds the state of a test vector.
    #[cfg(test)]
    pub(super) fn from_vector(input: &[u8], blind: &[u8; 32], blinded: &[u8; 32]) -> Self {
        Self {
            input: Zeroizing::new(input.to_vec()),
            client: VoprfClient::deserialize(&[&blind[..], blinded].concat()).unwrap(),
            blinded: Blinded::from_bytes(*blinded),
        }
    }

    /// What to send to the trustees.
    pub fn blinded(&self) -> Blinded {
        self.blinded
    }

    /// Checks each answer against that trustee's public key, in the order of the keys, and combines them to the
    /// person's identifier: the first 32 bytes of the RFC 9497 output.
    ///
    /// # Errors
    /// [`VoprfError::FalseTrustee`] names the first trustee whose answer does not hold.
    pub fn combine(
        &self,
        keys: &[UidPublicKey; EVALUATORS],
        answers: &[Evaluation; EVALUATORS],
    ) -> Result<Uid, VoprfError> {
        let [a, b, c] = keys;
        if a == b || b == c || a == c || a.0 + b.0 + c.0 == RistrettoPoint::identity() {
            return Err(VoprfError::BadKeys);
        }
        let mut sum = RistrettoPoint::identity();
        for (trustee, (key, answer)) in keys.iter().zip(answers).enumerate() {
            sum += self
                .checked_point(key, answer)
                .ok_or(VoprfError::FalseTrustee(trustee))?;
        }
        let mut uid = [0; 32];
        uid.iter_mut()
            .zip(self.finalise(sum)?)
            .for_each(|(to, from)| *to = from);
        Ok(Uid::from_bytes(uid))
    }

    /// The evaluated point, if its DLEQ proof holds against `key`.
    pub(super) fn checked_point(
        &self,
        key: &UidPublicKey,
        answer: &Evaluation,
    ) -> Option<RistrettoPoint> {
        let (element, proof) = answer.parts().ok()?;
        self.client
            .finalize(&self.input, &element, &proof, key.0)
            .ok()?;
        CompressedRistretto(answer.element).decompress()
    }

    /// RFC 9497, section 3.3.2, Finalize: unblinds the evaluated point and hashes it with the input.
    pub(super) fn finalise(&self, evaluated: RistrettoPoint) -> Result<[u8; 64], VoprfError> {
        let state = Zeroizing::new(<[u8; 64]>::from(self.client.serialize()));
        let blind = state
            .first_chunk::<32>()
            .and_then(|bytes| Option::<Scalar>::from(Scalar::from_canonical_bytes(*bytes)))
            .map(Zeroizing::new)
            .ok_or(VoprfError::BadInput)?;
        let unblinded = (evaluated * blind.invert()).compress();
        let len = u16::try_from(self.input.len()).map_err(|_| VoprfError::BadInput)?;
        Ok(Sha512::new()
            .chain_update(len.to_be_bytes())
            .chain_update(self.input.as_slice())
            .chain_update(32_u16.to_be_bytes())
            .chain_update(unblinded.as_bytes())
            .chain_update(b"Finalize")
            .finalize()
            .into())
    }
}
