//! The verifying side: what a request presents, and whether it holds.

use super::base::{Component, Message};
use super::digest::content_digest;
use super::input::{Parameter, SignatureInput};
use super::{ALGORITHM, CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_protocol::signature::{PublicKey, Signature};
use luyin_protocol::time::Timestamp;
use thiserror::Error;

/// How far `created` may lie from the verifier's clock, in seconds.
pub const SKEW_S: u64 = 60;
/// The longest life of a signature, in seconds.
pub const LIFETIME_S: u64 = 60;
const NONCE_LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;

/// Why a signed request is refused. None of it says more than the sender knows.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SignatureError {
    /// A header, component or parameter that the profile demands is absent.
    #[error("missing: {0}")]
    Missing(&'static str),
    /// Not in the form of the profile.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The signature does not cover a component that it must.
    #[error("not covered by the signature: {0}")]
    NotCovered(&'static str),
    /// Made too long ago or in the future, or expired.
    #[error("the signature is not of now")]
    Stale,
    /// The body is not the one that was signed.
    #[error("the body does not match its digest")]
    Digest,
    /// The signature does not hold under the key.
    #[error("the signature does not verify")]
    Signature,
}

/// A signature as a request presents it, its form and its time checked, not yet its truth.
#[derive(Clone, Debug)]
pub struct Presented {
    input: SignatureInput,
    signature: Signature,
    key_id: String,
    nonce: String,
    expires: Timestamp,
}

impl Presented {
    /// Reads the headers of a request and checks everything that takes no key: form, coverage, time, digest.
    pub fn read(
        message: &Message<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Self, SignatureError> {
        let (label, text) = member(single(message, SIGNATURE_INPUT)?)?;
        let (same, value) = member(single(message, SIGNATURE)?)?;
        if label != same {
            return Err(SignatureError::Malformed("labels that differ"));
        }
        let input = SignatureInput::from_text(text)?;
        check_coverage(&input, body)?;
        if !body.is_empty() && single(message, CONTENT_DIGEST)? != content_digest(body) {
            return Err(SignatureError::Digest);
        }
        let Parameters {
            created,
            expires,
            nonce,
            key_id,
        } = Parameters::of(&input)?;
        let now_s = now.get() / 1000;
        let lifetime = expires.checked_sub(created).ok_or(SignatureError::Stale)?;
        if created.abs_diff(now_s) > SKEW_S || lifetime > LIFETIME_S || expires < now_s {
            return Err(SignatureError::Stale);
        }
        Ok(Self {
            signature: signature(value)?,
            key_id,
            nonce,
            expires: Timestamp::new(expires.saturating_mul(1000)),
            input,
        })
    }

    /// Who says to have signed.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The value that is good for one use; to be remembered until [`Presented::forget_after`].
    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// When no request with this nonce can be accepted any more.
    #[must_use]
    pub fn forget_after(&self) -> Timestamp {
        self.expires.plus_ms(1000)
    }

    /// Checks the signature itself.
    pub fn verify(&self, message: &Message<'_>, key: &PublicKey) -> Result<(), SignatureError> {
        let base = message.signature_base(&self.input)?;
        key.verify_raw(base.as_bytes(), &self.signature)
            .map_err(|_| SignatureError::Signature)
    }
}

struct Parameters {
    created: u64,
    expires: u64,
    nonce: String,
    key_id: String,
}

impl Parameters {
    fn of(input: &SignatureInput) -> Result<Self, SignatureError> {
        let (mut created, mut expires, mut nonce, mut key_id, mut algorithm) =
            (None, None, None, None, None);
        for parameter in input.parameters() {
            match parameter {
                Parameter::Created(n) => created = Some(*n),
                Parameter::Expires(n) => expires = Some(*n),
                Parameter::Nonce(s) => nonce = Some(s.clone()),
                Parameter::KeyId(s) => key_id = Some(s.clone()),
                Parameter::Algorithm(s) => algorithm = Some(s.as_str()),
            }
        }
        if algorithm.ok_or(SignatureError::Missing("alg"))? != ALGORITHM {
            return Err(SignatureError::Malformed("another algorithm"));
        }
        let nonce = nonce.ok_or(SignatureError::Missing("nonce"))?;
        if !NONCE_LENGTHS.contains(&nonce.len()) {
            return Err(SignatureError::Malformed("a nonce of 16 to 64 characters"));
        }
        Ok(Self {
            created: created.ok_or(SignatureError::Missing("created"))?,
            expires: expires.ok_or(SignatureError::Missing("expires"))?,
            nonce,
            key_id: key_id.ok_or(SignatureError::Missing("keyid"))?,
        })
    }
}

fn check_coverage(input: &SignatureInput, body: &[u8]) -> Result<(), SignatureError> {
    let demanded = [
        (Component::Method, "@method"),
        (Component::Authority, "@authority"),
        (Component::Path, "@path"),
        (Component::Query, "@query"),
    ];
    for (component, name) in demanded {
        if !input.components().contains(&component) {
            return Err(SignatureError::NotCovered(name));
        }
    }
    let digest = Component::Field(CONTENT_DIGEST.to_owned());
    if !body.is_empty() && !input.components().contains(&digest) {
        return Err(SignatureError::NotCovered(CONTENT_DIGEST));
    }
    Ok(())
}

/// A header that occurs exactly once.
fn single<'a>(message: &Message<'a>, name: &'static str) -> Result<&'a str, SignatureError> {
    let mut found = message.fields.iter().filter(|(field, _)| *field == name);
    match (found.next(), found.next()) {
        (Some((_, value)), None) => Ok(value),
        (None, _) => Err(SignatureError::Missing(name)),
        (Some(_), Some(_)) => Err(SignatureError::Malformed("a header given twice")),
    }
}

/// The one member `label=value` of a dictionary.
fn member(text: &str) -> Result<(&str, &str), SignatureError> {
    let bad = SignatureError::Malformed("a dictionary of one member");
    let (label, value) = text.trim().split_once('=').ok_or(bad)?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.*".contains(&b);
    let starts = label
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_lowercase() || b == b'*');
    if starts && label.len() <= 64 && label.bytes().all(plain) {
        Ok((label, value))
    } else {
        Err(bad)
    }
}

/// `:base64:` of 64 bytes.
fn signature(text: &str) -> Result<Signature, SignatureError> {
    let bad = SignatureError::Malformed("a signature");
    let inner = text
        .strip_prefix(':')
        .and_then(|t| t.strip_suffix(':'))
        .ok_or(bad)?;
    let bytes = STANDARD.decode(inner).map_err(|_| bad)?;
    let bytes: [u8; 64] = bytes.try_into().map_err(|_| bad)?;
    Ok(Signature::from_bytes(bytes))
}
