//! The regulator's calls.

use super::organisation::Organisation;
use super::{Asked, Fault, Host, Reply};
use crate::audit::{AuditError, OneRecord, SignedReport, check_record, signed_checkpoint};
use luyin_keys::sealed::Strength;
use luyin_protocol::network::NetworkParameters;
use serde::Deserialize;
use serde_json::{Value, json};

const INTERFACE: &str = "/v1/audit/";
const VERIFY: &str = "/v1/audit/verify";

/// A regulator's desk in a browser.
pub(super) struct RegulatorPage<H>(Organisation<H>);

impl<H: Host> RegulatorPage<H> {
    pub(super) const fn new(host: H, strength: Strength) -> Self {
        Self(Organisation::new(host, strength, "no_regulator_key"))
    }

    pub(super) fn call(&mut self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        match asked.method {
            "stretching" => self.0.stretching(asked),
            "open" => self.0.open(asked),
            "close" => self.0.close(),
            "call" => self.ask(asked),
            "check" => self.check(asked),
            "checkCheckpoint" => self.check_checkpoint(asked),
            "checkReport" => self.check_report(asked),
            _ => Err(asked.unknown()),
        }
    }

    /// A signed call of the audit interface. The clock that signs is the page's, or on a development network the node's.
    fn ask(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            method: String,
            path: String,
            #[serde(default)]
            body: Value,
        }
        let a: Arguments = asked.read()?;
        let node = self.0.signed(asked)?;
        let answer: Value = match a.method.as_str() {
            "GET" if a.path.starts_with(INTERFACE) => node.audit(&a.path)?,
            "POST" if a.path == VERIFY => node.audit_verify(&a.body)?,
            _ => return Err(asked.unknown()),
        };
        Reply::of(&answer)
    }

    fn check(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            record: OneRecord,
        }
        let Arguments { record } = asked.read()?;
        let node = self.0.signed(asked)?;
        let checked = check_record(&node, &node.parameters()?, &record)?;
        Reply::of(&json!({
            "proof": checked.proof,
            "inputs": checked.inputs,
            "inBatch": checked.in_batch,
        }))
    }

    /// Whether a node of the network signed a checkpoint, and which network that is.
    fn check_checkpoint(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        #[derive(Deserialize)]
        struct Arguments {
            note: String,
        }
        let Arguments { note } = asked.read()?;
        self.signed_by_the_network(asked, |parameters| {
            signed_checkpoint(note.as_bytes(), parameters).map(|_| ())
        })
    }

    /// The same of a report.
    fn check_report(&self, asked: &Asked<'_>) -> Result<Reply, Fault> {
        let report: SignedReport = asked.read()?;
        self.signed_by_the_network(asked, |parameters| report.verify(parameters))
    }

    /// The keys are those of the founding data, whose hash is the network's identity: the page shows it, so that it can be
    /// compared with the one that was handed out beside this node.
    fn signed_by_the_network(
        &self,
        asked: &Asked<'_>,
        check: impl FnOnce(&NetworkParameters) -> Result<(), AuditError>,
    ) -> Result<Reply, Fault> {
        let node = self.0.signed(asked)?;
        let wrong = match check(&node.parameters()?) {
            Ok(()) => None,
            Err(error @ AuditError::DoesNotHold(_)) => Some(error.to_string()),
            Err(error) => return Err(error.into()),
        };
        Reply::of(&json!({
            "network": node.network_id()?,
            "holds": wrong.is_none(),
            "wrong": wrong,
        }))
    }
}
