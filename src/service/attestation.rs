//! The days' attestation trees.

use super::ServiceError;
use crate::node::Node;
use luyin_ledger::state::attestation::is_live_day;
use luyin_ledger::state::keys;
use luyin_protocol::time::Day;
use serde::Serialize;
use utoipa::ToSchema;

/// A day's live root.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttestationRootView {
    /// The day.
    pub day: u16,
    /// The root, 64 hex digits.
    pub root: String,
    /// How often the tree was made anew; names its files.
    pub generation: u64,
    /// Attestations in it, withdrawn ones among them.
    pub size: u64,
}

/// The live root of a day.
///
/// # Errors
/// [`ServiceError::NotFound`] for a day without attestations or too long ago.
pub fn root(node: &Node, day: Day) -> Result<AttestationRootView, ServiceError> {
    let today = node.clock().now().day();
    let tree = node.state().get(&keys::day_tree(day))?;
    let tree = tree.filter(|_| is_live_day(day, today));
    let tree = tree.ok_or(ServiceError::NotFound("an attestation of that day"))?;
    Ok(AttestationRootView {
        day: day.get(),
        root: tree.root.to_string(),
        generation: tree.revision.get(),
        size: tree.leaves.get(),
    })
}
