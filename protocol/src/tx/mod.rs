//! Transactions: the entries of the ledger (protocol section 7). One entry is one leaf of the log.

mod appeal;
mod attest;
mod block;
mod enrol;
mod governance;
mod identity;
mod release;
mod spend;

pub use appeal::{Appeal, AppealBody};
pub use attest::{Attest, AttestWithdrawn, AuditBatch, MAX_BATCH};
pub use block::{BlockHeader, StateRoots};
pub use enrol::{Enrol, EnrolPublic, REQUEST_DAYS};
pub use governance::{
    Accredit, AppealAnswered, Approvals, Attempted, Governance, GovernanceAction, NoticeLifted,
    Quota, Review, Role, Unaccredit,
};
pub use identity::{DidCreate, DidDeactivate, DidUpdate};
pub use release::Release;
pub use spend::{Absorb, CheckIn, NoteRoot};

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::network::NetworkParameters;

/// The longest entry: what an entry bundle of the log can carry.
pub const MAX_ENTRY: usize = 65_535;

/// One entry of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The first entry of all.
    Genesis(Box<NetworkParameters>),
    /// Opens a block.
    Block(BlockHeader),
    /// A transaction.
    Tx(Box<Tx>),
}

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tx {
    /// A new identifier.
    DidCreate(DidCreate),
    /// A new version of its document.
    DidUpdate(DidUpdate),
    /// Its end.
    DidDeactivate(DidDeactivate),
    /// Anything that takes two roles of the authority.
    Governance(Governance),
    /// Three trustees' values for one day of a notice.
    Release(Release),
    /// A person's entry.
    Enrol(Box<Enrol>),
    /// A health check-in.
    CheckIn(CheckIn),
    /// A batch of attestations.
    Attest(Attest),
    /// Attestations taken back.
    AttestWithdrawn(AttestWithdrawn),
    /// An attestation taken into a note.
    Absorb(Absorb),
    /// An appeal against a notice, by the person whom it is about.
    Appeal(Appeal),
    /// A gate's audit records.
    AuditBatch(AuditBatch),
}

/// The name of a transaction's kind, as the API, logs and statistics spell it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum TxKind {
    DidCreate,
    DidUpdate,
    DidDeactivate,
    Governance,
    Release,
    Enrol,
    CheckIn,
    Attest,
    AttestWithdrawn,
    Absorb,
    Appeal,
    AuditBatch,
}

impl TxKind {
    /// Each of them.
    pub const ALL: [Self; 12] = [
        Self::DidCreate,
        Self::DidUpdate,
        Self::DidDeactivate,
        Self::Governance,
        Self::Release,
        Self::Enrol,
        Self::CheckIn,
        Self::Attest,
        Self::AttestWithdrawn,
        Self::Absorb,
        Self::Appeal,
        Self::AuditBatch,
    ];
}

impl Tx {
    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> TxKind {
        match self {
            Self::DidCreate(_) => TxKind::DidCreate,
            Self::DidUpdate(_) => TxKind::DidUpdate,
            Self::DidDeactivate(_) => TxKind::DidDeactivate,
            Self::Governance(_) => TxKind::Governance,
            Self::Release(_) => TxKind::Release,
            Self::Enrol(_) => TxKind::Enrol,
            Self::CheckIn(_) => TxKind::CheckIn,
            Self::Attest(_) => TxKind::Attest,
            Self::AttestWithdrawn(_) => TxKind::AttestWithdrawn,
            Self::Absorb(_) => TxKind::Absorb,
            Self::Appeal(_) => TxKind::Appeal,
            Self::AuditBatch(_) => TxKind::AuditBatch,
        }
    }
}

impl Canonical for Tx {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::DidCreate(x) => w.u8(16).value(x),
            Self::DidUpdate(x) => w.u8(17).value(x),
            Self::DidDeactivate(x) => w.u8(18).value(x),
            Self::Governance(x) => w.u8(32).value(x),
            Self::Release(x) => w.u8(33).value(x),
            Self::Enrol(x) => w.u8(48).value(x.as_ref()),
            Self::CheckIn(x) => w.u8(49).value(x),
            Self::Attest(x) => w.u8(50).value(x),
            Self::AttestWithdrawn(x) => w.u8(51).value(x),
            Self::Absorb(x) => w.u8(52).value(x),
            Self::Appeal(x) => w.u8(53).value(x),
            Self::AuditBatch(x) => w.u8(64).value(x),
        };
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::decode_kind(r.u8("a transaction kind")?, r)
    }
}

impl Tx {
    fn decode_kind(kind: u8, r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match kind {
            16 => Self::DidCreate(r.value()?),
            17 => Self::DidUpdate(r.value()?),
            18 => Self::DidDeactivate(r.value()?),
            32 => Self::Governance(r.value()?),
            33 => Self::Release(r.value()?),
            48 => Self::Enrol(Box::new(r.value()?)),
            49 => Self::CheckIn(r.value()?),
            50 => Self::Attest(r.value()?),
            51 => Self::AttestWithdrawn(r.value()?),
            52 => Self::Absorb(r.value()?),
            53 => Self::Appeal(r.value()?),
            64 => Self::AuditBatch(r.value()?),
            _ => return Err(DecodeError::Invalid("a transaction kind")),
        })
    }
}

impl Canonical for Entry {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Genesis(x) => w.u8(0).value(x.as_ref()),
            Self::Block(x) => w.u8(1).value(x),
            Self::Tx(x) => w.value(x.as_ref()),
        };
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8("an entry kind")? {
            0 => Self::Genesis(Box::new(r.value()?)),
            1 => Self::Block(r.value()?),
            kind => Self::Tx(Box::new(Tx::decode_kind(kind, r)?)),
        })
    }
}

#[cfg(test)]
mod tests;
