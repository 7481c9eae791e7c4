//! `luyin attester certificate`: turns a certificate that somebody holds already into an attestation.
//!
//! The command shows whose certificate it is, for the person at the desk to compare with the ID and with the card's mask, and
//! issues only where that person says so. The name is shown and kept nowhere.

mod bridge;
mod shown;
mod used;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use luyin_certificates::evidence::Asked;
use luyin_certificates::hc1::RevocationList;
use luyin_certificates::lists::{self, ListFault};
use luyin_device::attester::Desk;
use luyin_device::enrolment::surname_of;
use luyin_device::wallet::NymCard;
use luyin_keys::sealed::Strength;
use luyin_protocol::attestation::Statement;
use luyin_protocol::tx::Tx;
use serde::Serialize;

pub use self::bridge::BridgeError;
use self::bridge::{Checked, Checks, Issued, Judge};
pub use self::shown::ShownError;
use self::used::UsedCertificates;
use super::{AttesterError, KEY};
use crate::cli::keystore::KeystoreCommandError;
use crate::cli::organisation::{OrganisationArgs, OrganisationError};
use crate::cli::say::Say;

/// A certificate, the holder's card, and what both are checked against.
#[derive(Debug, Clone, Args)]
pub struct CertificateArgs {
    #[command(flatten)]
    organisation: OrganisationArgs,
    /// What the attestation is to state; the attester is accredited for it
    #[arg(long, value_enum)]
    kind: Kind,
    /// The card that the holder's wallet shows: its file, or a PNG picture of its code
    #[arg(long, value_name = "FILE")]
    card: PathBuf,
    /// The certificate: a PNG picture of its code, the code's text, or a .smart-health-card file; repeat for the parts of a card
    #[arg(long, value_name = "FILE", required = true)]
    certificate: Vec<PathBuf>,
    /// Which card of a file of several, counted from 1
    #[arg(long, value_name = "N")]
    which: Option<usize>,
    /// Whom to trust: signers of HC1 certificates, issuers of health cards
    #[arg(long, value_name = "FILE")]
    trust: PathBuf,
    /// Revoked HC1 certificates
    #[arg(long, value_name = "FILE")]
    revoked: Option<PathBuf>,
    /// Rules in CertLogic that the certificate has to fulfil
    #[arg(long, value_name = "FILE", requires = "arrival")]
    rules: Option<PathBuf>,
    /// The country whose rules of acceptance apply
    #[arg(long, value_name = "CC", requires = "rules")]
    arrival: Option<String>,
    /// The sets of codes that the rules name
    #[arg(long, value_name = "FILE", requires = "rules")]
    value_sets: Option<PathBuf>,
    /// Directory of the register of used certificates
    #[arg(long, value_name = "DIR")]
    used: PathBuf,
    /// Directory for the holder's file and the list to withdraw by
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Name, birth and mask were compared with the ID: issue
    #[arg(long)]
    compared: bool,
}

/// What certificates are asked for, as the command line spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Test,
    Vaccination,
}

impl From<Kind> for Asked {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Test => Self::Test,
            Kind::Vaccination => Self::Vaccination,
        }
    }
}

/// Why a certificate was not turned into an attestation.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// What is shown.
    #[error(transparent)]
    Shown(#[from] ShownError),
    /// The holder's card.
    #[error("{0} is not the card that a wallet shows to an attester")]
    Card(PathBuf),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// A list.
    #[error("{path}: {source}")]
    List {
        /// which
        path: PathBuf,
        /// why not
        source: ListFault,
    },
    /// Value sets.
    #[error("{0} is no JSON")]
    ValueSets(PathBuf),
    /// The certificate does not become an attestation.
    #[error(transparent)]
    Bridge(#[from] BridgeError),
}

/// What the command says.
#[derive(Debug, Serialize)]
struct Outcome<'a> {
    issued: bool,
    statement: String,
    day: String,
    names: &'a [String],
    birth: Option<&'a str>,
    mask: Mask,
    #[serde(flatten)]
    attestation: Option<OnLedger>,
}

#[derive(Debug, Serialize)]
struct Mask {
    surname: Option<&'static str>,
    digits: u32,
}

