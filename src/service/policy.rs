//! Policies and risk lists: every version with its bytes and how it stands.

use super::ServiceError;
use super::encoded::encode_value;
use crate::node::Node;
use luyin_ledger::state::keys;
use luyin_protocol::codec::Canonical;
use luyin_protocol::policy::Policy;
use luyin_protocol::risk::RiskList;
use luyin_protocol::time::Timestamp;
use luyin_protocol::versioned::{Standing, Versioned, standing};
use serde::Serialize;
use utoipa::ToSchema;

/// One version.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublishedView {
    /// Canonical bytes in base64.
    pub bytes: String,
    /// `future`, `current`, `grace` or `retired`, now.
    #[schema(value_type = String)]
    pub standing: Standing,
    /// Its entry in the log.
    pub entry: u64,
}

/// All versions of all policies.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PoliciesView {
    /// By number and version.
    pub policies: Vec<PublishedView>,
}

/// All versions of the risk list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RiskListsView {
    /// By version.
    pub risk_lists: Vec<PublishedView>,
}

/// All policies, those of one number together.
///
/// # Errors
/// Where the state cannot be read.
pub fn all_policies(node: &Node) -> Result<Vec<(Policy, u64)>, ServiceError> {
    let state = node.state();
    let mut out = Vec::new();
    for (id, _) in state.all(&keys::policies_newest())? {
        let versions = state.all(&keys::policy_versions(id))?;
        out.extend(versions.into_iter().map(|(_, p)| (p.policy, p.entry.get())));
    }
    Ok(out)
}

/// All versions of the risk list.
///
/// # Errors
/// Where the state cannot be read.
pub fn all_risk_lists(node: &Node) -> Result<Vec<(RiskList, u64)>, ServiceError> {
    let lists = node.state().all(&keys::risk_lists())?;
    Ok(lists
        .into_iter()
        .map(|(_, l)| (l.list, l.entry.get()))
        .collect())
}

/// The policies as they are shown.
///
/// # Errors
/// Where the state cannot be read.
pub fn policies(node: &Node) -> Result<PoliciesView, ServiceError> {
    let all = all_policies(node)?;
    let now = node.clock().now();
    Ok(PoliciesView {
        policies: views(&all, now),
    })
}

/// The risk lists as they are shown.
///
/// # Errors
/// Where the state cannot be read.
pub fn risk_lists(node: &Node) -> Result<RiskListsView, ServiceError> {
    let all = all_risk_lists(node)?;
    let now = node.clock().now();
    Ok(RiskListsView {
        risk_lists: views(&all, now),
    })
}

fn views<T: Versioned + Canonical>(all: &[(T, u64)], now: Timestamp) -> Vec<PublishedView> {
    let versions = || all.iter().map(|(item, _)| item);
    let view = |(item, entry): &(T, u64)| PublishedView {
        bytes: encode_value(item),
        standing: standing(item, versions(), now),
        entry: *entry,
    };
    all.iter().map(view).collect()
}
