//! The signers that a verifier trusts, from their X.509 certificates.

use std::collections::BTreeMap;

use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::asn1::ObjectIdentifier;

use super::key_id::KeyId;
use super::statement::Kind;
use crate::signature::{KeyFault, VerifyingKey};

const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");

/// Each use under its registered number, and under the one with a stray 0 of the first drafts.
const USES: [(ObjectIdentifier, Kind); 6] = [
    (
        ObjectIdentifier::new_unwrap("1.3.6.1.4.1.1847.2021.1.1"),
        Kind::Test,
    ),
    (
        ObjectIdentifier::new_unwrap("1.3.6.1.4.1.1847.2021.1.2"),
        Kind::Vaccination,
    ),
    (
        ObjectIdentifier::new_unwrap("1.3.6.1.4.1.1847.2021.1.3"),
        Kind::Recovery,
    ),
    (
        ObjectIdentifier::new_unwrap("1.3.6.1.4.1.0.1847.2021.1.1"),
        Kind::Test,
    ),
    (
        ObjectIdentifier::new_unwrap("1.3.6.1.4.1.0.1847.2021.1.2"),
        Kind::Vaccination,
    ),
    (
        ObjectIdentifier::new_unwrap("1.3.6.1.4.1.0.1847.2021.1.3"),
        Kind::Recovery,
    ),
];

/// Why a certificate cannot stand on a trust list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SignerFault {
    #[error("the bytes are no X.509 certificate")]
    Encoding,
    #[error("the extended key usage is broken")]
    Usage,
    #[error(transparent)]
    Key(#[from] KeyFault),
}

/// Who may sign, and what.
#[derive(Clone, Debug)]
pub struct Signer {
    key: VerifyingKey,
    /// The kinds that its certificate names. None named means all.
    kinds: Vec<Kind>,
}

impl Signer {
    /// A signer of the kinds named, or of all where none is.
    pub fn new(key: VerifyingKey, kinds: &[Kind]) -> Self {
        let kinds = kinds.to_owned();
        Self { key, kinds }
    }

    pub fn from_certificate(der: &[u8]) -> Result<Self, SignerFault> {
        let certificate = Certificate::from_der(der).map_err(|_| SignerFault::Encoding)?;
        let certificate = certificate.tbs_certificate;
        let key = VerifyingKey::of_certificate(&certificate.subject_public_key_info)?;
        let mut kinds = Vec::new();
        for extension in certificate.extensions.iter().flatten() {
            if extension.extn_id == EXTENDED_KEY_USAGE {
                let uses = Vec::<ObjectIdentifier>::from_der(extension.extn_value.as_bytes());
                let uses = uses.map_err(|_| SignerFault::Usage)?;
                let known = USES.iter().filter(|(oid, _)| uses.contains(oid));
                kinds.extend(known.map(|(_, kind)| *kind));
            }
        }
        Ok(Self { key, kinds })
    }

    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// A signer whose certificate names kinds may sign those only. Other uses, such as that of a
    /// server for TLS, restrict nothing.
    pub fn may_sign(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// Signers by the name of their key.
#[derive(Clone, Debug, Default)]
pub struct TrustList {
    signers: BTreeMap<KeyId, Vec<Signer>>,
}

impl TrustList {
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts the holder of this certificate.
    pub fn add_certificate(&mut self, der: &[u8]) -> Result<KeyId, SignerFault> {
        let signer = Signer::from_certificate(der)?;
        let key = KeyId::of_certificate(der);
        self.add(key.clone(), signer);
        Ok(key)
    }

    /// Trusts a signer whose key has this name.
    pub fn add(&mut self, key: KeyId, signer: Signer) {
        self.signers.entry(key).or_default().push(signer);
    }

    pub(super) fn named(&self, key: &KeyId) -> &[Signer] {
        self.signers.get(key).map_or(&[], Vec::as_slice)
    }
}
