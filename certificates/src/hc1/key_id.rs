//! The name of a signer's key.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The bytes of a `kid`. Those on a trust list have eight; a message may name anything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Vec<u8>);

impl KeyId {
    /// `None` for no bytes: that names nothing.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        (!bytes.is_empty()).then(|| Self(bytes.to_owned()))
    }

    /// The name of the key in a certificate: the start of the hash of its DER.
    pub fn of_certificate(der: &[u8]) -> Self {
        let hash = ring::digest::digest(&ring::digest::SHA256, der);
        Self(hash.as_ref().iter().copied().take(8).collect())
    }
}

/// In base64, as trust lists write it.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(&self.0))
    }
}
