//! What the authority did: who, what, when, on what evidence, by which clause.

use super::record::{GovernanceSequence, records};
use super::{Place, State, StateError, keys};
use crate::log::merkle::EntryIndex;
use crate::store::Height;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{Approvals, Governance, GovernanceAction};

records! {
    /// One action, as the regulator reads it.
    AuthorityAction {
        /// Its number among all.
        sequence: GovernanceSequence,
        /// What was done.
        action: GovernanceAction,
        /// Who signed it.
        approvals: Approvals,
        /// When.
        time: Timestamp,
        /// In which block.
        height: Height,
        /// By which entry, for its inclusion proof.
        entry: EntryIndex,
    }
}

impl AuthorityAction {
    /// SHA-256 of the evidence on file, where the action rests on any.
    #[must_use]
    pub fn evidence(&self) -> Option<Sha256Hash> {
        match &self.action {
            GovernanceAction::RiskNotice(notice) => Some(notice.evidence),
            GovernanceAction::Accredit(_)
            | GovernanceAction::Unaccredit(_)
            | GovernanceAction::Policy(_)
            | GovernanceAction::RiskList(_)
            | GovernanceAction::NoticeLifted(_)
            | GovernanceAction::AppealAnswered(_) => None,
        }
    }

    /// What kind of evidence it is, where the action rests on any.
    #[must_use]
    pub fn evidence_kind(&self) -> Option<EvidenceKind> {
        match &self.action {
            GovernanceAction::RiskNotice(notice) => Some(notice.evidence_kind),
            GovernanceAction::Accredit(_)
            | GovernanceAction::Unaccredit(_)
            | GovernanceAction::Policy(_)
            | GovernanceAction::RiskList(_)
            | GovernanceAction::NoticeLifted(_)
            | GovernanceAction::AppealAnswered(_) => None,
        }
    }

    /// The clause or the reason, in words, where the action states one.
    #[must_use]
    pub fn clause(&self) -> Option<&str> {
        match &self.action {
            GovernanceAction::RiskNotice(notice) => Some(&notice.clause),
            GovernanceAction::Unaccredit(x) => Some(&x.reason),
            GovernanceAction::NoticeLifted(x) => Some(&x.reason),
            GovernanceAction::AppealAnswered(x) => Some(&x.reason),
            GovernanceAction::Accredit(_)
            | GovernanceAction::Policy(_)
            | GovernanceAction::RiskList(_) => None,
        }
    }
}

impl State<'_> {
    /// The number that the next governance transaction must have.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn next_governance_sequence(&self) -> Result<GovernanceSequence, StateError> {
        let last = self.get(&keys::governance_sequence())?;
        let next = last.unwrap_or_default().next();
        next.ok_or(StateError::Full("governance"))
    }

    pub(crate) fn put_action(&mut self, tx: &Governance, at: Place) {
        let sequence = GovernanceSequence::new(tx.sequence);
        let record = AuthorityAction {
            sequence,
            action: tx.action.clone(),
            approvals: tx.approvals.clone(),
            time: at.time,
            height: at.height,
            entry: at.entry,
        };
        self.put(&keys::governance_sequence(), &sequence);
        self.put(&keys::authority_action(at.entry), &record);
    }
}
