//! Everything the authority did (protocol section 10): what, when, by whose keys, on what evidence, by which clause.

use crate::node::Node;
use crate::service::ServiceError;
use crate::service::encoded::encode_value;
use luyin_ledger::state::action::AuthorityAction;
use luyin_ledger::state::keys;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::tx::GovernanceAction;
use serde::Serialize;
use utoipa::ToSchema;

/// One action.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActionView {
    /// Its entry in the log.
    pub entry: u64,
    /// Its number among all actions.
    pub sequence: u64,
    /// When, milliseconds since 1970.
    pub time: u64,
    /// In which block.
    pub height: u64,
    /// `accredit`, `unaccredit`, `policy`, `risk_list`, `risk_notice`, `notice_lifted` or
    /// `appeal_answered`.
    pub kind: &'static str,
    /// The action, canonical bytes in base64.
    pub action: String,
    /// The proposer's key, 64 hex digits.
    pub proposer: String,
    /// The approver's key, 64 hex digits.
    pub approver: String,
    /// The reviewer's key, 64 hex digits, where there is a third approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// What kind of evidence the action rests on, where it rests on any: `laboratory_report`, `diagnosis`, `contact_record`,
    /// `statement_of_loss` or `court_order`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_kind: Option<&'static str>,
    /// SHA-256 of the evidence on file, where the action rests on any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// The clause or the reason, in words, where the action states one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
}

/// All actions.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActionsView {
    /// By rising entry.
    pub actions: Vec<ActionView>,
}

/// All actions in order.
///
/// # Errors
/// Where the state cannot be read.
pub fn all(node: &Node) -> Result<ActionsView, ServiceError> {
    let found = node.state().all(&keys::authority_actions())?;
    Ok(ActionsView {
        actions: found.into_iter().map(|(_, action)| view(&action)).collect(),
    })
}

/// The name of an action's kind.
#[must_use]
pub const fn kind_name(action: &GovernanceAction) -> &'static str {
    match action {
        GovernanceAction::Accredit(_) => "accredit",
        GovernanceAction::Unaccredit(_) => "unaccredit",
        GovernanceAction::Policy(_) => "policy",
        GovernanceAction::RiskList(_) => "risk_list",
        GovernanceAction::RiskNotice(_) => "risk_notice",
        GovernanceAction::NoticeLifted(_) => "notice_lifted",
        GovernanceAction::AppealAnswered(_) => "appeal_answered",
    }
}

fn view(action: &AuthorityAction) -> ActionView {
    let review = action.approvals.review.as_ref();
    ActionView {
        entry: action.entry.get(),
        sequence: action.sequence.get(),
        time: action.time.get(),
        height: action.height.get(),
        kind: kind_name(&action.action),
        action: encode_value(&action.action),
        proposer: action.approvals.proposer.to_string(),
        approver: action.approvals.approver.to_string(),
        reviewer: review.map(|review| review.reviewer.to_string()),
        evidence_kind: action.evidence_kind().map(EvidenceKind::name),
        evidence: action.evidence().map(|hash| hash.to_string()),
        clause: action.clause().map(str::to_owned),
    }
}
