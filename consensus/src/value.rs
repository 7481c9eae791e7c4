//! What is voted on: the digest of a body, never the body itself.

use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::signature::Sha256Hash;
use malachitebft_core_types as core;
use std::fmt;

/// SHA-256 of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(Sha256Hash);

impl ValueId {
    /// The digest of a body; the empty body has one like any other.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256Hash::of(body))
    }

    /// The digest with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Sha256Hash::from_bytes(bytes))
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether it is the empty body's.
    #[must_use]
    pub fn is_empty_body(&self) -> bool {
        *self == Self::of(&[])
    }
}

impl fmt::Display for ValueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Canonical for ValueId {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.0);
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.value().map(Self)
    }
}

/// The value that the engine decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Value(ValueId);

impl Value {
    /// The value of a digest.
    #[must_use]
    pub const fn new(id: ValueId) -> Self {
        Self(id)
    }
}

impl core::Value for Value {
    type Id = ValueId;

    fn id(&self) -> ValueId {
        self.0
    }
}
