//! Entries of the log and the proofs that they are in it.

use super::ServiceError;
use super::encoded::encode;
use super::error::{RequestError, Unavailable};
use crate::node::Node;
use luyin_ledger::log::merkle::{EntryIndex, prove_consistency, prove_inclusion};
use luyin_ledger::log::tiles::TileError;
use luyin_ledger::state::keys;
use luyin_ledger::store::Height;
use luyin_protocol::codec::Canonical;
use luyin_protocol::tx::{Entry, TxKind};
use serde::Serialize;
use utoipa::ToSchema;

/// One entry.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntryView {
    /// Its place in the log.
    pub index: u64,
    /// Its canonical bytes in base64.
    pub bytes: String,
    /// `genesis`, `block` or the transaction's kind.
    pub kind: String,
    /// Its block.
    pub height: u64,
    /// The block's time, milliseconds since 1970.
    pub time: u64,
}

/// A proof by hashes (RFC 6962).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HashesView {
    /// 64 hex digits each.
    pub hashes: Vec<String>,
}

/// One entry. An entry that is durable and not yet under a checkpoint is waited for.
///
/// # Errors
/// [`ServiceError::NotFound`]; where state or log cannot be read.
pub async fn show(node: &Node, index: u64) -> Result<EntryView, ServiceError> {
    let entry = existing(node, index)?;
    let shown = node.covering(entry).await;
    let shown = shown.ok_or(Unavailable::Disk)?;
    let tiles = node.tiles_at(shown.head.size());
    let bytes = crate::node::entry::read(&tiles, entry).map_err(fault)?;
    let kind = match Entry::from_slice(&bytes).map_err(|e| ServiceError::Internal(e.to_string()))? {
        Entry::Genesis(_) => "genesis".to_owned(),
        Entry::Block(_) => "block".to_owned(),
        Entry::Tx(tx) => kind_name(tx.kind()),
    };
    let (height, time) = block_of(node, entry)?;
    Ok(EntryView {
        index,
        bytes: encode(&bytes),
        kind,
        height: height.get(),
        time,
    })
}

/// The kind's name as the interface spells it.
#[must_use]
pub fn kind_name(kind: TxKind) -> String {
    serde_json::to_value(kind)
        .ok()
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The proof that an entry is in the log of a size; without a size, of the newest checkpoint that covers it.
///
/// # Errors
/// [`ServiceError::NotFound`], [`RequestError::Parameter`]; where the log cannot be read.
pub async fn inclusion(
    node: &Node,
    index: u64,
    size: Option<u64>,
) -> Result<HashesView, ServiceError> {
    let entry = existing(node, index)?;
    let shown = node.covering(entry).await;
    let covering = shown.ok_or(Unavailable::Disk)?.head.size();
    let published = node.published().newest().head.size();
    let size = size.unwrap_or(covering);
    if size > published || index >= size {
        let bad = format!("size: more than {index}, at most {published}");
        return Err(RequestError::Parameter(bad).into());
    }
    let tiles = node.tiles_at(published);
    hashes(prove_inclusion(&tiles, size, entry).map_err(fault)?)
}

/// The proof that the log of one size begins with that of another.
///
/// # Errors
/// [`RequestError::Parameter`]; where the log cannot be read.
pub fn consistency(node: &Node, from: u64, size: Option<u64>) -> Result<HashesView, ServiceError> {
    let published = node.published().newest().head.size();
    let size = size.unwrap_or_else(|| node.served().head.size());
    if size > published || from > size {
        let bad = format!("from and size: rising, at most {published}");
        return Err(RequestError::Parameter(bad).into());
    }
    let tiles = node.tiles_at(published);
    hashes(prove_consistency(&tiles, from, size).map_err(fault)?)
}

fn hashes(proof: Vec<luyin_ledger::log::merkle::LogHash>) -> Result<HashesView, ServiceError> {
    Ok(HashesView {
        hashes: proof.iter().map(|h| hex::encode(h.as_bytes())).collect(),
    })
}

fn fault(error: TileError) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

fn existing(node: &Node, index: u64) -> Result<EntryIndex, ServiceError> {
    let tip = node.state().tip()?;
    if tip.is_none_or(|tip| index >= tip.entries.get()) {
        return Err(ServiceError::NotFound("an entry"));
    }
    Ok(EntryIndex::new(index))
}

/// The block that holds an entry, found by halving: blocks begin at rising entries.
fn block_of(node: &Node, entry: EntryIndex) -> Result<(Height, u64), ServiceError> {
    let state = node.state();
    let tip = state.tip()?.ok_or(ServiceError::NotFound("a block"))?;
    let (mut low, mut high) = (0, tip.height.get());
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        let block = state.get(&keys::block(Height::new(middle)))?;
        let begins = block.map_or(u64::MAX, |b| b.first.get());
        if begins <= entry.get() {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    let height = Height::new(low);
    let block = state.get(&keys::block(height))?;
    Ok((height, block.map_or(0, |b| b.time.get())))
}
