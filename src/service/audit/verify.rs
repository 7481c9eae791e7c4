//! Checking gates after the fact (protocol section 10): every proof of a range in one batch, and every verdict derived
//! again from what the ledger said at the time, by the same pure functions that gates use.

use super::published::OnLedger;
use super::records::{Onward, RecordName, Span, visit_batches};
use crate::node::Node;
use crate::service::ServiceError;
use crate::service::gate::records::GateRecords;
use ark_bn254::Fr;
use luyin_circuits::groth16::{Claim, Proof, bad_claims};
use luyin_protocol::did::Did;
use luyin_protocol::gate::{AuditRecord, Evidence, Memory, Replay};
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// The most records of one check.
pub const MAX_CHECKED: usize = 20_000;

/// Which records are to be checked.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// One gate, or all.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub gate: Option<Did>,
    /// From, milliseconds since 1970.
    #[serde(default)]
    pub from: Option<u64>,
    /// Up to, milliseconds since 1970.
    #[serde(default)]
    pub to: Option<u64>,
}

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Findings {
    /// Records looked at, at most 20,000.
    pub checked: u64,
    /// Proofs that hold.
    pub verified: u64,
    /// Records whose proof does not hold, though the gate let the holder in: `<gate>/<batch>/<index>`.
    pub rejected: Vec<String>,
    /// Records whose verdict is not what the ledger's data of the time gives.
    pub disputed: Vec<String>,
}

/// One record with what its proof is about.
struct Item {
    name: RecordName,
    record: AuditRecord,
    inputs: Option<[Fr; 11]>,
    proof: Option<Proof>,
}

/// Checks a range.
///
/// # Errors
/// Where state or records cannot be read.
pub fn range(node: &Node, store: &GateRecords, range: &Range) -> Result<Findings, ServiceError> {
    let replay = Replay::new(OnLedger::read(node)?);
    let span = Span::new(range.gate, range.from, range.to);
    let items = collect(node, store, &replay, span)?;
    let bad = bad_proofs(node, &items);
    let mut findings = Findings {
        checked: u64::try_from(items.len()).unwrap_or(u64::MAX),
        verified: 0,
        rejected: Vec::new(),
        disputed: Vec::new(),
    };
    let mut memory = Memory::default();
    for (place, item) in items.iter().enumerate() {
        let holds = match item.record.evidence {
            Evidence::Pass(_) => Some(item.proof.is_some() && !bad.contains(&place)),
            Evidence::Unreadable(_) | Evidence::Manual(_) => None,
        };
        let found = replay.judge(item.name.gate, &item.record, holds, &mut memory)?;
        findings.verified += u64::from(found.verified);
        if found.rejected {
            findings.rejected.push(item.name.to_string());
        }
        if found.disputed {
            findings.disputed.push(item.name.to_string());
        }
    }
    Ok(findings)
}

fn collect(
    node: &Node,
    store: &GateRecords,
    replay: &Replay<OnLedger<'_>>,
    span: Span,
) -> Result<Vec<Item>, ServiceError> {
    let mut items = Vec::new();
    visit_batches(node, store, span.gate, |anchored| {
        for (index, record) in (0u32..).zip(anchored.batch.records) {
            if !span.holds(&record) {
                continue;
            }
            if items.len() == MAX_CHECKED {
                return Ok(Onward::Stop);
            }
            let name = RecordName {
                gate: anchored.gate,
                batch: anchored.number,
                index,
            };
            let inputs = replay.public_inputs(&anchored.gate, &record)?;
            let proof = match &record.evidence {
                Evidence::Pass(shown) => Proof::try_from(&shown.pass.proof).ok(),
                Evidence::Unreadable(_) | Evidence::Manual(_) => None,
            };
            items.push(Item {
                name,
                record,
                // A proof without inputs proves nothing that can be named.
                proof: proof.filter(|_| inputs.is_some()),
                inputs,
            });
        }
        Ok(Onward::Go)
    })?;
    Ok(items)
}

/// The places of items whose proof does not hold, found in one batch.
fn bad_proofs(node: &Node, items: &[Item]) -> BTreeSet<usize> {
    let (mut places, mut claims) = (Vec::new(), Vec::new());
    for (place, item) in items.iter().enumerate() {
        if let (Some(inputs), Some(proof)) = (&item.inputs, &item.proof) {
            places.push(place);
            claims.push(Claim { inputs, proof });
        }
    }
    let bad = bad_claims(&node.keys().pass, &claims, &mut OsRng);
    bad.into_iter()
        .filter_map(|n| places.get(n).copied())
        .collect()
}
