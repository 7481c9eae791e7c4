//! What the audit interface answers.

use luyin_protocol::codec::Canonical;
use luyin_protocol::did::Did;
use luyin_protocol::evidence::EvidenceKind;
use luyin_protocol::field::from_bytes;
use luyin_protocol::gate::AuditRecord;
use luyin_protocol::signature::{PublicKey, Sha256Hash};
use luyin_protocol::time::{Step, Timestamp};
use luyin_protocol::tx::GovernanceAction;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::AuditError;
use crate::client::{Encoded, NodeClient, Transport};

/// A record as the node lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// `<gate>/<batch>/<index>`.
    pub name: String,
    /// The step.
    pub step: Step,
    /// Colour, reason, words.
    pub verdict: Value,
    /// What it rested on.
    pub evidence: String,
    /// The record itself; everything else is worked out of it.
    pub bytes: Encoded<AuditRecord>,
    /// The public inputs, as the node has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_inputs: Option<Vec<String>>,
}

impl Record {
    /// The node's public inputs as field elements.
    ///
    /// # Errors
    /// [`AuditError::DoesNotHold`].
    pub fn inputs(&self) -> Result<Option<Vec<ark_bn254::Fr>>, AuditError> {
        let bad = || AuditError::DoesNotHold("a public input");
        let one = |text: &String| {
            let mut bytes = [0; 32];
            hex::decode_to_slice(text, &mut bytes).map_err(|_| bad())?;
            from_bytes(&bytes).map_err(|_| bad())
        };
        self.public_inputs
            .as_ref()
            .map(|all| all.iter().map(one).collect())
            .transpose()
    }
}

/// A span of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// One gate.
    pub gate: Option<Did>,
    /// From, milliseconds since 1970.
    pub from: Option<u64>,
    /// Up to, milliseconds since 1970.
    pub to: Option<u64>,
}

impl Span {
    pub(super) fn query(&self, after: Option<&str>) -> String {
        let mut query = String::from("limit=1000");
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                query.push_str(&format!("&{name}={value}"));
            }
        };
        add("gate", self.gate.map(|g| g.to_string()));
        add("from", self.from.map(|x| x.to_string()));
        add("to", self.to.map(|x| x.to_string()));
        // A slash may stand in a query (RFC 3986).
        add("after", after.map(str::to_owned));
        query
    }

    /// As the body of `POST /v1/audit/verify`.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = serde_json::Map::new();
        body.extend(self.gate.map(|g| ("gate".to_owned(), json!(g))));
        body.extend(self.from.map(|x| ("from".to_owned(), json!(x))));
        body.extend(self.to.map(|x| ("to".to_owned(), json!(x))));
        Value::Object(body)
    }
}

#[derive(Deserialize)]
struct Page {
    records: Vec<Record>,
    #[serde(default)]
    next: Option<String>,
}

/// All records of a span, page by page. The listing must not contradict the records' own bytes.
pub fn records<T: Transport>(node: &NodeClient<T>, span: &Span) -> Result<Vec<Record>, AuditError> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let query = span.query(after.as_deref());
        let page: Page = node.audit(&format!("/v1/audit/records?{query}"))?;
        for record in &page.records {
            check_listing(record)?;
        }
        all.extend(page.records);
        match page.next {
            Some(next) if after.as_ref() != Some(&next) => after = Some(next),
            Some(_) => return Err(AuditError::DoesNotHold("the pages go in a circle")),
            None => return Ok(all),
        }
    }
}

pub(super) fn check_listing(record: &Record) -> Result<(), AuditError> {
    let own = &record.bytes.0;
    let said = record.verdict["reason"].as_str();
    if own.step != record.step || said != Some(own.verdict.reason().slug()) {
        return Err(AuditError::DoesNotHold("a listing contradicts its record"));
    }
    Ok(())
}

/// One record with its place under the anchor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OneRecord {
    /// The record.
    #[serde(flatten)]
    pub record: Record,
    /// The anchor's entry in the log.
    pub anchor: u64,
    /// Records of the batch.
    pub records: u32,
    /// The anchored root.
    pub root: Sha256Hash,
    /// The record's proof under it.
    pub inclusion: Vec<Sha256Hash>,
}

