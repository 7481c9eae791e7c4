//! The authority's next number, and what two signatures reach.

use super::ServiceError;
use crate::node::Node;
use luyin_protocol::tx::TxKind;
use serde::Serialize;
use utoipa::ToSchema;

/// What the authority must know before it signs: the number that the next governance transaction must have, and how many
/// an action may reach (clause 7.16a).
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct NextView {
    /// Counts from 1.
    pub next: u64,
    /// Enrolments on the log: so many may lose their green by a version that asks more.
    pub enrolments: u64,
    /// Notices published on the clock's day.
    pub notices_today: u64,
    /// How many persons two signatures reach.
    pub two_reach: u32,
}

/// The next sequence number.
///
/// # Errors
/// Where the state cannot be read.
pub fn next(node: &Node) -> Result<NextView, ServiceError> {
    let state = node.state();
    Ok(NextView {
        next: state.next_governance_sequence()?.get(),
        enrolments: state.count(TxKind::Enrol)?.get(),
        notices_today: state.notices_on(node.clock().now().day())?.get(),
        two_reach: node.network().parameters().two_reach,
    })
}
