//! An action on its way from the proposer to the approver: a file with one signature, to which the second is added.

use luyin_keys::signing::SigningKey;
use luyin_protocol::appeal::AppealOutcome;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::risk::NoticeClass;
use luyin_protocol::signature::{Domain, NetworkId, PublicKey, Signature};
use luyin_protocol::tx::{
    Accredit, AppealAnswered, Approvals, Governance, GovernanceAction, NoticeLifted, Review, Role,
    Unaccredit,
};
use serde::{Deserialize, Serialize};

use luyin_device::client::Encoded;

/// The longest action file that is read.
pub const MAX_FILE: usize = 64 << 10;

/// A half-signed action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionFile {
    /// For which ledger.
    pub network: NetworkId,
    /// The number it will have; each number is used once.
    pub sequence: u64,
    /// What is done.
    pub action: Encoded<GovernanceAction>,
    /// Who proposes it.
    pub proposer: PublicKey,
    /// The proposer's signature.
    pub proposal: Signature,
    /// The approver's, where a reviewer's is to follow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Approved>,
}

/// The second signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approved {
    /// Who approves it.
    pub approver: PublicKey,
    /// The approver's signature.
    pub approval: Signature,
}

/// Why an action was not signed.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// Not an action file.
    #[error("not an action file: {0}")]
    Json(#[from] serde_json::Error),
    /// Of another network.
    #[error("the action is for another network")]
    OtherNetwork,
    /// The key may not propose.
    #[error("this key is none of the network's proposers; choose another with --key")]
    NotProposer,
    /// The key may not approve.
    #[error("this key is none of the network's approvers; choose another with --key")]
    NotApprover,
    /// The key may not review.
    #[error("this key is none of the network's reviewers; choose another with --key")]
    NotReviewer,
    /// A reviewer comes third.
    #[error(
        "nobody has approved the action yet; `luyin authority approve --for-review` comes first"
    )]
    NotApproved,
    /// The approval does not hold.
    #[error("the approver's signature does not hold; the file was changed, ask for it again")]
    BadApproval,
    /// The proposal does not hold.
    #[error("the proposer's signature does not hold; the file was changed, ask for it again")]
    BadProposal,
    /// Something else was done meanwhile.
    #[error(
        "the action is numbered {found}, the ledger is at {due}: another action came first; propose it again"
    )]
    Sequence {
        /// the file's
        found: u64,
        /// the ledger's
        due: u64,
    },
}

impl ActionFile {
    /// Proposes an action.
    ///
    /// # Errors
    /// [`ActionError::NotProposer`].
    pub fn propose(
        parameters: &NetworkParameters,
        sequence: u64,
        action: GovernanceAction,
        key: &SigningKey,
    ) -> Result<Self, ActionError> {
        if !parameters.proposers.contains(&key.public()) {
            return Err(ActionError::NotProposer);
        }
        let network = parameters.id();
        let body = Governance::body(sequence, &action);
        Ok(Self {
            network,
            sequence,
            proposer: key.public(),
            proposal: key.sign(Domain::Governance, &network, &body),
            action: Encoded(action),
            approved: None,
        })
    }

    /// Reads a file and checks its signature.
    ///
    /// # Errors
    /// [`ActionError`].
    pub fn read(bytes: &[u8], parameters: &NetworkParameters) -> Result<Self, ActionError> {
        let file: Self = serde_json::from_slice(bytes)?;
        if file.network != parameters.id() {
            return Err(ActionError::OtherNetwork);
        }
        if !parameters.proposers.contains(&file.proposer) {
            return Err(ActionError::NotProposer);
        }
        let body = Governance::body(file.sequence, &file.action.0);
        file.proposer
            .verify(Domain::Governance, &file.network, &body, &file.proposal)
            .map_err(|_| ActionError::BadProposal)?;
        if let Some(Approved { approver, approval }) = &file.approved {
            if !parameters.approvers.contains(approver) {
                return Err(ActionError::NotApprover);
            }
            approver
                .verify(Domain::Governance, &file.network, &body, approval)
                .map_err(|_| ActionError::BadApproval)?;
        }
        Ok(file)
    }

    /// Adds the second signature.
    ///
    /// # Errors
    /// [`ActionError::Sequence`], [`ActionError::NotApprover`].
    pub fn approve(
        &self,
        parameters: &NetworkParameters,
        due: u64,
        key: &SigningKey,
    ) -> Result<Governance, ActionError> {
        if !parameters.approvers.contains(&key.public()) {
            return Err(ActionError::NotApprover);
        }
        let approved = Approved {
            approver: key.public(),
            approval: self.sign(due, key)?,
        };
        Ok(self.signed(&approved, None))
    }

