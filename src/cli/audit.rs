//! `luyin audit`: a regulator reads, re-verifies, and believes nothing that it has not checked.

mod appeals;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use luyin_protocol::appeal::AppealEntry;
use luyin_protocol::did::Did;
use serde_json::{Value, json};

use super::organisation::{NodeArgs, Organisation, OrganisationArgs, OrganisationError};
use super::say::Say;
use luyin_device::audit::{self, Action, Attempt, AuditError, Auditor, Record, SignedReport, Span};
use luyin_device::client::ClientError;

/// Name of the regulator's key in its keystore, where none is given.
const KEY: &str = "regulator";

/// Read and verify every proof and every act of the authority
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin audit records      --keystore regulator.keys --from 1780000000000
  luyin audit record       --keystore regulator.keys did:luyin:.../1/0
  luyin audit verify       --keystore regulator.keys
  luyin audit verify-local --keystore regulator.keys
  luyin audit actions      --keystore regulator.keys
  luyin audit attempts     --keystore regulator.keys
  luyin audit appeals
  luyin audit report       --keystore regulator.keys --out report.json
  luyin audit proof inclusion 42
  luyin audit proof consistency 100
Every read is itself logged by the node.")]
pub enum Command {
    /// List records: verdict, reason, step; no identity is in them
    Records {
        #[command(flatten)]
        span: SpanArgs,
        #[command(flatten)]
        organisation: OrganisationArgs,
    },
    /// One record, its place in the anchored batch verified here
    Record {
        /// GATE/BATCH/INDEX, as `records` names it
        name: String,
        #[command(flatten)]
        organisation: OrganisationArgs,
    },
    /// Have the node verify a span's proofs and verdicts
    Verify {
        #[command(flatten)]
        span: SpanArgs,
        #[command(flatten)]
        organisation: OrganisationArgs,
    },
    /// Fetch a span's records and the public data, and verify every proof and verdict here
    VerifyLocal {
        #[command(flatten)]
        span: SpanArgs,
        #[command(flatten)]
        organisation: OrganisationArgs,
    },
    /// What was handed in as an act of the authority and was refused: by one role, without evidence, ...
    Attempts {
        #[command(flatten)]
        organisation: OrganisationArgs,
    },
    /// Appeals with their 8 hour clock and their answers, and how they went; public
    Appeals(appeals::AppealsArgs),
    /// Every act of the authority with its keys, evidence hash and clause
    Actions {
        #[command(flatten)]
        organisation: OrganisationArgs,
    },
    /// A report that the node signs; the signature is verified here
    Report {
        /// From, milliseconds since 1970
        #[arg(long, value_name = "MS")]
        from: Option<u64>,
        /// Up to, milliseconds since 1970
        #[arg(long, value_name = "MS")]
        to: Option<u64>,
        /// Write the signed report to a file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        organisation: OrganisationArgs,
    },
    /// Proofs about the log, verified here against the signed checkpoint
    #[command(subcommand)]
    Proof(Proof),
}

/// A proof.
#[derive(Debug, Subcommand)]
pub enum Proof {
    /// That an entry is in the log
    Inclusion {
        /// The entry's number
        entry: u64,
        #[command(flatten)]
        node: NodeArgs,
    },
    /// That the log of today begins with an earlier one
    Consistency {
        /// Entries of the earlier log
        size: u64,
        /// Its root, 64 hex digits, where you kept it; without it the earlier root is worked out of the entries
        #[arg(long, value_name = "HEX")]
        root: Option<String>,
        #[command(flatten)]
        node: NodeArgs,
    },
}

/// A span of records.
#[derive(Debug, Clone, Default, Args)]
pub struct SpanArgs {
    /// One gate
    #[arg(long, value_name = "DID")]
    gate: Option<Did>,
    /// From, milliseconds since 1970
    #[arg(long, value_name = "MS")]
    from: Option<u64>,
    /// Up to, milliseconds since 1970
    #[arg(long, value_name = "MS")]
    to: Option<u64>,
}

impl SpanArgs {
    fn span(&self) -> Span {
        Span {
            gate: self.gate,
            from: self.from,
            to: self.to,
        }
    }
}

/// Why an audit command failed, or what it found.
#[derive(Debug, thiserror::Error)]
pub enum AuditCommandError {
    /// Keystore, DID or node.
    #[error(transparent)]
    Organisation(#[from] OrganisationError),
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// What was checked.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// Something was found.
    #[error(
        "{rejected} proofs do not hold, {disputed} verdicts are not what the published data give"
    )]
    Found {
        /// proofs
        rejected: usize,
        /// verdicts
        disputed: usize,
    },
    /// A statement that is another file's, or another code's.
    #[error("this is not the file, or not the code, that appeal {0} commits to")]
    OtherStatement(AppealEntry),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
}

