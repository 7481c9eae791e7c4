//! Bytes in JSON: standard base64 with padding (clause 9.1).

use super::error::{RequestError, ServiceError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_protocol::codec::Canonical;

/// Bytes as text.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A canonical value as text.
#[must_use]
pub fn encode_value(value: &impl Canonical) -> String {
    encode(&value.to_vec())
}

/// Bytes from text.
///
/// # Errors
/// [`RequestError::Bytes`].
pub fn decode(text: &str, what: &'static str) -> Result<Vec<u8>, ServiceError> {
    STANDARD.decode(text).map_err(|e| {
        let why = e.to_string();
        RequestError::Bytes { what, why }.into()
    })
}

/// A canonical value from text: its one encoding and nothing else.
///
/// # Errors
/// [`RequestError::Bytes`].
pub fn decode_value<T: Canonical>(text: &str, what: &'static str) -> Result<T, ServiceError> {
    T::from_slice(&decode(text, what)?).map_err(|e| {
        let why = e.to_string();
        RequestError::Bytes { what, why }.into()
    })
}
