//! The signing side: what a client adds to its request.

use super::base::{Component, Message};
use super::digest::content_digest;
use super::input::{Parameter, SignatureInput};
use super::{ALGORITHM, CONTENT_DIGEST, LABEL, LIFETIME_S};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_keys::signing::SigningKey;
use luyin_protocol::time::Timestamp;
use rand::{CryptoRng, RngCore};

/// A value that is used once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    /// Draws 16 random bytes.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut bytes = [0u8; 16];
        rng.fill_bytes(&mut bytes);
        Self(hex::encode(bytes))
    }
}

/// The headers that a signed request carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHeaders {
    /// `Content-Digest`, where there is a body.
    pub content_digest: Option<String>,
    /// `Signature-Input`.
    pub signature_input: String,
    /// `Signature`.
    pub signature: String,
}

impl SignedHeaders {
    /// The headers by lowercase name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let digest = self.content_digest.as_deref();
        digest.map(|d| (CONTENT_DIGEST, d)).into_iter().chain([
            (super::SIGNATURE_INPUT, self.signature_input.as_str()),
            (super::SIGNATURE, self.signature.as_str()),
        ])
    }
}

/// Signs a request in the profile of clause 9.2. `message.fields` may be empty; the digest is added here. An empty body
/// is no body. `key_id` is the caller's DID, `trustee:<index>` between trustees, `node:<place>`
/// between nodes.
#[must_use]
pub fn sign(
    message: &Message<'_>,
    body: &[u8],
    key: &SigningKey,
    key_id: &str,
    now: Timestamp,
    nonce: Nonce,
) -> SignedHeaders {
    let digest = (!body.is_empty()).then(|| content_digest(body));
    let mut components = vec![
        Component::Method,
        Component::Authority,
        Component::Path,
        Component::Query,
    ];
    let mut fields: Vec<(&str, &str)> = Vec::new();
    if let Some(digest) = &digest {
        components.push(Component::Field(CONTENT_DIGEST.to_owned()));
        fields.push((CONTENT_DIGEST, digest));
    }
    let created = now.get() / 1000;
    let parameters = vec![
        Parameter::Created(created),
        Parameter::Expires(created.saturating_add(LIFETIME_S)),
        Parameter::Nonce(nonce.0),
        Parameter::KeyId(key_id.to_owned()),
        Parameter::Algorithm(ALGORITHM.to_owned()),
    ];
    let input = SignatureInput::new(components, parameters);
    let message = Message {
        fields: &fields,
        ..*message
    };
    let base = message
        .signature_base(&input)
        .expect("every covered field was put in above");
    let signature = STANDARD.encode(key.sign_raw(base.as_bytes()).as_bytes());
    SignedHeaders {
        content_digest: digest,
        signature_input: format!("{LABEL}={}", input.to_text()),
        signature: format!("{LABEL}=:{signature}:"),
    }
}
