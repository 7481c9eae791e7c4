use crate::appeal::{AppealEntry, AppealOutcome};
use crate::attestation::AttestationKind;
use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::did::Did;
use crate::policy::Policy;
use crate::risk::{MAX_CLAUSE, NoticeId, RiskList, RiskNotice};
use crate::signature::{PublicKey, Signature};
use serde::{Deserialize, Serialize};

/// The code of a governance transaction (clause 7.3).
pub(super) const GOVERNANCE: u8 = 0x20;

/// How many entries an organisation may make on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quota(pub u32);

/// What an organisation is accredited to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Role {
    /// Enrols persons, at most so many a day.
    Registrar {
        /// a day's enrolments
        quota: Quota,
    },
    /// Issues attestations of one kind, at most so many a day.
    Attester {
        /// which kind
        kind: AttestationKind,
        /// a day's attestations
        quota: Quota,
    },
    /// Verifies passes at a venue and files audit records.
    Gate {
        /// the organisation whose venue it is
        venue: Did,
    },
    /// Receives its employees' disclosures.
    Employer,
    /// Reads the proof-audit API.
    Regulator,
}

impl Canonical for Role {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Registrar { quota } => w.u8(1).u32(quota.0),
            Self::Attester { kind, quota } => w.u8(2).value(kind).u32(quota.0),
            Self::Gate { venue } => w.u8(3).value(venue),
            Self::Employer => w.u8(4),
            Self::Regulator => w.u8(5),
        };
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8("a role")? {
            1 => Self::Registrar {
                quota: Quota(r.u32("a quota")?),
            },
            2 => Self::Attester {
                kind: r.value()?,
                quota: Quota(r.u32("a quota")?),
            },
            3 => Self::Gate { venue: r.value()? },
            4 => Self::Employer,
            5 => Self::Regulator,
            _ => return Err(DecodeError::Invalid("a role")),
        })
    }
}

/// An organisation may from now on act in a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accredit {
    /// Who.
    pub did: Did,
    /// To do what.
    pub role: Role,
}

/// An organisation may no longer act in any role; its open attestations are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unaccredit {
    /// Who.
    pub did: Did,
    /// Why, in words.
    pub reason: String,
}

/// A notice ends before its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeLifted {
    /// Which.
    pub notice: NoticeId,
    /// Why, in words.
    pub reason: String,
}

/// The answer to an appeal; one that is granted ends the notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealAnswered {
    /// Which appeal.
    pub appeal: AppealEntry,
    /// The notice that it is against: whoever reads actions alone sees what ends.
    pub notice: NoticeId,
    /// What is answered.
    pub outcome: AppealOutcome,
    /// Why, in words.
    pub reason: String,
}

impl Canonical for AppealAnswered {
    fn encode(&self, w: &mut Writer) {
        let Self {
            appeal,
            notice,
            outcome,
            reason,
        } = self;
        w.value(appeal)
            .value(notice)
            .value(outcome)
            .bytes(reason.as_bytes());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            appeal: r.value()?,
            notice: r.value()?,
            outcome: r.value()?,
            reason: r.text(MAX_CLAUSE, "a reason")?,
        })
    }
}

/// What the authority does. None of these sets a colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GovernanceAction {
    /// Accredits.
    Accredit(Accredit),
    /// Ends an accreditation.
    Unaccredit(Unaccredit),
    /// Publishes a policy.
    Policy(Box<Policy>),
    /// Publishes a risk list.
    RiskList(Box<RiskList>),
    /// Publishes a risk notice.
    RiskNotice(RiskNotice),
    /// Lifts one.
    NoticeLifted(NoticeLifted),
    /// Answers an appeal against one.
    AppealAnswered(AppealAnswered),
}