/// Runs an audit command. What does not hold is an error, so that scripts notice.
///
/// # Errors
/// [`AuditCommandError`].
pub fn run(command: Command, say: Say) -> Result<(), AuditCommandError> {
    match command {
        Command::Records { span, organisation } => records(&span, &organisation.open(KEY)?, say),
        Command::Record { name, organisation } => record(&name, &organisation.open(KEY)?, say),
        Command::Verify { span, organisation } => {
            let node = organisation.open(KEY)?.node;
            let found = node.audit_verify(&span.span().body())?;
            let count = |key: &str| found[key].as_array().map_or(0, Vec::len);
            let (rejected, disputed) = (count("rejected"), count("disputed"));
            say.outcome(&found, || {
                format!(
                    "{} checked, {} verified by the node",
                    found["checked"], found["verified"]
                )
            });
            settle(rejected, disputed)
        }
        Command::VerifyLocal { span, organisation } => {
            verify_local(&span, &organisation.open(KEY)?, say)
        }
        Command::Appeals(args) => appeals::appeals(&args, say),
        Command::Actions { organisation } => {
            let actions = audit::actions(&organisation.open(KEY)?.node)?;
            say.outcome(&actions, || {
                actions
                    .iter()
                    .map(Action::line)
                    .collect::<Vec<_>>()
                    .join("\n")
            });
            Ok(())
        }
        Command::Attempts { organisation } => {
            let attempts = audit::attempts(&organisation.open(KEY)?.node)?;
            say.outcome(&attempts, || {
                let lines: Vec<String> = attempts.iter().map(Attempt::line).collect();
                match lines.as_slice() {
                    [] => "no attempt was refused".to_owned(),
                    _ => lines.join("\n"),
                }
            });
            Ok(())
        }
        Command::Report {
            from,
            to,
            out,
            organisation,
        } => report(from, to, out, &organisation.open(KEY)?, say),
        Command::Proof(Proof::Inclusion { entry, node }) => {
            let proved = audit::inclusion(&node.client()?, entry)?;
            say.outcome(&proved, || {
                format!("entry {entry} is in the log of {} entries", proved.size)
            });
            Ok(())
        }
        Command::Proof(Proof::Consistency { size, root, node }) => {
            let proved = audit::consistency(&node.client()?, size, root.as_deref())?;
            say.outcome(&proved, || {
                format!(
                    "the log of {} entries begins with that of {size}",
                    proved.size
                )
            });
            Ok(())
        }
    }
}

fn settle(rejected: usize, disputed: usize) -> Result<(), AuditCommandError> {
    if rejected + disputed == 0 {
        Ok(())
    } else {
        Err(AuditCommandError::Found { rejected, disputed })
    }
}

fn records(
    span: &SpanArgs,
    organisation: &Organisation,
    say: Say,
) -> Result<(), AuditCommandError> {
    let all = audit::records(&organisation.node, &span.span())?;
    say.outcome(&all, || {
        let line = |r: &Record| format!("{}  step {}  {}", r.name, r.step, r.verdict["reason"]);
        format!(
            "{}\n{} records",
            all.iter().map(line).collect::<Vec<_>>().join("\n"),
            all.len()
        )
    });
    Ok(())
}

fn record(name: &str, organisation: &Organisation, say: Say) -> Result<(), AuditCommandError> {
    let one = audit::one_record(&organisation.node, name)?;
    let anchor = audit::anchored(&organisation.node, &one)?;
    say.outcome(
        &json!({ "record": one, "anchor": anchor, "verified": true }),
        || {
            format!(
                "{name}: {} (anchored by entry {}, verified here)",
                one.record.verdict["reason"], one.anchor
            )
        },
    );
    Ok(())
}

fn verify_local(
    span: &SpanArgs,
    organisation: &Organisation,
    say: Say,
) -> Result<(), AuditCommandError> {
    let records = audit::records(&organisation.node, &span.span())?;
    let bar = say.progress(u64::try_from(records.len()).unwrap_or(u64::MAX), "records");
    let auditor = Auditor::of_records(&organisation.node, &organisation.parameters, &records)?;
    let anchors = audit::check_batches(&organisation.node, &records)?;
    let findings = auditor.check(&records, |n| bar.set_position(n))?;
    bar.finish_and_clear();
    let value = json!({ "findings": findings, "batches": anchors });
    say.outcome(&value, || {
        let mut text = format!(
            "{} records: {} proofs hold, verified here; {} batches match their anchors in the log",
            findings.checked, findings.verified, anchors
        );
        for name in &findings.rejected {
            text.push_str(&format!("\nproof does not hold: {name}"));
        }
        for name in &findings.disputed {
            text.push_str(&format!("\nverdict disputed: {name}"));
        }
        text
    });
    settle(findings.rejected.len(), findings.disputed.len())
}

fn report(
    from: Option<u64>,
    to: Option<u64>,
    out: Option<PathBuf>,
    organisation: &Organisation,
    say: Say,
) -> Result<(), AuditCommandError> {
    let mut query: Vec<String> = Vec::new();
    query.extend(from.map(|x| format!("from={x}")));
    query.extend(to.map(|x| format!("to={x}")));
    let question = if query.is_empty() { "" } else { "?" };
    let target = format!("/v1/audit/report{question}{}", query.join("&"));
    let signed: SignedReport = organisation.node.audit(&target)?;
    signed.verify(&organisation.parameters)?;
    let content: Value = serde_json::from_slice(&signed.report.0)
        .map_err(|_| AuditError::DoesNotHold("the report is no JSON"))?;
    if let Some(path) = &out {
        let bytes = serde_json::to_vec_pretty(&signed).unwrap_or_default();
        luyin_keys::durable_file::replace(path, &bytes).map_err(|source| {
            AuditCommandError::File {
                path: path.clone(),
                source,
            }
        })?;
    }
    say.outcome(
        &json!({ "report": content, "signer": signed.signer, "verified": true }),
        || serde_json::to_string_pretty(&content).unwrap_or_default(),
    );
    Ok(())
}
