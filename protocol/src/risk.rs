//! Risk lists and risk notices (protocol sections 6 and 7).

use crate::bytes_newtype;
use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::evidence::EvidenceKind;
use crate::field::{DayHandle, Owner, SlotHandle};
use crate::itinerary::Itinerary;
use crate::note::MAX_SLEEP_DAYS;
use crate::policy::MAX_GRACE_MS;
use crate::signature::Sha256Hash;
use crate::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The longest clause text, in bytes.
pub const MAX_CLAUSE: usize = 400;
/// The longest life of a notice, in days.
pub const MAX_NOTICE_DAYS: u16 = 60;

bytes_newtype! {
    /// A notice: SHA-256 of its transaction's content.
    NoticeId[32];
    /// A person's one entry: the finalised VOPRF of the ID number.
    Uid[32];
    /// Hiding commitment to the enrolment that a notice is about.
    SubjectCommitment[32];
    /// What opens a [`SubjectCommitment`]; goes sealed to the trustees.
    SubjectSalt[32];
}

impl SubjectCommitment {
    /// Commits to an enrolment, so that the public log does not say whose notice it is.
    #[must_use]
    pub fn of(owner: &Owner, salt: &SubjectSalt) -> Self {
        let digest = Sha256::new()
            .chain_update(b"luyin/v1/subject\0")
            .chain_update(owner.to_bytes())
            .chain_update(salt.as_bytes())
            .finalize();
        Self(digest.into())
    }
}

/// One version of the list of risk regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskList {
    /// Versions count from 1 without gaps.
    pub version: u32,
    /// The regions.
    pub regions: Itinerary,
    /// When it takes effect.
    pub effective: Timestamp,
    /// How long the previous version is still accepted after that; 0 for an emergency.
    pub grace_ms: u32,
}

impl Canonical for RiskList {
    fn encode(&self, w: &mut Writer) {
        let Self {
            version,
            regions,
            effective,
            grace_ms,
        } = self;
        w.u32(*version)
            .value(regions)
            .value(effective)
            .u32(*grace_ms);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let list = Self {
            version: r.u32("a version")?,
            regions: r.value()?,
            effective: r.value()?,
            grace_ms: r.u32("a grace")?,
        };
        if list.version == 0 {
            return Err(DecodeError::Invalid("a version from 1"));
        }
        if list.grace_ms > MAX_GRACE_MS {
            return Err(DecodeError::Invalid("a grace of at most a day"));
        }
        Ok(list)
    }
}

/// Why a person may not pass for a while. Typed: there is no "other".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeClass {
    /// A confirmed case.
    Confirmed,
    /// A close contact.
    CloseContact,
    /// The phone was lost; a new enrolment takes its place.
    Superseded,
    /// A court ordered it.
    CourtOrder,
}

impl NoticeClass {
    /// Each of them.
    pub const ALL: [Self; 4] = [
        Self::Confirmed,
        Self::CloseContact,
        Self::Superseded,
        Self::CourtOrder,
    ];

    fn code(self) -> u8 {
        match self {
            Self::Confirmed => 1,
            Self::CloseContact => 2,
            Self::Superseded => 3,
            Self::CourtOrder => 4,
        }
    }

    /// The kinds of evidence that a notice of this class may rest on (clause 7.16).
    #[must_use]
    pub const fn accepts(self) -> &'static [EvidenceKind] {
        match self {
            Self::Confirmed => &[EvidenceKind::LaboratoryReport, EvidenceKind::Diagnosis],
            Self::CloseContact => &[EvidenceKind::ContactRecord],
            Self::Superseded => &[EvidenceKind::StatementOfLoss],
            Self::CourtOrder => &[EvidenceKind::CourtOrder],
        }
    }
}

/// What a notice does not rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoGrounds {
    /// No hash of any file: none, or that of an empty one.
    #[error("a notice rests on evidence")]
    Evidence,
    /// Evidence of a kind that notices of its class do not rest on.
    #[error("a notice of this class does not rest on this kind of evidence")]
    EvidenceKind,
    /// No words.
    #[error("a notice rests on a clause")]
    Clause,
}

/// A risk notice: about one enrolment, for stated days, by a stated clause, on stated evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskNotice {
    /// What kind.
    pub class: NoticeClass,
    /// Hiding commitment to the enrolment.
    pub subject: SubjectCommitment,
    /// For [`NoticeClass::Superseded`] alone: the entry that may be used once more.
    pub uid: Option<Uid>,
    /// What the evidence is; the class says which kinds it accepts.
    pub evidence_kind: EvidenceKind,
    /// SHA-256 of the evidence on file.
    pub evidence: Sha256Hash,
    /// The clause it rests on, in words.
    pub clause: String,
    /// First day.
    pub from: Day,
    /// Last day; then it ends by itself.
    pub until: Day,
}

impl RiskNotice {
    /// Whether it states evidence of a kind that its class accepts, and a clause. Apart from [`Self::check`], so that the
    /// ledger refuses a notice without either by its name, and not as bytes that nobody can read.
    ///
    /// # Errors
    /// [`NoGrounds`].
    pub fn check_grounds(&self) -> Result<(), NoGrounds> {
        let nothing = [Sha256Hash::from_bytes([0; 32]), Sha256Hash::of(b"")];
        if nothing.contains(&self.evidence) {
            return Err(NoGrounds::Evidence);
        }
        if !self.class.accepts().contains(&self.evidence_kind) {
            return Err(NoGrounds::EvidenceKind);
        }
        if self.clause.trim().is_empty() {
            return Err(NoGrounds::Clause);
        }
        Ok(())
    }