impl Canonical for GovernanceAction {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Accredit(x) => w.u8(1).value(&x.did).value(&x.role),
            Self::Unaccredit(x) => w.u8(2).value(&x.did).bytes(x.reason.as_bytes()),
            Self::Policy(x) => w.u8(3).value(x.as_ref()),
            Self::RiskList(x) => w.u8(4).value(x.as_ref()),
            Self::RiskNotice(x) => w.u8(5).value(x),
            Self::NoticeLifted(x) => w.u8(6).value(&x.notice).bytes(x.reason.as_bytes()),
            Self::AppealAnswered(x) => w.u8(7).value(x),
        };
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8("a governance action")? {
            1 => Self::Accredit(Accredit {
                did: r.value()?,
                role: r.value()?,
            }),
            2 => Self::Unaccredit(Unaccredit {
                did: r.value()?,
                reason: r.text(MAX_CLAUSE, "a reason")?,
            }),
            3 => Self::Policy(Box::new(r.value()?)),
            4 => Self::RiskList(Box::new(r.value()?)),
            5 => Self::RiskNotice(r.value()?),
            6 => Self::NoticeLifted(NoticeLifted {
                notice: r.value()?,
                reason: r.text(MAX_CLAUSE, "a reason")?,
            }),
            7 => Self::AppealAnswered(r.value()?),
            _ => return Err(DecodeError::Invalid("a governance action")),
        })
    }
}

/// The third signature, which what may reach many needs (clause 7.16a).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// One of the network's reviewers.
    pub reviewer: PublicKey,
    /// Its signature.
    pub signature: Signature,
}

impl Canonical for Review {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.reviewer).value(&self.signature);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            reviewer: r.value()?,
            signature: r.value()?,
        })
    }
}

/// Signatures of different roles over the same action and sequence number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// One of the network's proposers.
    pub proposer: PublicKey,
    /// Its signature.
    pub proposal: Signature,
    /// One of the network's approvers.
    pub approver: PublicKey,
    /// Its signature.
    pub approval: Signature,
    /// A reviewer's, where there is a third.
    pub review: Option<Review>,
}

/// A governance transaction. The sequence number makes each signature good for one use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Governance {
    /// Counts the network's governance transactions from 1 without gaps.
    pub sequence: u64,
    /// What is done.
    pub action: GovernanceAction,
    /// By whom (domain `Governance`, over [`Governance::body`]).
    pub approvals: Approvals,
}

impl Governance {
    /// What all roles sign.
    #[must_use]
    pub fn body(sequence: u64, action: &GovernanceAction) -> Vec<u8> {
        let mut w = Writer::default();
        w.u64(sequence).value(action);
        w.finish()
    }
}

impl Canonical for Approvals {
    fn encode(&self, w: &mut Writer) {
        let Self {
            proposer,
            proposal,
            approver,
            approval,
            review,
        } = self;
        w.value(proposer)
            .value(proposal)
            .value(approver)
            .value(approval)
            .option(review.as_ref());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            proposer: r.value()?,
            proposal: r.value()?,
            approver: r.value()?,
            approval: r.value()?,
            review: r.option("a review")?,
        })
    }
}

impl Canonical for Governance {
    fn encode(&self, w: &mut Writer) {
        let Self {
            sequence,
            action,
            approvals,
        } = self;
        w.u64(*sequence).value(action).value(approvals);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            sequence: r.u64("a sequence number")?,
            action: r.value()?,
            approvals: r.value()?,
        })
    }
}

/// What was sent as a governance transaction and may be none: its number, its action, and the signatures that are
/// there, one or none of them perhaps. For naming an attempt, never for acting on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// Its number.
    pub sequence: u64,
    /// What was to be done.
    pub action: GovernanceAction,
    /// Keys with what is said to be their signatures, three at most.
    pub signed: Vec<(PublicKey, Signature)>,
}

impl Attempted {
    /// Reads as far as there is something to read; `None` where not even number and action are.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut r = Reader::new(bytes);
        if r.u8("a transaction").ok()? != GOVERNANCE {
            return None;
        }
        let sequence = r.u64("a sequence number").ok()?;
        let action = r.value().ok()?;
        let mut signed = Vec::new();
        while signed.len() < 3 {
            let third = signed.len() == 2;
            if third && !matches!(r.flag("a review"), Ok(true)) {
                break;
            }
            let pair = r.value().and_then(|key| Ok((key, r.value()?)));
            let Ok(pair) = pair else { break };
            signed.push(pair);
        }
        Some(Self {
            sequence,
            action,
            signed,
        })
    }
}
