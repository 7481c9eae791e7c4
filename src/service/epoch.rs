//! Epochs: the roots that wallets prove against.

use super::ServiceError;
use crate::node::Node;
use luyin_ledger::state::epoch::{Epoch, EpochKind};
use luyin_ledger::state::keys;
use luyin_ledger::state::record::EpochNumber;
use serde::Serialize;
use utoipa::ToSchema;

/// The most epochs of one answer.
pub const PAGE: u32 = 1_000;

/// One epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EpochView {
    /// Counts from 1.
    pub number: u32,
    /// When it was made, milliseconds since 1970.
    pub time: u64,
    /// Its root, 64 hex digits.
    pub root: String,
    /// `quick` or `shared`.
    pub kind: &'static str,
    /// Notes under it: the sizes of the forest's files follow.
    pub notes: u64,
}

/// Epochs by rising number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EpochsView {
    /// At most 1,000.
    pub epochs: Vec<EpochView>,
}

/// The epochs after a number.
///
/// # Errors
/// Where the state cannot be read.
pub fn after(node: &Node, number: u32) -> Result<EpochsView, ServiceError> {
    let state = node.state();
    let newest = state.get(&keys::last_epochs())?;
    let newest = newest.map_or(0, |last| last.newest.get());
    let last = number.saturating_add(PAGE).min(newest);
    let mut epochs = Vec::new();
    for number in number.saturating_add(1)..=last {
        if let Some(epoch) = state.get(&keys::epoch(EpochNumber::new(number)))? {
            epochs.push(view(number, &epoch));
        }
    }
    Ok(EpochsView { epochs })
}

pub(super) fn view(number: u32, epoch: &Epoch) -> EpochView {
    EpochView {
        number,
        time: epoch.time.get(),
        root: epoch.root.to_string(),
        kind: match epoch.kind {
            EpochKind::Quick => "quick",
            EpochKind::Shared => "shared",
        },
        notes: epoch.notes.get(),
    }
}
