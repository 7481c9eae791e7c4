//! The notice that gives trustees leave to act, as the ledger shows it.

use luyin_protocol::bytes_newtype;
use luyin_protocol::field::{Owner, ShareCommitment};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Day;

use super::TRUSTEES;
use super::release::ReleaseError;

bytes_newtype! {
    /// Identifies a risk notice on the ledger.
    NoticeId[32];
}

/// Whether a notice still stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// In force until its last day.
    Live,
    /// Taken back by the authority.
    Lifted,
}

/// What the ledger says of a notice and of the enrolment it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeFacts {
    /// Which notice.
    pub id: NoticeId,
    /// The person, by the owner value of the enrolment.
    pub subject: Owner,
    /// Hash of that enrolment's public inputs.
    pub enrol: Sha256Hash,
    /// `c_1` to `c_5` of that enrolment.
    pub commitments: [ShareCommitment; TRUSTEES],
    /// Day of the block that bears the notice.
    pub issued_on: Day,
    /// First day it covers.
    pub first_day: Day,
    /// Last day it covers.
    pub last_day: Day,
    /// Whether it still stands.
    pub standing: Standing,
}

/// The ledger could not be asked, or its proof did not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ledger could not prove the notice")]
pub struct SourceError;

/// Where a trustee looks a notice up. An implementation checks the inclusion proof against a checkpoint it trusts;
/// this is the place where a trustee's word depends on the ledger.
pub trait NoticeSource {
    /// The notice, as proved by the ledger; `None` if the ledger has none of that id.
    fn notice(&self, id: &NoticeId) -> Result<Option<NoticeFacts>, SourceError>;
}

/// A notice that was looked up and is in force. Only [`VerifiedNotice::look_up`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedNotice {
    facts: NoticeFacts,
    today: Day,
}

impl VerifiedNotice {
    /// Looks a notice up and refuses it unless it is in force on `today`.
    ///
    /// A notice that covers days before its own block is refused too, whatever the ledger's rules are: it
    /// would open past passes.
    pub fn look_up(
        source: &impl NoticeSource,
        id: &NoticeId,
        today: Day,
    ) -> Result<Self, ReleaseError> {
        let facts = source.notice(id)?.ok_or(ReleaseError::UnknownNotice)?;
        if facts.id != *id {
            return Err(ReleaseError::UnknownNotice);
        }
        match facts.standing {
            Standing::Lifted => Err(ReleaseError::Lifted),
            Standing::Live if facts.first_day < facts.issued_on => Err(ReleaseError::Backdated),
            Standing::Live if today > facts.last_day => Err(ReleaseError::Expired),
            Standing::Live => Ok(Self { facts, today }),
        }
    }

    /// What the ledger says.
    pub fn facts(&self) -> &NoticeFacts {
        &self.facts
    }

    /// Refuses a day that the notice does not cover, and one later than tomorrow: what is not yet released can still
    /// be withheld when the notice is lifted.
    pub(super) fn check_day(&self, day: Day) -> Result<(), ReleaseError> {
        if day < self.facts.first_day || day > self.facts.last_day {
            Err(ReleaseError::OutsideNotice(day))
        } else if day > self.today.plus(1) {
            Err(ReleaseError::NotYet(day))
        } else {
            Ok(())
        }
    }
}