/// A record by its name.
pub fn one_record<T: Transport>(node: &NodeClient<T>, name: &str) -> Result<OneRecord, AuditError> {
    let parts: Vec<&str> = name.split('/').collect();
    let form = matches!(parts.as_slice(), [gate, batch, index]
        if gate.parse::<Did>().is_ok()
            && batch.parse::<u32>().is_ok() && index.parse::<u32>().is_ok());
    if !form {
        return Err(AuditError::Argument(
            name.to_owned(),
            "record; write GATE/BATCH/INDEX",
        ));
    }
    let one: OneRecord = node.audit(&format!("/v1/audit/records/{name}"))?;
    check_listing(&one.record)?;
    if one.record.name != name {
        return Err(AuditError::DoesNotHold(
            "another record than the one asked for",
        ));
    }
    Ok(one)
}

/// An act of the authority.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Action {
    /// Its entry in the log.
    pub entry: u64,
    /// Its number among all.
    pub sequence: u64,
    /// When.
    pub time: Timestamp,
    /// Its kind.
    pub kind: String,
    /// The act itself.
    pub action: Encoded<GovernanceAction>,
    /// The proposer's key.
    pub proposer: PublicKey,
    /// The approver's key.
    pub approver: PublicKey,
    /// The reviewer's key, where there is a third approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<PublicKey>,
    /// What kind of evidence it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_kind: Option<EvidenceKind>,
    /// SHA-256 of the evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Sha256Hash>,
    /// The clause or reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
}

impl Action {
    /// For people.
    pub fn line(&self) -> String {
        let day = self.time.day().to_iso();
        let clause = self.clause.as_deref().unwrap_or("-");
        let ground = self
            .evidence_kind
            .map_or_else(String::new, |kind| format!(" on {}", kind.en()));
        let hash = Sha256Hash::of(&self.action.0.to_vec()).to_string();
        format!(
            "{} {day} {}{ground} {clause} (entry {}, {})",
            self.sequence,
            self.kind,
            self.entry,
            &hash[..12]
        )
    }
}

/// Every act of the authority; their numbers have no gap, so none is left out.
pub fn actions<T: Transport>(node: &NodeClient<T>) -> Result<Vec<Action>, AuditError> {
    #[derive(Deserialize)]
    struct Answer {
        actions: Vec<Action>,
    }
    let all = node.audit::<Answer>("/v1/audit/actions")?.actions;
    if (1..).zip(&all).any(|(n, action)| action.sequence != n) {
        return Err(AuditError::DoesNotHold("the authority's acts have a gap"));
    }
    Ok(all)
}

/// Who signed an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptSigner {
    /// `proposer`, `approver` or `reviewer`.
    pub role: String,
    /// The key.
    pub key: PublicKey,
}

/// What was handed in as an act of the authority and was refused; the node's word, since the log does not show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Counts from 1.
    pub number: u64,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
    /// How often.
    pub count: u64,
    /// Whether different actions are counted here.
    pub folded: bool,
    /// Whose signatures hold.
    pub signers: Vec<AttemptSigner>,
    /// The action's kind.
    pub kind: String,
    /// Why it was refused.
    pub reason: String,
    /// The number that it was to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The number was taken: anyone may have sent it.
    pub taken: bool,
    /// SHA-256 of number and action.
    pub digest: Sha256Hash,
}

impl Attempt {
    /// For people.
    pub fn line(&self) -> String {
        let signed = |s: &AttemptSigner| format!("{} {:.12}", s.role, s.key.to_string());
        let signers: Vec<String> = self.signers.iter().map(signed).collect();
        let signers = match (signers.as_slice(), self.taken) {
            ([], _) => "nobody".to_owned(),
            (_, true) => format!("{} (from the log, perhaps)", signers.join(", ")),
            (_, false) => signers.join(", "),
        };
        let different = if self.folded { " different ones" } else { "" };
        format!(
            "{} {} {} refused: {}; signed by {signers}; {} times{different} ({:.12})",
            self.number,
            self.first.day().to_iso(),
            self.kind,
            self.reason,
            self.count,
            self.digest.to_string()
        )
    }
}

/// Every refused attempt that the node tells of; their numbers have no gap.
pub fn attempts<T: Transport>(node: &NodeClient<T>) -> Result<Vec<Attempt>, AuditError> {
    #[derive(Deserialize)]
    struct Answer {
        attempts: Vec<Attempt>,
    }
    let mut all: Vec<Attempt> = Vec::new();
    loop {
        let after = all.last().map_or(0, |last| last.number);
        let target = format!("/v1/audit/attempts?after={after}");
        let page = node.audit::<Answer>(&target)?.attempts;
        if page.is_empty() {
            return Ok(all);
        }
        let begun = after.saturating_add(1);
        if (begun..).zip(&page).any(|(n, row)| row.number != n) {
            return Err(AuditError::DoesNotHold("the attempts have a gap"));
        }
        all.extend(page);
    }
}
