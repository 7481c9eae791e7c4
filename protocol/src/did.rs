//! Decentralised identifiers `did:luyin:...` and their documents (protocol section 3).

use crate::bytes_newtype;
use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::field::{IssuerId, digest31};
use crate::signature::{PublicKey, Sha256Hash};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const PREFIX: &str = "did:luyin:";
const MAX_METHODS: usize = 8;
const MAX_SERVICES: usize = 8;
const MAX_TEXT: usize = 200;

/// `did:luyin:<base58 of SHA-256 of the first document>`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Did([u8; 32]);

bytes_newtype! {
    /// SHA-256 of one version of a document.
    DocumentHash[32];
}

impl Did {
    /// The identifier that a first document gives itself.
    #[must_use]
    pub fn of(first: &DidDocument) -> Self {
        Self(*Sha256Hash::of(&first.to_vec()).as_bytes())
    }

    /// The 32 bytes behind the name.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// From the 32 bytes behind the name.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The issuer as attestation leaves carry it.
    #[must_use]
    pub fn issuer(&self) -> IssuerId {
        IssuerId::from_value(digest31("luyin/v1/issuer", &self.0))
    }
}

impl fmt::Display for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", bs58::encode(self.0).into_string())
    }
}

impl fmt::Debug for Did {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Did {
    type Err = DecodeError;
    fn from_str(s: &str) -> Result<Self, DecodeError> {
        let bad = || DecodeError::Invalid("a did:luyin identifier");
        let name = s.strip_prefix(PREFIX).ok_or_else(bad)?;
        let mut out = [0u8; 32];
        let n = bs58::decode(name).onto(&mut out).map_err(|_| bad())?;
        let did = Self(out);
        if n == 32 && did.to_string() == s {
            Ok(did)
        } else {
            Err(bad())
        }
    }
}

impl Serialize for Did {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Did {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'de, str>>::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Canonical for Did {
    fn encode(&self, w: &mut Writer) {
        w.raw(&self.0);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.array("a DID").map(Self)
    }
}

/// Where an organisation can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Kind of the service, e.g. `LinkedDomains`.
    pub kind: String,
    /// Its address.
    pub endpoint: String,
}

impl Canonical for Service {
    fn encode(&self, w: &mut Writer) {
        w.bytes(self.kind.as_bytes())
            .bytes(self.endpoint.as_bytes());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            kind: r.text(MAX_TEXT, "a service kind")?,
            endpoint: r.text(MAX_TEXT, "a service endpoint")?,
        })
    }
}

/// One version of a DID document: keys and services, no personal data. The first key controls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DidDocument {
    keys: Vec<PublicKey>,
    services: Vec<Service>,
}

impl DidDocument {
    /// A document of 1 to 8 distinct keys and at most 8 services.
    pub fn new(keys: Vec<PublicKey>, services: Vec<Service>) -> Result<Self, DecodeError> {
        if keys.is_empty() || keys.len() > MAX_METHODS {
            return Err(DecodeError::Invalid("a document of 1 to 8 keys"));
        }
        if (1..keys.len()).any(|i| keys[..i].contains(&keys[i])) {
            return Err(DecodeError::Invalid("a document without repeated keys"));
        }
        for key in &keys {
            PublicKey::checked(*key.as_bytes())?;
        }
        let long = |s: &Service| s.kind.len() > MAX_TEXT || s.endpoint.len() > MAX_TEXT;
        if services.len() > MAX_SERVICES || services.iter().any(long) {
            return Err(DecodeError::Invalid(
                "a document of at most 8 short services",
            ));
        }
        Ok(Self { keys, services })
    }

    /// The key that may change the document and sign for its subject.
    #[must_use]
    pub fn controller(&self) -> &PublicKey {
        &self.keys[0]
    }

    /// All keys.
    #[must_use]
    pub fn keys(&self) -> &[PublicKey] {
        &self.keys
    }

    /// All services.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// SHA-256 of this version.
    #[must_use]
    pub fn hash(&self) -> DocumentHash {
        DocumentHash::from_bytes(*Sha256Hash::of(&self.to_vec()).as_bytes())
    }
}

impl Canonical for DidDocument {
    fn encode(&self, w: &mut Writer) {
        w.u8(1).sequence(&self.keys).sequence(&self.services);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8("a document version")? {
            1 => Self::new(
                r.sequence(MAX_METHODS, "keys")?,
                r.sequence(MAX_SERVICES, "services")?,
            ),
            v => Err(DecodeError::Version(v)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    fn key(n: u8) -> PublicKey {
        PublicKey::from_bytes(SigningKey::from_bytes(&[n; 32]).verifying_key().to_bytes())
    }

    #[test]
    fn a_did_names_its_first_document_and_has_one_spelling() {
        let doc = DidDocument::new(vec![key(1)], vec![]).unwrap();
        let did = Did::of(&doc);
        let text = did.to_string();
        assert_eq!(text.parse::<Did>().unwrap(), did);
        assert!(
            text.replace("did:luyin:", "did:luyin:1")
                .parse::<Did>()
                .is_err()
        );
        assert!("did:web:example.org".parse::<Did>().is_err());
        assert!(format!("{text} ").parse::<Did>().is_err());
        assert_eq!(DidDocument::from_slice(&doc.to_vec()).unwrap(), doc);
    }

    #[test]
    fn documents_without_keys_or_with_repeated_keys_are_refused() {
        assert!(DidDocument::new(vec![], vec![]).is_err());
        assert!(DidDocument::new(vec![key(1), key(1)], vec![]).is_err());
        assert!(DidDocument::new((1..10).map(key).collect(), vec![]).is_err());
    }
}
