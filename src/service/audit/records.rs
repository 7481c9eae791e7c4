//! Gates' records as a regulator reads them: verdict, reason, step and public inputs, no identity.

use super::published::OnLedger;
use crate::node::Node;
use crate::service::ServiceError;
use crate::service::encoded::encode_value;
use crate::service::error::RequestError;
use crate::service::gate::records::{Batch, BatchName, GateRecords};
use luyin_ledger::log::merkle::{
    EntryIndex, LogHash, NodeId, NodeReader, ProofError, prove_inclusion,
};
use luyin_ledger::state::keys;
use luyin_ledger::state::record::BatchNumber;
use luyin_protocol::codec::Canonical;
use luyin_protocol::did::Did;
use luyin_protocol::field::to_bytes;
use luyin_protocol::gate::{AuditRecord, Evidence, Replay, Verdict};
use luyin_protocol::time::{Step, Timestamp};
use serde::Serialize;
use std::str::FromStr;
use utoipa::ToSchema;

/// The most records of one answer.
pub const PAGE: usize = 1_000;

/// Which record: gate, batch, place in the batch from 0. Written `<gate>/<batch>/<place>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordName {
    /// The gate.
    pub gate: Did,
    /// The batch, from 1.
    pub batch: u32,
    /// The place, from 0.
    pub index: u32,
}

impl std::fmt::Display for RecordName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { gate, batch, index } = self;
        write!(f, "{gate}/{batch}/{index}")
    }
}

impl FromStr for RecordName {
    type Err = RequestError;
    fn from_str(text: &str) -> Result<Self, RequestError> {
        let bad = || RequestError::Parameter("after: <gate>/<batch>/<index>".to_owned());
        let mut parts = text.split('/');
        let (Some(gate), Some(batch), Some(index), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(bad());
        };
        Ok(Self {
            gate: gate.parse().map_err(|_| bad())?,
            batch: batch.parse().map_err(|_| bad())?,
            index: index.parse().map_err(|_| bad())?,
        })
    }
}

/// Which records: of one gate or all, shown in a span of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// One gate, or all.
    pub gate: Option<Did>,
    /// The first step, or the oldest kept.
    pub from: Option<Step>,
    /// The last step, or the newest.
    pub to: Option<Step>,
}

impl Span {
    /// From times in milliseconds.
    #[must_use]
    pub fn new(gate: Option<Did>, from: Option<u64>, to: Option<u64>) -> Self {
        let step = |ms: u64| Timestamp::new(ms).step();
        Self {
            gate,
            from: from.map(step),
            to: to.map(step),
        }
    }

    /// Whether a record lies in the span.
    pub(super) fn holds(&self, record: &AuditRecord) -> bool {
        self.from.is_none_or(|from| from <= record.step)
            && self.to.is_none_or(|to| record.step <= to)
    }
}

/// A record as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordView {
    /// `<gate>/<batch>/<index>`.
    pub name: String,
    /// The 30-second step.
    pub step: u32,
    /// Colour, reason and words.
    #[schema(value_type = Object)]
    pub verdict: Verdict,
    /// `pass`, `unreadable` or `manual`.
    pub evidence: &'static str,
    /// The record's canonical bytes, base64.
    pub bytes: String,
    /// The public inputs of a pass in the order of clause 5.6, 64 hex digits each; none where what it names is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_inputs: Option<Vec<String>>,
}

/// A page of records.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordsView {
    /// By gate, batch and place.
    pub records: Vec<RecordView>,
    /// The `after` of the next page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One record with its place under the anchor.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OneRecordView {
    /// The record.
    #[serde(flatten)]
    pub record: RecordView,
    /// The anchor's entry in the log.
    pub anchor: u64,
    /// Records of the batch.
    pub records: u32,
    /// RFC 6962 root over them, as anchored, 64 hex digits.
    pub root: String,
    /// The record's proof under that root, 64 hex digits each.
    pub inclusion: Vec<String>,
}

/// An anchored batch with its records.
pub(super) struct Anchored {
    pub gate: Did,
    pub number: u32,
    pub entry: EntryIndex,
    pub name: BatchName,
    pub batch: Batch,
}

