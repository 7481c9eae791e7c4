//! The days' attestation trees.

use super::ServiceError;
use crate::node::Node;
use luyin_ledger::state::accreditation::RoleSlot;
use luyin_ledger::state::attestation::is_live_day;
use luyin_ledger::state::keys;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::did::Did;
use luyin_protocol::time::Day;
use luyin_protocol::tx::Role;
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

/// What an attester may attest today.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnTermsView {
    /// Today by the node's clock.
    pub day: u16,
    /// By kind.
    pub kinds: Vec<OwnKindView>,
}

/// One kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OwnKindView {
    /// `test`, `vaccination`, `itinerary` or `reading`.
    #[schema(value_type = String)]
    pub kind: AttestationKind,
    /// How many a day.
    pub quota: u32,
    /// How many of today's are used.
    pub used: u64,
}

/// For which kinds an attester is accredited, and how much of each quota is left.
///
/// # Errors
/// Where the state cannot be read.
pub fn own(node: &Node, attester: Did) -> Result<OwnTermsView, ServiceError> {
    let state = node.state();
    let today = node.clock().now().day();
    let mut kinds = Vec::new();
    for (slot, accreditation) in state.all(&keys::accreditations_of(attester))? {
        let (RoleSlot::Attester(kind), Role::Attester { quota, .. }) = (slot, accreditation.role)
        else {
            continue;
        };
        kinds.push(OwnKindView {
            kind,
            quota: quota.0,
            used: state.used(attester, slot, today)?.get(),
        });
    }
    Ok(OwnTermsView {
        day: today.get(),
        kinds,
    })
}
