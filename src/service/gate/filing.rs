//! Filing a batch of records: stored first, then anchored, so that no anchor stands without its records.

use super::records::{Batch, GateRecords, MAX_RECORDS};
use crate::node::Node;
use crate::service::ServiceError;
use crate::service::encoded::decode_value;
use crate::service::error::{RequestError, Unavailable};
use crate::service::submission::{self, ReceiptView, Request, Submission};
use luyin_ledger::log::records::root_of;
use luyin_protocol::did::Did;
use luyin_protocol::gate::AuditRecord;
use luyin_protocol::tx::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A batch of records with its anchor.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Filing {
    /// The anchor: an `AuditBatch` transaction, base64.
    pub tx: String,
    /// The records, base64 each, in the order of the anchor's root.
    pub records: Vec<String>,
}

/// The number that a gate's next batch must have.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct NextBatchView {
    /// Counts from 1.
    pub next: u32,
}

/// Stores and anchors a batch. An anchor that the ledger refuses leaves the records of the standing one untouched: only the
/// number that is due is written at all.
///
/// # Errors
/// [`RequestError::RecordsDisagree`]; those of submission.
pub async fn file(
    node: &Node,
    store: &GateRecords,
    filing: &Filing,
    request: &Request<'_>,
) -> Result<ReceiptView, ServiceError> {
    let submission = Submission {
        tx: filing.tx.clone(),
    };
    let tx = submission::decode(&submission, request)?;
    let Tx::AuditBatch(anchor) = &tx else {
        return Err(RequestError::WrongKind(tx.kind()).into());
    };
    if filing.records.len() > MAX_RECORDS {
        return Err(RequestError::RecordsDisagree.into());
    }
    let records: Vec<AuditRecord> = filing
        .records
        .iter()
        .map(|text| decode_value(text, "a record"))
        .collect::<Result<_, _>>()?;
    let counted = u32::try_from(records.len()).is_ok_and(|n| n == anchor.records);
    if !counted || root_of(&records) != anchor.root {
        return Err(RequestError::RecordsDisagree.into());
    }
    if next(node, anchor.gate)?.next == anchor.batch {
        let batch = Batch {
            filed: node.clock().now(),
            records,
        };
        store
            .file(&anchor.gate, anchor.batch, &batch)
            .map_err(|error| {
                tracing::error!(%error, "gate records were not stored");
                Unavailable::Disk
            })?;
    }
    submission::order(node, tx, request).await
}

/// The number of a gate's next batch.
///
/// # Errors
/// Where the state cannot be read.
pub fn next(node: &Node, gate: Did) -> Result<NextBatchView, ServiceError> {
    let next = node.state().next_audit_batch(gate)?.get();
    Ok(NextBatchView { next })
}
