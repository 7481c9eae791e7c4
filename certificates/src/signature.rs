//! Signatures of certificates: ECDSA as IEEE P1363 writes it, and RSASSA-PSS, both over SHA-256.

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA256_ASN1, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
    VerificationAlgorithm,
};
use thiserror::Error;
use x509_cert::der::{Decode, Encode, asn1::ObjectIdentifier};
use x509_cert::spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};

const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const RSA_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");

/// What a certificate may be signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA with SHA-256; the curve is the key's.
    Es256,
    /// RSASSA-PSS with SHA-256, its mask too, and 32 bytes of salt.
    Ps256,
}

/// A public key, which belongs to one algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    form: Form,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    P256,
    /// Outside the specification of the EU's certificates, but COSE allows ES256 with it, and Spain used it.
    P384,
    Rsa,
}

/// Why a public key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyFault {
    #[error("the key's bytes are no SubjectPublicKeyInfo")]
    Encoding,
    #[error("the key is neither ECDSA over P-256 or P-384 nor RSA")]
    Kind,
}

/// Why a signature is not one of this key over this message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignatureFault {
    #[error("the algorithm named is not the key's")]
    Algorithm,
    #[error("the signature has not the length that its algorithm gives")]
    Length,
    #[error("the signature is not the key's over these bytes")]
    Mismatch,
}

impl VerifyingKey {
    /// From the DER of a SubjectPublicKeyInfo.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyFault> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| KeyFault::Encoding)?;
        let bytes = info.subject_public_key.as_bytes();
        let bytes = bytes.ok_or(KeyFault::Encoding)?.to_owned();
        let form = match info.algorithm.oid {
            EC_KEY => match info.algorithm.parameters_oid() {
                Ok(P256) => Form::P256,
                Ok(P384) => Form::P384,
                _ => return Err(KeyFault::Kind),
            },
            RSA_KEY | RSA_PSS_KEY => Form::Rsa,
            _ => return Err(KeyFault::Kind),
        };
        Ok(Self { form, bytes })
    }

    pub(crate) fn of_certificate(info: &SubjectPublicKeyInfoOwned) -> Result<Self, KeyFault> {
        Self::from_spki(&info.to_der().map_err(|_| KeyFault::Encoding)?)
    }

    /// From the coordinates of a point on P-256, each 32 bytes with the highest first.
    pub fn p256(x: [u8; 32], y: [u8; 32]) -> Self {
        let mut bytes = vec![4];
        bytes.extend(x);
        bytes.extend(y);
        let form = Form::P256;
        Self { form, bytes }
    }

    pub const fn algorithm(&self) -> Algorithm {
        match self.form {
            Form::P256 | Form::P384 => Algorithm::Es256,
            Form::Rsa => Algorithm::Ps256,
        }
    }

    /// Whether the signature is this key's over the message.
    pub fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureFault> {
        if algorithm != self.algorithm() {
            return Err(SignatureFault::Algorithm);
        }
        match self.form {
            Form::P256 if signature.len() != 64 => Err(SignatureFault::Length),
            Form::P256 => self.check(&ECDSA_P256_SHA256_FIXED, message, signature),
            Form::P384 if signature.len() != 96 => Err(SignatureFault::Length),
            Form::P384 => self.check(&ECDSA_P384_SHA256_ASN1, message, &asn1(signature)),
            Form::Rsa if !(256..=1_024).contains(&signature.len()) => Err(SignatureFault::Length),
            Form::Rsa => self.check(&RSA_PSS_2048_8192_SHA256, message, signature),
        }
    }

    fn check(
        &self,
        algorithm: &'static dyn VerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureFault> {
        UnparsedPublicKey::new(algorithm, &self.bytes)
            .verify(message, signature)
            .map_err(|_| SignatureFault::Mismatch)
    }
}

/// The pair of numbers as ASN.1. `ring` reads P-384 with SHA-256 in no other form.
fn asn1(pair: &[u8]) -> Vec<u8> {
    let (r, s) = pair.split_at(pair.len() / 2);
    let mut body = integer(r);
    body.extend(integer(s));
    tagged(0x30, &body)
}

fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let mut digits = number.get(zeros..).unwrap_or_default().to_owned();
    // A first bit of 1 would mean a negative number.
    if digits.first().is_none_or(|first| first & 0x80 != 0) {
        digits.insert(0, 0);
    }
    tagged(0x02, &digits)
}

fn tagged(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    // Two numbers of 48 bytes: the length stays below 128 bytes.
    out.extend(
        u8::try_from(body.len())
            .ok()
            .filter(|length| *length < 0x80),
    );
    out.extend(body);
    out
}

#[cfg(test)]
mod tests {
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

    use super::*;

    fn pair() -> EcdsaKeyPair {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap()
    }

    fn key(pair: &EcdsaKeyPair) -> VerifyingKey {
        let point = pair.public_key().as_ref();
        VerifyingKey::p256(
            point[1..33].try_into().unwrap(),
            point[33..].try_into().unwrap(),
        )
    }

    #[test]
    fn each_way_to_be_wrong_has_its_own_verdict() {
        let pair = pair();
        let key = key(&pair);
        let signature = pair.sign(&SystemRandom::new(), b"message").unwrap();
        let signature = signature.as_ref();
        let verify =
            |algorithm, message: &[u8], signature: &[u8]| key.verify(algorithm, message, signature);
        assert_eq!(verify(Algorithm::Es256, b"message", signature), Ok(()));
        assert_eq!(
            verify(Algorithm::Es256, b"massage", signature),
            Err(SignatureFault::Mismatch)
        );
        assert_eq!(
            verify(Algorithm::Ps256, b"message", signature),
            Err(SignatureFault::Algorithm)
        );
        assert_eq!(
            verify(Algorithm::Es256, b"message", &signature[..63]),
            Err(SignatureFault::Length)
        );
        assert_eq!(
            verify(Algorithm::Es256, b"message", &[0; 64]),
            Err(SignatureFault::Mismatch)
        );
    }

    #[test]
    fn a_point_beside_the_curve_verifies_nothing() {
        let pair = pair();
        let signature = pair.sign(&SystemRandom::new(), b"message").unwrap();
        let beside = VerifyingKey::p256([1; 32], [2; 32]);
        assert_eq!(
            beside.verify(Algorithm::Es256, b"message", signature.as_ref()),
            Err(SignatureFault::Mismatch)
        );
    }

    #[test]
    fn numbers_are_written_positive_and_short() {
        assert_eq!(integer(&[0, 0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(integer(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0, 0]), [2, 1, 0]);
    }

    #[test]
    fn bytes_that_are_no_key_are_told_apart_from_keys_of_other_kinds() {
        assert_eq!(VerifyingKey::from_spki(b"no key"), Err(KeyFault::Encoding));
        let ed25519 = [
            &hex::decode("302a300506032b6570032100").unwrap()[..],
            &[9; 32],
        ]
        .concat();
        assert_eq!(VerifyingKey::from_spki(&ed25519), Err(KeyFault::Kind));
    }
}
