//! A report that the node signs (domain `Report`): what happened in a span of time, in numbers and by name.

use super::actions::{self, ActionView};
use super::verify::{self, Findings, Range};
use crate::node::Node;
use crate::service::ServiceError;
use crate::service::encoded::encode;
use crate::service::entry::kind_name;
use crate::service::gate::records::GateRecords;
use luyin_ledger::state::keys;
use luyin_protocol::signature::Domain;
use luyin_protocol::tx::TxKind;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is signed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Report {
    /// The network, 64 hex digits.
    pub network: String,
    /// When the report was made, milliseconds since 1970.
    pub made: u64,
    /// The span.
    pub from: Option<u64>,
    /// The span.
    pub to: Option<u64>,
    /// The signed checkpoint that it rests on, base64.
    pub checkpoint: String,
    /// Transactions since genesis by kind.
    pub transactions: BTreeMap<String, u64>,
    /// The authority's actions in the span.
    pub actions: Vec<ActionView>,
    /// Notices that stand.
    pub notices_standing: u64,
    /// Organisations that hold a role.
    pub accreditations: u64,
    /// The gates' records of the span, checked.
    pub findings: Findings,
}

/// The report with the node's signature over exactly the bytes of `report`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignedReport {
    /// The report, JSON as signed, base64.
    pub report: String,
    /// The node's key, 64 hex digits.
    pub signer: String,
    /// Over domain `Report`, the network and the report's bytes, 128 hex digits.
    pub signature: String,
}

/// Makes and signs a report.
///
/// # Errors
/// Where state or records cannot be read.
pub fn make(
    node: &Node,
    store: &GateRecords,
    from: Option<u64>,
    to: Option<u64>,
) -> Result<SignedReport, ServiceError> {
    let state = node.state();
    let now = node.clock().now();
    let mut transactions = BTreeMap::new();
    for kind in TxKind::ALL {
        transactions.insert(kind_name(kind), state.count(kind)?.get());
    }
    let within = |time: u64| from.is_none_or(|f| f <= time) && to.is_none_or(|t| time <= t);
    let mut actions = actions::all(node)?.actions;
    actions.retain(|action| within(action.time));
    let range = Range {
        gate: None,
        from,
        to,
    };
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let report = Report {
        network: node.network().id().to_string(),
        made: now.get(),
        from,
        to,
        checkpoint: encode(&node.served().note),
        transactions,
        actions,
        notices_standing: count(state.standing_notices(now.day())?.len()),
        accreditations: count(state.all(&keys::accreditations())?.len()),
        findings: verify::range(node, store, &range)?,
    };
    let bytes = serde_json::to_vec(&report).map_err(|e| ServiceError::Internal(e.to_string()))?;
    let key = node.signing_key();
    let signature = key.sign(Domain::Report, node.network().id(), &bytes);
    Ok(SignedReport {
        report: encode(&bytes),
        signer: key.public().to_string(),
        signature: signature.to_string(),
    })
}
