//! The notice that gives trustees leave to act, as the ledger shows it.

use std::fmt;

use luyin_protocol::codec::DecodeError;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::field::Owner;
use luyin_protocol::risk::{NoticeId, RiskNotice, SubjectCommitment, SubjectSalt};
use luyin_protocol::signature::{NetworkId, SealPublicKey};
use luyin_protocol::time::Day;
use luyin_protocol::tx::EnrolPublic;
use rand::{CryptoRng, RngCore};

use super::release::ReleaseError;
use crate::seal_key::{SealKeyError, seal_to};

const OPENING_INFO: &[u8] = b"luyin/v1/notice-subject";
const EVIDENCE_INFO: &[u8] = b"luyin/v1/notice-evidence";

/// The longest file of evidence that a trustee is shown.
pub const MAX_EVIDENCE: usize = 512 << 10;

/// Whether a notice still stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In force until its last day.
    Live,
    /// Taken back by the authority.
    Lifted,
}

/// A notice as the ledger bears it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeOnLedger {
    /// The notice itself.
    pub notice: RiskNotice,
    /// Day of the block that bears it.
    pub issued_on: Day,
    /// Whether it still stands.
    pub standing: Standing,
}

/// The ledger could not be asked, or its proof did not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ledger could not prove its answer")]
pub struct SourceError;

/// Where a trustee looks up what the ledger says. An implementation checks inclusion proofs against a checkpoint it
/// trusts; this is the place where a trustee's word depends on the ledger.
pub trait NoticeSource {
    /// The notice; `None` if the ledger bears none of that id.
    fn notice(&self, id: &NoticeId) -> Result<Option<NoticeOnLedger>, SourceError>;

    /// The enrolment of an owner; `None` if the ledger bears none.
    fn enrolment(&self, owner: &Owner) -> Result<Option<EnrolPublic>, SourceError>;
}

/// Whose notice it is: what opens the notice's subject commitment. Known to the authority and the trustees alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SubjectOpening {
    /// `H_Owner(sk)` of the person.
    pub owner: Owner,
    /// The salt of the commitment.
    pub salt: SubjectSalt,
}

impl fmt::Debug for SubjectOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectOpening(..)")
    }
}

impl SubjectOpening {
    /// Owner and salt, 32 bytes each.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.owner.to_bytes()[..], self.salt.as_bytes()].concat()
    }

    /// Reads the 64 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = luyin_protocol::codec::Reader::new(bytes);
        let opening = Self {
            owner: reader.value()?,
            salt: reader.value()?,
        };
        match reader.remaining() {
            0 => Ok(opening),
            n => Err(DecodeError::Trailing(n)),
        }
    }
}

/// Seals a notice's subject to one trustee; the authority does so when it issues the notice.
pub fn seal_opening(
    network: &NetworkId,
    notice: &NoticeId,
    opening: &SubjectOpening,
    trustee: TrusteeIndex,
    key: &SealPublicKey,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Vec<u8>, SealKeyError> {
    let aad = opening_aad(network, notice, trustee);
    seal_to(key, OPENING_INFO, &aad, &opening.to_bytes(), rng)
}

/// Seals the file of evidence of a notice to one trustee, which compares its hash with the notice's (clause 3.10).
pub fn seal_evidence(
    network: &NetworkId,
    notice: &NoticeId,
    evidence: &[u8],
    trustee: TrusteeIndex,
    key: &SealPublicKey,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Vec<u8>, SealKeyError> {
    let aad = opening_aad(network, notice, trustee);
    seal_to(key, EVIDENCE_INFO, &aad, evidence, rng)
}

pub(super) const fn evidence_info() -> &'static [u8] {
    EVIDENCE_INFO
}

pub(super) const fn opening_info() -> &'static [u8] {
    OPENING_INFO
}

pub(super) fn opening_aad(network: &NetworkId, notice: &NoticeId, to: TrusteeIndex) -> Vec<u8> {
    [&network.as_bytes()[..], &notice.as_bytes()[..], &[to.get()]].concat()
}

/// A notice that was looked up, opened and found in force. Only [`VerifiedNotice::look_up`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedNotice {
    id: NoticeId,
    notice: RiskNotice,
    enrolment: EnrolPublic,
    today: Day,
}

impl VerifiedNotice {
    /// Looks a notice and its subject's enrolment up, and refuses it unless it is in force on `today` and `opening`
    /// opens its subject.
    ///
    /// A notice that covers days before its own block is refused too, whatever the ledger's rules are: it
    /// would open past passes.
    pub fn look_up(
        source: &impl NoticeSource,
        id: &NoticeId,
        opening: &SubjectOpening,
        today: Day,
    ) -> Result<Self, ReleaseError> {
        let NoticeOnLedger {
            notice,
            issued_on,
            standing,
        } = source.notice(id)?.ok_or(ReleaseError::UnknownNotice)?;
        if notice.id() != *id {
            return Err(ReleaseError::UnknownNotice);
        }
        match standing {
            Standing::Lifted => return Err(ReleaseError::Lifted),
            Standing::Live if notice.from < issued_on => return Err(ReleaseError::Backdated),
            Standing::Live if today > notice.until => return Err(ReleaseError::Expired),
            Standing::Live => {}
        }
        if SubjectCommitment::of(&opening.owner, &opening.salt) != notice.subject {
            return Err(ReleaseError::OtherSubject);
        }
        let enrolment = source
            .enrolment(&opening.owner)?
            .filter(|found| found.owner == opening.owner)
            .ok_or(ReleaseError::NoEnrolment)?;
        Ok(Self {
            id: *id,
            notice,
            enrolment,
            today,
        })
    }

    /// The notice's id.
    pub fn id(&self) -> NoticeId {
        self.id
    }

    /// The enrolment it is about.
    pub fn enrolment(&self) -> &EnrolPublic {
        &self.enrolment
    }

    /// Refuses a day that the notice does not cover, and one later than tomorrow: what is not yet released can still
    /// be withheld when the notice is lifted.
    pub(super) fn check_day(&self, day: Day) -> Result<(), ReleaseError> {
        if !self.notice.covers(day) {
            Err(ReleaseError::OutsideNotice(day))
        } else if day > self.today.plus(1) {
            Err(ReleaseError::NotYet(day))
        } else {
            Ok(())
        }
    }
}