/// The batches of a span's gates that are anchored, in order; each given to `visit` until it says to stop.
pub(super) fn visit_batches(
    node: &Node,
    store: &GateRecords,
    gate: Option<Did>,
    mut visit: impl FnMut(Anchored) -> Result<Onward, ServiceError>,
) -> Result<(), ServiceError> {
    let gates = match gate {
        Some(gate) => vec![gate],
        None => store.gates().map_err(fault)?,
    };
    for gate in gates {
        for name in store.batches(&gate).map_err(fault)? {
            if let Some(anchored) = anchored(node, store, gate, name)?
                && visit(anchored)? == Onward::Stop
            {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Whether more is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Onward {
    Go,
    Stop,
}

fn anchored(
    node: &Node,
    store: &GateRecords,
    gate: Did,
    name: BatchName,
) -> Result<Option<Anchored>, ServiceError> {
    let cell = keys::audit_batch(gate, BatchNumber::new(name.number));
    let Some(anchor) = node.state().get(&cell)?.filter(|a| a.root == name.root) else {
        return Ok(None);
    };
    let batch = store.read(&gate, name).map_err(fault)?;
    Ok(batch.map(|batch| Anchored {
        gate,
        number: name.number,
        entry: anchor.entry,
        name,
        batch,
    }))
}

fn fault(error: std::io::Error) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

/// A page of the records of a span.
///
/// # Errors
/// Where state or records cannot be read.
pub fn list(
    node: &Node,
    store: &GateRecords,
    span: Span,
    after: Option<RecordName>,
    limit: usize,
) -> Result<RecordsView, ServiceError> {
    let limit = limit.clamp(1, PAGE);
    let replay = Replay::new(OnLedger::read(node)?);
    let mut records: Vec<RecordView> = Vec::new();
    let mut next = None;
    visit_batches(node, store, span.gate, |anchored| {
        for (index, record) in (0u32..).zip(&anchored.batch.records) {
            let name = RecordName {
                gate: anchored.gate,
                batch: anchored.number,
                index,
            };
            if after.is_some_and(|after| name <= after) || !span.holds(record) {
                continue;
            }
            if records.len() == limit {
                next = records.last().map(|last| last.name.clone());
                return Ok(Onward::Stop);
            }
            records.push(view(&replay, name, record)?);
        }
        Ok(Onward::Go)
    })?;
    Ok(RecordsView { records, next })
}

fn view(
    replay: &Replay<OnLedger<'_>>,
    name: RecordName,
    record: &AuditRecord,
) -> Result<RecordView, ServiceError> {
    let inputs = replay.public_inputs(&name.gate, record)?;
    Ok(RecordView {
        name: name.to_string(),
        step: record.step.get(),
        verdict: record.verdict,
        evidence: match record.evidence {
            Evidence::Pass(_) => "pass",
            Evidence::Unreadable(_) => "unreadable",
            Evidence::Manual(_) => "manual",
        },
        bytes: encode_value(record),
        public_inputs: inputs.map(|x| x.iter().map(|i| hex::encode(to_bytes(i))).collect()),
    })
}

/// One record with its proof under the anchor.
///
/// # Errors
/// [`ServiceError::NotFound`]; where state or records cannot be read.
pub fn one(
    node: &Node,
    store: &GateRecords,
    name: RecordName,
) -> Result<OneRecordView, ServiceError> {
    let missing = ServiceError::NotFound("a record of that name");
    let cell = keys::audit_batch(name.gate, BatchNumber::new(name.batch));
    let Some(anchor) = node.state().get(&cell)? else {
        return Err(missing);
    };
    let batch = BatchName {
        number: name.batch,
        root: anchor.root,
    };
    let Some(found) = anchored(node, store, name.gate, batch)? else {
        return Err(missing);
    };
    let place = usize::try_from(name.index).unwrap_or(usize::MAX);
    let Some(record) = found.batch.records.get(place) else {
        return Err(missing);
    };
    let leaves = Leaves::of(&found.batch.records);
    let proof = prove_inclusion(&leaves, leaves.size(), EntryIndex::new(name.index.into()))
        .map_err(|e| ServiceError::Internal(e.to_string()))?;
    Ok(OneRecordView {
        record: view(&Replay::new(OnLedger::read(node)?), name, record)?,
        anchor: found.entry.get(),
        records: u32::try_from(found.batch.records.len()).unwrap_or(u32::MAX),
        root: found.name.root.to_string(),
        inclusion: proof.iter().map(|h| hex::encode(h.as_bytes())).collect(),
    })
}

/// The tree over a batch, in memory.
struct Leaves(Vec<LogHash>);

impl Leaves {
    fn of(records: &[AuditRecord]) -> Self {
        Self(records.iter().map(|r| LogHash::leaf(&r.to_vec())).collect())
    }

    fn size(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }
}

impl NodeReader for Leaves {
    type Error = ProofError;
    fn node(&self, id: NodeId) -> Result<LogHash, ProofError> {
        let width = 1usize.checked_shl(id.level().into());
        let width = width.ok_or(ProofError::Range)?;
        let index = usize::try_from(id.index()).map_err(|_| ProofError::Range)?;
        let first = index.checked_mul(width).ok_or(ProofError::Range)?;
        let end = first.checked_add(width).ok_or(ProofError::Range)?;
        let mut row = self.0.get(first..end).ok_or(ProofError::Range)?.to_vec();
        while row.len() > 1 {
            row = row
                .chunks(2)
                .filter_map(|pair| match pair {
                    [left, right] => Some(LogHash::node(*left, *right)),
                    _ => None,
                })
                .collect();
        }
        row.first().copied().ok_or(ProofError::Range)
    }
}
