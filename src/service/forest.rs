//! The note forest under the newest epoch: what a wallet must know to fetch its tiles.

use super::ServiceError;
use crate::node::Node;
use luyin_ledger::forest::Shape;
use luyin_ledger::state::keys;
use luyin_ledger::state::record::EpochNumber;
use serde::Serialize;
use std::path::PathBuf;
use utoipa::ToSchema;

/// Sizes of the forest under the newest epoch.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ForestView {
    /// Notes in all.
    pub size: u64,
    /// Levels of one tree.
    pub depth: u8,
    /// How many trees hold a note.
    pub trees: u64,
    /// The newest epoch; 0 before there is one.
    pub epoch: u64,
    /// Notes of each tree.
    pub tree_sizes: Vec<u64>,
    /// Roots of the full trees that are closed, 64 hex digits each, by tree.
    pub closed_roots: Vec<String>,
}

/// The forest under the newest epoch.
///
/// # Errors
/// Where the state cannot be read.
pub fn show(node: &Node) -> Result<ForestView, ServiceError> {
    let last = node.state().get(&keys::last_epochs())?;
    under(node, last.map(|last| last.newest))
}

/// The forest under an epoch; empty where there is none yet.
///
/// # Errors
/// Where the state cannot be read.
pub fn under(node: &Node, number: Option<EpochNumber>) -> Result<ForestView, ServiceError> {
    let state = node.state();
    let found = number.map(|number| state.get(&keys::epoch(number)));
    let size = found
        .transpose()?
        .flatten()
        .map_or(0, |epoch| epoch.notes.get());
    let capacity = Shape::NETWORK.capacity();
    let trees = size.div_ceil(capacity);
    let size_of = |tree: u64| size.saturating_sub(tree * capacity).min(capacity);
    let closed = state.note_forest()?.closed;
    let roots = closed
        .iter()
        .take(usize::try_from(trees).unwrap_or(usize::MAX));
    Ok(ForestView {
        size,
        depth: Shape::NETWORK.depth(),
        trees,
        epoch: number.map_or(0, |number| number.get().into()),
        tree_sizes: (0..trees).map(size_of).collect(),
        closed_roots: roots.map(|root| root.to_string()).collect(),
    })
}

/// The file behind a path below `/forest/`: `notes/<tree>/...` or `att/<day>/<generation>/...` (section 8).
#[must_use]
pub fn file_path(path: &str) -> Option<PathBuf> {
    match path.split_once('/')? {
        ("notes", rest) => Some(PathBuf::from("note").join(rest)),
        ("att", rest) => Some(PathBuf::from("att").join(rest)),
        _ => None,
    }
}
