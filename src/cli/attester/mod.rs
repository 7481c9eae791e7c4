//! `luyin attester`: issues attestations from a table or from certificates that people hold already, and withdraws them.

mod certificate;
mod correction;
mod engine;
mod issue;
mod itinerary;
mod rows;

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::field::AttestationLeaf;
use luyin_protocol::time::Day;
use luyin_protocol::tx::{AttestWithdrawn, MAX_BATCH, Tx};
use luyin_protocol::versioned::Standing;
use serde_json::json;

pub use self::certificate::{BridgeError, CertificateArgs, CertificateError, ShownError};
pub use self::correction::CorrectionFileError;
pub use self::engine::EngineError;
use self::issue::{Desk, IssueError, Summary, issue, listed};
pub use self::itinerary::{ItineraryArgs, ItineraryError};
pub use self::rows::{FEVER_TENTHS, Row, RowError, Sheet, regions};
use super::organisation::{Organisation, OrganisationArgs, OrganisationError};
use super::say::Say;
use crate::client::NodeClient;
use luyin_device::client::ClientError;

const KEY: &str = "attester";

/// Attestations: tests, vaccinations, itineraries, readings
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin attester issue --kind test --csv results.csv --out results --keystore lab.keys --node http://127.0.0.1:8080
  luyin attester certificate --kind vaccination --card card.png --certificate certificate.png --trust trust.json \
      --used used-certificates --out attested --keystore clinic.keys --compared
  luyin attester itinerary --drop drop --asked asked.csv --out itineraries --keystore operator.keys
  luyin attester itinerary --drop drop --asked asked.csv --out itineraries --state state --keystore operator.keys
  luyin attester withdraw --issued results/issued.csv --reason 'mixed-up samples' --keystore lab.keys
  luyin attester withdraw --leaf <64 hex digits> --day 2021-06-01 --reason 'mixed-up samples' --keystore lab.keys
The table has the columns binding (nym of the card that the holder showed you), day (YYYY-MM-DD), value and, where the card is of
another day, card_day. Values: test negative|positive; vaccination 1 to 15; itinerary region codes separated by ';'; reading 36.5.
Itineraries come from a drop: a folder a delivery, named by its moment in Beijing (2020-03-06T0200), with files .csv or .csv.gz, for
the engine also .parquet, of the columns subscriber, time, region, kind. Those who asked have the columns subscriber, binding and may
have card_day.
Rows that are no attestation go to quarantine.csv with their reason. An adverse result need not be taken in by its holder: file it
with the authority as evidence for a notice.")]
pub enum Command {
    /// Issue every row of a table
    Issue {
        #[command(flatten)]
        organisation: OrganisationArgs,
        /// What the table states
        #[arg(long, value_enum)]
        kind: Kind,
        /// The table
        #[arg(long, value_name = "FILE")]
        csv: PathBuf,
        /// Directory for the holders' files, issued.csv and quarantine.csv
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Turn a certificate that the holder has already (HC1, SMART Health Card) into an attestation
    Certificate(Box<CertificateArgs>),
    /// Show what a holder asks to be corrected in an itinerary, and how it is issued
    Correction {
        /// The file that the holder handed over
        file: PathBuf,
    },
    /// Derive itineraries from an operator's events, and issue them to those who asked
    Itinerary(Box<ItineraryArgs>),
    /// Take attestations back: wallets can no longer take them in
    Withdraw {
        #[command(flatten)]
        organisation: OrganisationArgs,
        /// A list that `issue` wrote: all of it is withdrawn
        #[arg(long, value_name = "FILE", conflicts_with_all = ["leaf", "day"], required_unless_present = "leaf")]
        issued: Option<PathBuf>,
        /// One leaf; may be repeated
        #[arg(long, requires = "day")]
        leaf: Vec<AttestationLeaf>,
        /// Day of the tree that holds the leaves, YYYY-MM-DD
        #[arg(long, value_parser = day)]
        day: Option<Day>,
        /// Why, in words; it stands on the ledger
        #[arg(long)]
        reason: String,
    },
}

/// What is attested, as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum Kind {
    Test,
    Vaccination,
    Itinerary,
    Reading,
}

