//! The signed message: COSE_Sign1 (RFC 9052), bare, tagged, or tagged as a CWT too.

use coset::{CborSerializable, CoseSign1, Header, iana};

use super::key_id::KeyId;
use super::refusal::Refusal;
use super::trust::{Signer, TrustList};
use crate::signature::{Algorithm, SignatureFault};

/// Tag 61 in CBOR.
const CWT: &[u8] = &[0xd8, 0x3d];
/// Tag 18 in CBOR.
const SIGN1: &[u8] = &[0xd2];

/// A message that was read, and not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    key: Option<KeyId>,
    is_key_name_signed: bool,
    algorithm: Algorithm,
    payload: Vec<u8>,
    signature: Vec<u8>,
    /// The bytes that the signature is over.
    signed: Vec<u8>,
}

impl Envelope {
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let bytes = bytes.strip_prefix(CWT).unwrap_or(bytes);
        let bytes = bytes.strip_prefix(SIGN1).unwrap_or(bytes);
        let message = CoseSign1::from_slice(bytes).map_err(|_| Refusal::Cose)?;
        let signed = message.tbs_data(b"");
        let (protected, unprotected) = (&message.protected.header, &message.unprotected);
        // Whatever is critical would have to be understood, and nothing beyond the basics is.
        if !protected.crit.is_empty() || !unprotected.crit.is_empty() {
            return Err(Refusal::Cose);
        }
        Ok(Self {
            is_key_name_signed: !protected.key_id.is_empty(),
            key: KeyId::new(&protected.key_id).or_else(|| KeyId::new(&unprotected.key_id)),
            algorithm: algorithm(protected, unprotected)?,
            payload: message.payload.ok_or(Refusal::Cose)?,
            signature: message.signature,
            signed,
        })
    }

    /// The signer on the list whose key made the signature.
    pub fn signer<'a>(&self, trust: &'a TrustList) -> Result<&'a Signer, Refusal> {
        let key = self.key.as_ref().ok_or(Refusal::NoKeyNamed)?;
        // Eight bytes of a hash may name two keys.
        let mut refusal = Refusal::UnknownKey(key.to_string());
        for signer in trust.named(key) {
            match signer
                .key()
                .verify(self.algorithm, &self.signed, &self.signature)
            {
                Ok(()) => return Ok(signer),
                Err(SignatureFault::Algorithm) => refusal = Refusal::WrongAlgorithm,
                Err(SignatureFault::Length) => refusal = Refusal::SignatureForm,
                Err(SignatureFault::Mismatch) => refusal = Refusal::Altered,
            }
        }
        Err(refusal)
    }

    /// False where the unprotected header alone names the key.
    pub(super) const fn is_key_name_signed(&self) -> bool {
        self.is_key_name_signed
    }

    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The part of the signature that identifies it: an ECDSA signature has a twin with another second half.
    pub(super) fn signature_mark(&self) -> &[u8] {
        let length = match self.algorithm {
            Algorithm::Es256 => self.signature.len() / 2,
            Algorithm::Ps256 => self.signature.len(),
        };
        self.signature.get(..length).unwrap_or_default()
    }
}

fn algorithm(protected: &Header, unprotected: &Header) -> Result<Algorithm, Refusal> {
    match protected.alg.as_ref().or(unprotected.alg.as_ref()) {
        Some(coset::Algorithm::Assigned(iana::Algorithm::ES256)) => Ok(Algorithm::Es256),
        Some(coset::Algorithm::Assigned(iana::Algorithm::PS256)) => Ok(Algorithm::Ps256),
        _ => Err(Refusal::Algorithm),
    }
}