    /// Adds the second signature and leaves the third to a reviewer.
    ///
    /// # Errors
    /// As [`Self::approve`].
    pub fn approve_for_review(
        &self,
        parameters: &NetworkParameters,
        due: u64,
        key: &SigningKey,
    ) -> Result<Self, ActionError> {
        let Approvals {
            approver, approval, ..
        } = self.approve(parameters, due, key)?.approvals;
        Ok(Self {
            approved: Some(Approved { approver, approval }),
            ..self.clone()
        })
    }

    /// Adds the third signature.
    ///
    /// # Errors
    /// [`ActionError::Sequence`], [`ActionError::NotApproved`], [`ActionError::NotReviewer`].
    pub fn review(
        &self,
        parameters: &NetworkParameters,
        due: u64,
        key: &SigningKey,
    ) -> Result<Governance, ActionError> {
        let approved = self.approved.as_ref().ok_or(ActionError::NotApproved)?;
        if !parameters.reviewers.contains(&key.public()) {
            return Err(ActionError::NotReviewer);
        }
        let review = Review {
            reviewer: key.public(),
            signature: self.sign(due, key)?,
        };
        Ok(self.signed(approved, Some(review)))
    }

    fn sign(&self, due: u64, key: &SigningKey) -> Result<Signature, ActionError> {
        if self.sequence != due {
            let found = self.sequence;
            return Err(ActionError::Sequence { found, due });
        }
        let body = Governance::body(self.sequence, &self.action.0);
        Ok(key.sign(Domain::Governance, &self.network, &body))
    }

    fn signed(&self, approved: &Approved, review: Option<Review>) -> Governance {
        Governance {
            sequence: self.sequence,
            action: self.action.0.clone(),
            approvals: Approvals {
                proposer: self.proposer,
                proposal: self.proposal,
                approver: approved.approver,
                approval: approved.approval,
                review,
            },
        }
    }
}

/// What an action does, in words, from the action itself.
#[must_use]
pub fn in_words(action: &GovernanceAction) -> String {
    match action {
        GovernanceAction::Accredit(Accredit { did, role }) => {
            format!("accredit {did} as {}", role_in_words(role))
        }
        GovernanceAction::Unaccredit(Unaccredit { did, reason }) => {
            format!("end every accreditation of {did}: {reason}")
        }
        GovernanceAction::Policy(policy) => format!(
            "publish policy {} \"{}\", in effect from {}, grace {} minutes",
            policy.reference,
            policy.name_zh,
            policy.effective.day().to_iso(),
            policy.grace_ms / 60_000
        ),
        GovernanceAction::RiskList(list) => format!(
            "publish risk list {} of {} regions, in effect from {}, grace {} minutes",
            list.version,
            list.regions.regions().count(),
            list.effective.day().to_iso(),
            list.grace_ms / 60_000
        ),
        GovernanceAction::RiskNotice(notice) => format!(
            "publish notice {} ({}) from {} to {}, by \"{}\", on {} with SHA-256 {}",
            notice.id(),
            class_in_words(notice.class),
            notice.from.to_iso(),
            notice.until.to_iso(),
            notice.clause,
            notice.evidence_kind.en(),
            notice.evidence
        ),
        GovernanceAction::NoticeLifted(NoticeLifted { notice, reason }) => {
            format!("lift notice {notice}: {reason}")
        }
        GovernanceAction::AppealAnswered(AppealAnswered {
            appeal,
            notice,
            outcome,
            reason,
        }) => match outcome {
            AppealOutcome::Granted => {
                format!("grant appeal {appeal} and lift notice {notice}: {reason}")
            }
            AppealOutcome::Refused => {
                format!("refuse appeal {appeal} against notice {notice}: {reason}")
            }
        },
    }
}

fn role_in_words(role: &Role) -> String {
    match role {
        Role::Registrar { quota } => format!("registrar of at most {} a day", quota.0),
        Role::Attester { kind, quota } => {
            format!("attester of {kind:?}, at most {} a day", quota.0)
        }
        Role::Gate { venue } => format!("gate of {venue}"),
        Role::Employer => "employer".to_owned(),
        Role::Regulator => "regulator".to_owned(),
    }
}

