//! What another node took and hands over, so that whoever proposes next has it (clause 12.14).

use super::ServiceError;
use super::encoded::decode_value;
use super::submission::not_queued;
use crate::node::Node;
use luyin_protocol::tx::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest body, in bytes.
pub const LIMIT: usize = 1 << 20;

/// Transactions that another node took.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// Canonical bytes in base64.
    pub txs: Vec<String>,
}

/// How many of them have a place here.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct HandOverView {
    /// Counted from the first; the others were left.
    pub taken: usize,
}

/// Takes what has a place. Nobody is answered what becomes of it: that does the node that took it first.
///
/// # Errors
/// [`super::error::RequestError::Bytes`] for what is no transaction, and where nothing is taken at all; nothing is then.
pub fn take(node: &Node, place: u8, given: &HandOver) -> Result<HandOverView, ServiceError> {
    let txs = given.txs.iter().map(|tx| decode_value(tx, "a transaction"));
    let txs: Vec<Tx> = txs.collect::<Result<_, _>>()?;
    let taken = node.orderer().take_over(place, txs).map_err(not_queued)?;
    Ok(HandOverView { taken })
}
