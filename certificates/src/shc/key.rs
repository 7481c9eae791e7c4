//! An issuer's public key, as a JSON Web Key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use super::base64url;
use crate::signature::VerifyingKey;

/// A key whose name is its thumbprint.
#[derive(Clone, Debug)]
pub struct IssuerKey {
    id: String,
    key: VerifyingKey,
    revocations_version: Option<u64>,
}

/// Why a key is not taken onto a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum JwkFault {
    #[error("the key is not {{ kty: EC, crv: P-256, alg: ES256, use: sig }}")]
    Kind,
    #[error("the key holds its private part; who published it has to make a new one")]
    Private,
    #[error("the key's coordinates are not 32 bytes each in base64url")]
    Coordinates,
    #[error("the key's kid is not its thumbprint (RFC 7638)")]
    Thumbprint,
    #[error("the certificate in x5c is not one for this key")]
    Certificate,
    #[error("the certificate in x5c is not one for the issuer's URL")]
    CertificateName,
}

impl IssuerKey {
    /// Reads a key that stands in the set of this issuer.
    pub fn read(json: &Json, issuer: &str) -> Result<Self, JwkFault> {
        let says = |field: &str| json.get(field).and_then(Json::as_str);
        let kind = [
            ("kty", "EC"),
            ("crv", "P-256"),
            ("alg", "ES256"),
            ("use", "sig"),
        ];
        if kind
            .into_iter()
            .any(|(field, value)| says(field) != Some(value))
        {
            return Err(JwkFault::Kind);
        }
        if json.get("d").is_some() {
            return Err(JwkFault::Private);
        }
        let (x, y) = (says("x").unwrap_or_default(), says("y").unwrap_or_default());
        let key = VerifyingKey::p256(coordinate(x)?, coordinate(y)?);
        let id = thumbprint(x, y);
        if says("kid") != Some(&id) {
            return Err(JwkFault::Thumbprint);
        }
        if let Some(chain) = json.get("x5c") {
            check_certificate(chain, &key, issuer)?;
        }
        Ok(Self {
            id,
            key,
            revocations_version: json.get("crlVersion").and_then(Json::as_u64),
        })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    pub const fn verifying_key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The version of the list of revocations that goes with the key, if it has one.
    pub const fn revocations_version(&self) -> Option<u64> {
        self.revocations_version
    }
}

fn coordinate(text: &str) -> Result<[u8; 32], JwkFault> {
    let bytes = base64url::decode(text).ok_or(JwkFault::Coordinates)?;
    bytes.try_into().map_err(|_| JwkFault::Coordinates)
}

/// Of the members that RFC 7638 names, in its order. The coordinates are base64url and need no escape.
pub(super) fn thumbprint(x: &str, y: &str) -> String {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    let hash = ring::digest::digest(&ring::digest::SHA256, members.as_bytes());
    base64url::encode(hash.as_ref())
}

/// The first certificate must be for the key, and for the issuer by its URL.
fn check_certificate(chain: &Json, key: &VerifyingKey, issuer: &str) -> Result<(), JwkFault> {
    let der = chain.get(0).and_then(Json::as_str);
    let der = der.and_then(|text| STANDARD.decode(text).ok());
    let certificate = der.and_then(|der| Certificate::from_der(&der).ok());
    let certificate = certificate.ok_or(JwkFault::Certificate)?.tbs_certificate;
    let its_key = VerifyingKey::of_certificate(&certificate.subject_public_key_info);
    if its_key.as_ref() != Ok(key) {
        return Err(JwkFault::Certificate);
    }
    let names = certificate.get::<SubjectAltName>();
    let Ok(Some((_, SubjectAltName(names)))) = names else {
        return Err(JwkFault::CertificateName);
    };
    let is_issuer = |name: &GeneralName| match name {
        GeneralName::UniformResourceIdentifier(url) => url.as_str() == issuer,
        _ => false,
    };
    if names.iter().any(is_issuer) {
        Ok(())
    } else {
        Err(JwkFault::CertificateName)
    }
}