impl From<Kind> for AttestationKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Test => Self::Test,
            Kind::Vaccination => Self::Vaccination,
            Kind::Itinerary => Self::Itinerary,
            Kind::Reading => Self::Reading,
        }
    }
}

fn day(text: &str) -> Result<Day, String> {
    Day::from_iso(text).map_err(|_| "write it as YYYY-MM-DD".to_owned())
}

/// Why an attester command failed.
#[derive(Debug, thiserror::Error)]
pub enum AttesterError {
    /// Keystore, DID or node.
    #[error(transparent)]
    Organisation(#[from] OrganisationError),
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A table.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// A certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A request for a correction.
    #[error(transparent)]
    Correction(#[from] CorrectionFileError),
    /// Itineraries.
    #[error(transparent)]
    Itinerary(#[from] ItineraryError),
    /// Nothing to withdraw.
    #[error("the list is empty; nothing was withdrawn")]
    Nothing,
}

/// Runs an attester command.
///
/// # Errors
/// [`AttesterError`].
pub fn run(command: Command, say: Say) -> Result<(), AttesterError> {
    match command {
        Command::Issue {
            organisation,
            kind,
            csv,
            out,
        } => {
            let organisation = organisation.open(KEY)?;
            let today = organisation.node.now()?.day();
            let summary = issue_all(&organisation, kind.into(), today, &csv, &out, say)?;
            say.outcome(&summary, || summary.to_string());
            Ok(())
        }
        Command::Certificate(args) => certificate::run(&args, say),
        Command::Correction { file } => Ok(correction::show(&file, say)?),
        Command::Itinerary(args) => itinerary::run(*args, say),
        Command::Withdraw {
            organisation,
            issued,
            leaf,
            day,
            reason,
        } => {
            let days = match (issued, day) {
                (Some(list), _) => listed(&list)?,
                (None, Some(day)) => vec![(day, leaf)],
                (None, None) => Vec::new(),
            };
            withdraw(&organisation, &days, &reason, say)
        }
    }
}

fn issue_all(
    organisation: &Organisation,
    kind: AttestationKind,
    today: Day,
    table: &Path,
    out: &Path,
    say: Say,
) -> Result<Summary, AttesterError> {
    let sheet = Sheet {
        issuer: organisation.did.issuer(),
        kind,
        today,
        fever_tenths: fever(&organisation.node)?,
    };
    let sign = |body: &[u8]| organisation.sign(body);
    let post = |tx: &Tx| organisation.node.submit(tx);
    let desk = Desk {
        did: organisation.did,
        sign: &sign,
        post: &post,
    };
    Ok(issue(&desk, &sheet, table, out, say)?)
}

/// The fever threshold of the policy in force; the shipped default where none is published.
fn fever(node: &NodeClient) -> Result<u16, ClientError> {
    let policies = node.policies()?;
    let current = policies
        .iter()
        .filter(|published| published.standing == Standing::Current);
    let lowest = current
        .map(|published| published.item.0.thresholds.fever)
        .min();
    Ok(lowest.unwrap_or(FEVER_TENTHS))
}

fn withdraw(
    organisation: &OrganisationArgs,
    days: &[(Day, Vec<AttestationLeaf>)],
    reason: &str,
    say: Say,
) -> Result<(), AttesterError> {
    if days.iter().all(|(_, leaves)| leaves.is_empty()) {
        return Err(AttesterError::Nothing);
    }
    let organisation = organisation.open(KEY)?;
    let (mut withdrawn, mut entries) = (0, Vec::new());
    for (day, leaves) in days {
        for leaves in leaves.chunks(MAX_BATCH) {
            let body = AttestWithdrawn::body(&organisation.did, *day, leaves, reason);
            let receipt = organisation
                .node
                .submit(&Tx::AttestWithdrawn(AttestWithdrawn {
                    issuer: organisation.did,
                    day: *day,
                    leaves: leaves.to_vec(),
                    reason: reason.to_owned(),
                    signature: organisation.sign(&body),
                }))?;
            withdrawn += leaves.len();
            entries.push(receipt.entry);
        }
    }
    let shown = json!({ "withdrawn": withdrawn, "entries": entries });
    say.outcome(&shown, || format!("{withdrawn} attestations withdrawn"));
    Ok(())
}