/// The class of a notice in words.
pub(crate) const fn class_in_words(class: NoticeClass) -> &'static str {
    match class {
        NoticeClass::Confirmed => "confirmed case",
        NoticeClass::CloseContact => "close contact",
        NoticeClass::Superseded => "superseded by a new enrolment",
        NoticeClass::CourtOrder => "court order",
    }
}

#[cfg(test)]
mod tests {
    use luyin_keys::keystore::SecretBytes;
    use luyin_protocol::risk::NoticeId;

    use super::*;
    use crate::trustee::fixture::World;

    fn action() -> GovernanceAction {
        GovernanceAction::NoticeLifted(NoticeLifted {
            notice: NoticeId::from_bytes([1; 32]),
            reason: "found healthy".to_owned(),
        })
    }

    #[test]
    fn two_roles_make_an_action_and_one_person_alone_does_not() {
        let world = World::new();
        let (parameters, proposer, approver) =
            (&world.parameters, &world.proposer, &world.approver);
        let file = ActionFile::propose(parameters, 4, action(), proposer).unwrap();
        let bytes = serde_json::to_vec(&file).unwrap();
        let read = ActionFile::read(&bytes, parameters).unwrap();
        let signed = read.approve(parameters, 4, approver).unwrap();
        let body = Governance::body(4, &signed.action);
        let network = parameters.id();
        let Approvals {
            proposer: by,
            proposal,
            approver: and,
            approval,
            review,
        } = &signed.approvals;
        assert_eq!(*review, None);
        by.verify(Domain::Governance, &network, &body, proposal)
            .unwrap();
        and.verify(Domain::Governance, &network, &body, approval)
            .unwrap();
        assert!(matches!(
            read.approve(parameters, 4, proposer),
            Err(ActionError::NotApprover)
        ));
        assert!(matches!(
            ActionFile::propose(parameters, 4, action(), approver),
            Err(ActionError::NotProposer)
        ));
    }

    #[test]
    fn a_reviewer_comes_third_and_after_an_approver() {
        let world = World::new();
        let reviewer = SigningKey::from_secret(&SecretBytes::new([99; 32]));
        let mut parameters = world.parameters.clone();
        parameters.reviewers = vec![reviewer.public()];
        let parameters = &parameters;
        let file = ActionFile::propose(parameters, 4, action(), &world.proposer).unwrap();
        assert!(matches!(
            file.review(parameters, 4, &reviewer),
            Err(ActionError::NotApproved)
        ));
        let file = file.approve_for_review(parameters, 4, &world.approver);
        let bytes = serde_json::to_vec(&file.unwrap()).unwrap();
        let read = ActionFile::read(&bytes, parameters).unwrap();
        for other in [&world.proposer, &world.approver] {
            let refused = read.review(parameters, 4, other);
            assert!(matches!(refused, Err(ActionError::NotReviewer)));
        }
        let signed = read.review(parameters, 4, &reviewer).unwrap();
        let review = signed.approvals.review.unwrap();
        let body = Governance::body(4, &signed.action);
        review
            .reviewer
            .verify(
                Domain::Governance,
                &parameters.id(),
                &body,
                &review.signature,
            )
            .unwrap();
        let mut forged = read.clone();
        forged.approved.as_mut().unwrap().approval = forged.proposal;
        let bytes = serde_json::to_vec(&forged).unwrap();
        assert!(matches!(
            ActionFile::read(&bytes, parameters),
            Err(ActionError::BadApproval)
        ));
    }

    #[test]
    fn a_changed_a_late_and_a_foreign_file_are_refused() {
        let world = World::new();
        let parameters = &world.parameters;
        let file = ActionFile::propose(parameters, 4, action(), &world.proposer).unwrap();
        assert!(matches!(
            file.approve(parameters, 5, &world.approver),
            Err(ActionError::Sequence { found: 4, due: 5 })
        ));
        let mut renumbered = file.clone();
        renumbered.sequence = 5;
        let bytes = serde_json::to_vec(&renumbered).unwrap();
        assert!(matches!(
            ActionFile::read(&bytes, parameters),
            Err(ActionError::BadProposal)
        ));
        let bytes = serde_json::to_vec(&file).unwrap();
        assert!(matches!(
            ActionFile::read(&bytes, &World::new().parameters),
            Err(ActionError::OtherNetwork)
        ));
        assert!(ActionFile::read(b"{}", parameters).is_err());
    }
}
