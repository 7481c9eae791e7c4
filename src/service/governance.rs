//! The authority's next number.

use super::ServiceError;
use crate::node::Node;
use luyin_ledger::state::keys;
use serde::Serialize;
use utoipa::ToSchema;

/// The number that the next governance transaction must have.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct NextView {
    /// Counts from 1.
    pub next: u64,
}

/// The next sequence number.
///
/// # Errors
/// Where the state cannot be read.
pub fn next(node: &Node) -> Result<NextView, ServiceError> {
    let last = node.state().get(&keys::governance_sequence())?;
    Ok(NextView {
        next: last.unwrap_or_default().get().saturating_add(1),
    })
}