    /// Checks that the parts agree. Whether it is already over is the ledger's question.
    pub fn check(&self) -> Result<(), DecodeError> {
        if self.clause.len() > MAX_CLAUSE {
            return Err(DecodeError::Invalid("a notice with a clause"));
        }
        if self.until < self.from || self.until.get() - self.from.get() >= MAX_NOTICE_DAYS {
            return Err(DecodeError::Invalid("a notice of 1 to 60 days"));
        }
        if self.class == NoticeClass::Superseded
            && self.until.get() - self.from.get() < MAX_SLEEP_DAYS
        {
            return Err(DecodeError::Invalid("a superseded notice of 51 to 60 days"));
        }
        if self.uid.is_some() != (self.class == NoticeClass::Superseded) {
            return Err(DecodeError::Invalid("a uid on superseded notices alone"));
        }
        Ok(())
    }

    /// The notice's name.
    #[must_use]
    pub fn id(&self) -> NoticeId {
        NoticeId::from_bytes(*Sha256Hash::of(&self.to_vec()).as_bytes())
    }

    /// Whether the notice covers a day.
    #[must_use]
    pub fn covers(&self, day: Day) -> bool {
        (self.from..=self.until).contains(&day)
    }
}

impl Canonical for RiskNotice {
    fn encode(&self, w: &mut Writer) {
        let Self {
            class,
            subject,
            uid,
            evidence_kind,
            evidence,
            clause,
            from,
            until,
        } = self;
        w.u8(class.code())
            .value(subject)
            .option(uid.as_ref())
            .value(evidence_kind)
            .value(evidence)
            .bytes(clause.as_bytes())
            .value(from)
            .value(until);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let code = r.u8("a notice class")?;
        let class = NoticeClass::ALL
            .into_iter()
            .find(|c| c.code() == code)
            .ok_or(DecodeError::Invalid("a notice class"))?;
        let notice = Self {
            class,
            subject: r.value()?,
            uid: r.option("a uid")?,
            evidence_kind: r.value()?,
            evidence: r.value()?,
            clause: r.text(MAX_CLAUSE, "a clause")?,
            from: r.value()?,
            until: r.value()?,
        };
        notice.check()?;
        Ok(notice)
    }
}

/// The values of one day of one notice, as three trustees release them: by `rh_day` gates
/// recognise the holder's passes, by the slot values the ledger refuses its check-ins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRelease {
    /// The notice.
    pub notice: NoticeId,
    /// A day that it covers.
    pub day: Day,
    /// `H_RevDay(rh, day)`.
    pub handle: DayHandle,
    /// `H_RevSlot(rh, slot)` of the day's two slots.
    pub slots: [SlotHandle; 2],
}

impl Canonical for DayRelease {
    fn encode(&self, w: &mut Writer) {
        let Self {
            notice,
            day,
            handle,
            slots,
        } = self;
        w.value(notice)
            .value(day)
            .value(handle)
            .value(&slots[0])
            .value(&slots[1]);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            notice: r.value()?,
            day: r.value()?,
            handle: r.value()?,
            slots: [r.value()?, r.value()?],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> RiskNotice {
        RiskNotice {
            class: NoticeClass::CloseContact,
            subject: SubjectCommitment::from_bytes([1; 32]),
            uid: None,
            evidence_kind: EvidenceKind::ContactRecord,
            evidence: Sha256Hash::of(b"file 7"),
            clause: "传染病防治法 第三十九条".into(),
            from: Day::new(20_000),
            until: Day::new(20_013),
        }
    }

    #[test]
    fn a_notice_without_evidence_clause_or_end_is_refused() {
        assert_eq!(
            RiskNotice::from_slice(&notice().to_vec()).unwrap(),
            notice()
        );
        assert_eq!(notice().check_grounds(), Ok(()));
        type Change = fn(&mut RiskNotice);
        let groundless: [(NoGrounds, Change); 4] = [
            (NoGrounds::Evidence, |n| {
                n.evidence = Sha256Hash::from_bytes([0; 32]);
            }),
            (NoGrounds::Evidence, |n| n.evidence = Sha256Hash::of(b"")),
            (NoGrounds::EvidenceKind, |n| {
                n.evidence_kind = EvidenceKind::CourtOrder;
            }),
            (NoGrounds::Clause, |n| n.clause = "  ".into()),
        ];
        for (named, spoil) in groundless {
            let mut n = notice();
            spoil(&mut n);
            let read = RiskNotice::from_slice(&n.to_vec()).unwrap();
            assert_eq!(read.check_grounds(), Err(named));
        }
        let broken: [fn(&mut RiskNotice); 5] = [
            |n| n.until = Day::new(19_999),
            |n| n.until = Day::new(20_060),
            |n| n.uid = Some(Uid::from_bytes([1; 32])),
            |n| n.class = NoticeClass::Superseded,
            |n| {
                n.class = NoticeClass::Superseded;
                n.uid = Some(Uid::from_bytes([1; 32]));
            },
        ];
        for (i, spoil) in broken.iter().enumerate() {
            let mut n = notice();
            spoil(&mut n);
            assert!(RiskNotice::from_slice(&n.to_vec()).is_err(), "case {i}");
        }
    }

    #[test]
    fn the_subject_stays_hidden_without_the_salt() {
        let owner = Owner::from_value(7u64.into());
        let a = SubjectCommitment::of(&owner, &SubjectSalt::from_bytes([1; 32]));
        assert_ne!(
            a,
            SubjectCommitment::of(&owner, &SubjectSalt::from_bytes([2; 32]))
        );
    }
}
