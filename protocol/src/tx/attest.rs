use crate::attestation::AttestationKind;
use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::did::Did;
use crate::field::{AttestationBody, AttestationLeaf};
use crate::signature::{Sha256Hash, Signature};
use crate::time::Day;

/// The most attestations a batch carries.
pub const MAX_BATCH: usize = 1_024;
const MAX_REASON: usize = 400;

/// A batch of attestations of one kind; the ledger computes the leaves from the signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attest {
    /// Who states them.
    pub issuer: Did,
    /// Of which kind.
    pub kind: AttestationKind,
    /// 1 to [`MAX_BATCH`] bodies.
    pub bodies: Vec<AttestationBody>,
    /// By the issuer over [`Attest::body`].
    pub signature: Signature,
}

impl Attest {
    /// What the issuer signs (domain `Transaction`).
    #[must_use]
    pub fn body(issuer: &Did, kind: AttestationKind, bodies: &[AttestationBody]) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(50).value(issuer).value(&kind).sequence(bodies);
        w.finish()
    }
}

impl Canonical for Attest {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.issuer)
            .value(&self.kind)
            .sequence(&self.bodies)
            .value(&self.signature);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            issuer: r.value()?,
            kind: r.value()?,
            bodies: r.sequence(MAX_BATCH, "attestations")?,
            signature: r.value()?,
        })
    }
}

/// Attestations that their issuer takes back: the day's tree is built anew without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttestWithdrawn {
    /// Who stated them.
    pub issuer: Did,
    /// The day whose tree holds them.
    pub day: Day,
    /// Which leaves.
    pub leaves: Vec<AttestationLeaf>,
    /// Why, in words.
    pub reason: String,
    /// By the issuer over [`AttestWithdrawn::body`].
    pub signature: Signature,
}

impl AttestWithdrawn {
    /// What the issuer signs (domain `Transaction`).
    #[must_use]
    pub fn body(issuer: &Did, day: Day, leaves: &[AttestationLeaf], reason: &str) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(51)
            .value(issuer)
            .value(&day)
            .sequence(leaves)
            .bytes(reason.as_bytes());
        w.finish()
    }
}

impl Canonical for AttestWithdrawn {
    fn encode(&self, w: &mut Writer) {
        let Self {
            issuer,
            day,
            leaves,
            reason,
            signature,
        } = self;
        w.value(issuer)
            .value(day)
            .sequence(leaves)
            .bytes(reason.as_bytes())
            .value(signature);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            issuer: r.value()?,
            day: r.value()?,
            leaves: r.sequence(MAX_BATCH, "leaves")?,
            reason: r.text(MAX_REASON, "a reason")?,
            signature: r.value()?,
        })
    }
}

/// The anchor of a batch of audit records: their Merkle root and number, not the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditBatch {
    /// The gate that filed them.
    pub gate: Did,
    /// Batches of a gate count from 1 without gaps, so that none can be left out unseen.
    pub batch: u32,
    /// How many records.
    pub records: u32,
    /// RFC 6962 root over the records' bytes.
    pub root: Sha256Hash,
    /// By the gate over [`AuditBatch::body`].
    pub signature: Signature,
}

impl AuditBatch {
    /// What the gate signs (domain `Audit`).
    #[must_use]
    pub fn body(gate: &Did, batch: u32, records: u32, root: &Sha256Hash) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(64).value(gate).u32(batch).u32(records).value(root);
        w.finish()
    }
}

impl Canonical for AuditBatch {
    fn encode(&self, w: &mut Writer) {
        let Self {
            gate,
            batch,
            records,
            root,
            signature,
        } = self;
        w.value(gate)
            .u32(*batch)
            .u32(*records)
            .value(root)
            .value(signature);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            gate: r.value()?,
            batch: r.u32("a batch")?,
            records: r.u32("records")?,
            root: r.value()?,
            signature: r.value()?,
        })
    }
}
