//! Parts of keys that have no type of their own elsewhere.

use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::tx::TxKind;

/// The number of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyId(u16);

impl PolicyId {
    /// From its number.
    #[must_use]
    pub const fn new(id: u16) -> Self {
        Self(id)
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl Canonical for PolicyId {
    fn encode(&self, w: &mut Writer) {
        w.u16(self.0);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.u16("a policy id").map(Self)
    }
}

/// What is left of a key behind a prefix of any length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suffix(Vec<u8>);

impl Suffix {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Canonical for Suffix {
    fn encode(&self, w: &mut Writer) {
        w.raw(&self.0);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let rest = r.remaining();
        r.take(rest, "a suffix").map(|b| Self(b.to_vec()))
    }
}

/// A transaction's kind as its counter is keyed: the code that its entry begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindCode(pub TxKind);

impl KindCode {
    const ALL: [(TxKind, u8); 12] = [
        (TxKind::DidCreate, 16),
        (TxKind::DidUpdate, 17),
        (TxKind::DidDeactivate, 18),
        (TxKind::Governance, 32),
        (TxKind::Release, 33),
        (TxKind::Enrol, 48),
        (TxKind::CheckIn, 49),
        (TxKind::Attest, 50),
        (TxKind::AttestWithdrawn, 51),
        (TxKind::Absorb, 52),
        (TxKind::Appeal, 53),
        (TxKind::AuditBatch, 64),
    ];
}

impl Canonical for KindCode {
    fn encode(&self, w: &mut Writer) {
        let code = Self::ALL.iter().find(|(k, _)| *k == self.0);
        w.u8(code.map_or(0, |(_, code)| *code));
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = r.u8("a kind")?;
        let found = Self::ALL.iter().find(|(_, c)| *c == code);
        found
            .map(|(kind, _)| Self(*kind))
            .ok_or(DecodeError::Invalid("a kind"))
    }
}

impl<A: Canonical, B: Canonical> Canonical for Pair<A, B> {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.0).value(&self.1);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self(r.value()?, r.value()?))
    }
}

/// Two parts of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<A, B>(pub A, pub B);