#[derive(Debug, Serialize)]
struct OnLedger {
    entry: Option<u64>,
    leaf: String,
    tree_day: String,
    file: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// [`AttesterError`]; nothing is half issued.
pub(super) fn run(args: &CertificateArgs, say: Say) -> Result<(), AttesterError> {
    // Files first: a wrong one should not cost a question for the passphrase.
    let shown =
        shown::certificate(&args.certificate, args.which).map_err(CertificateError::from)?;
    let card = card(&args.card)?;
    let trust = list(&args.trust, lists::trust)?;
    let revoked = match &args.revoked {
        Some(path) => list(path, lists::revoked)?,
        None => RevocationList::new(),
    };
    let judge = judge(args)?;

    let secret = args.organisation.keystore.passphrase.existing();
    let secret = secret
        .map_err(KeystoreCommandError::from)
        .map_err(OrganisationError::from)?;
    let organisation = args.organisation.open_with(KEY, secret.clone())?;
    let sign = |body: &[u8]| organisation.sign(body);
    let post = |tx: &Tx| organisation.node.submit(tx);
    let desk = Desk {
        did: organisation.did,
        sign: &sign,
        post: &post,
    };
    let checks = Checks {
        trust: &trust,
        revoked: &revoked,
        judge: judge.as_ref(),
        now: organisation.node.now()?,
        network: organisation.network,
    };
    let bridge = CertificateError::from;
    let checked = checks.check(&shown, args.kind.into()).map_err(bridge)?;
    let used = UsedCertificates::open(&args.used, &secret, Strength::PRODUCTION)
        .map_err(BridgeError::from)
        .map_err(bridge)?;
    let issued = if args.compared {
        let issued = checks.issue(&checked, &card, &desk, &used, &args.out);
        Some(issued.map_err(bridge)?)
    } else {
        let may = checks.may_issue(&checked, &card, &desk, &used);
        may.map_err(bridge)?;
        None
    };
    let outcome = outcome(&checked, &card, issued);
    say.outcome(&outcome, || outcome.to_string());
    Ok(())
}

fn outcome<'a>(checked: &'a Checked, card: &NymCard, issued: Option<Issued>) -> Outcome<'a> {
    let holder = &checked.evidence.holder;
    Outcome {
        issued: issued.is_some(),
        statement: words(&checked.statement),
        day: checked.day.to_iso(),
        names: &holder.names,
        birth: holder.birth.as_deref(),
        mask: Mask {
            surname: surname_of(card.mask.surname()),
            digits: card.mask.digits(),
        },
        attestation: issued.map(|issued| OnLedger {
            entry: issued.entry,
            leaf: issued.held.attestation.0.leaf().to_string(),
            tree_day: issued.held.tree_day.to_iso(),
            file: issued.file,
        }),
    }
}

fn words(statement: &Statement) -> String {
    match statement {
        Statement::Test { negative: true } => "test negative".to_owned(),
        Statement::Test { negative: false } => {
            "test positive; file it with the authority as evidence for a notice".to_owned()
        }
        Statement::Vaccination { doses } => format!("vaccination {doses}"),
        Statement::Itinerary { .. } | Statement::Reading { .. } => String::new(),
    }
}

impl std::fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let birth = self.birth.unwrap_or("-");
        let surname = self.mask.surname.unwrap_or("-");
        writeln!(f, "{} on {}", self.statement, self.day)?;
        writeln!(f, "certificate: {}, born {birth}", self.names.join(" / "))?;
        writeln!(f, "card: {surname} **{:02}", self.mask.digits)?;
        match &self.attestation {
            Some(issued) => write!(f, "issued: {}", issued.file.display()),
            None => f.write_str(
                "not issued: compare the name and the birth with the ID, and the ID with the card; then add --compared",
            ),
        }
    }
}

fn card(path: &Path) -> Result<NymCard, CertificateError> {
    let text = shown::text(path)?;
    serde_json::from_str(&text).map_err(|_| CertificateError::Card(path.to_owned()))
}

fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    std::fs::read(path).map_err(|source| CertificateError::File {
        path: path.to_owned(),
        source,
    })
}

fn list<T>(
    path: &Path,
    parse: impl FnOnce(&[u8]) -> Result<T, ListFault>,
) -> Result<T, CertificateError> {
    parse(&read(path)?).map_err(|source| CertificateError::List {
        path: path.to_owned(),
        source,
    })
}

fn judge(args: &CertificateArgs) -> Result<Option<Judge>, CertificateError> {
    let (Some(rules), Some(arrival)) = (&args.rules, &args.arrival) else {
        return Ok(None);
    };
    let value_sets = match &args.value_sets {
        Some(path) => {
            let sets = serde_json::from_slice(&read(path)?);
            sets.map_err(|_| CertificateError::ValueSets(path.clone()))?
        }
        None => serde_json::json!({}),
    };
    Ok(Some(Judge {
        rules: list(rules, lists::rules)?,
        arrival: arrival.clone(),
        value_sets,
    }))
}
