//! `luyin registrar`: enrols persons whom the registrar has seen, one or many, and looks up its own register.

mod batch;
mod desk;
mod enrol;
mod panel;
mod register;

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use luyin_keys::durable_file;
use luyin_keys::sealed::Strength;
use luyin_protocol::field::Owner;
use luyin_protocol::risk::Uid;
use serde::{Deserialize, Serialize};
use serde_json::json;
use zeroize::Zeroizing;

use self::batch::BatchError;
use self::desk::{DeskArgs, DeskCommandError};
use self::enrol::{EnrolError, Office, Person};
use self::panel::{HttpDesk, Panel, PanelError};
use self::register::{Progress, Register, RegisterError};
use super::organisation::{Organisation, OrganisationArgs, OrganisationError};
use super::passphrase::PassphraseError;
use super::say::Say;
use luyin_device::client::ClientError;
use luyin_device::enrolment::{EnrolRequest, IdNumber, IdNumberError, MAX_REQUEST, Surname};

const KEY: &str = "registrar";

/// Enrolment of persons
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  luyin registrar enrol --keystore desk.keys --node http://127.0.0.1:8080 --register desk-register \\
      --trustees http://127.0.0.1:8101,http://127.0.0.1:8102,http://127.0.0.1:8103,http://127.0.0.1:8104,http://127.0.0.1:8105 \\
      --id-number-file - --request request.json --out receipt.json
  luyin registrar desk --keystore desk.keys --register desk-register --trustees ... --id-number-file id.txt --out receipt.json
  luyin registrar batch --keystore desk.keys --register desk-register --trustees ... --csv people.csv --out receipts
  luyin registrar subject --keystore desk.keys --register desk-register --id-number-file id.txt --out subject.json
An ID file has the number on its first line and the name on its second; `-` reads both from standard input.
ID numbers are never taken from the command line and never written to a log.")]
pub enum Command {
    /// Enrol one person from the request that the wallet wrote
    Enrol {
        #[command(flatten)]
        office: OfficeArgs,
        /// File with the ID number and, on the second line, the name; `-` for standard input
        #[arg(long, value_name = "FILE")]
        id_number_file: PathBuf,
        /// The wallet's request
        #[arg(long, value_name = "FILE")]
        request: PathBuf,
        /// Where to write the receipt for the wallet
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Enrol the person at the desk: tell a code, and take the request that the phone leaves under it
    Desk(DeskArgs),
    /// Enrol many persons from a table with the columns id_number, name, request
    Batch {
        #[command(flatten)]
        office: OfficeArgs,
        /// The table; paths of requests are relative to it
        #[arg(long, value_name = "FILE")]
        csv: PathBuf,
        /// Directory for receipts and for the rows that were refused
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Look up whose enrolment a notice would be about, for the authority
    Subject {
        #[command(flatten)]
        keystore: super::keystore::KeystoreArgs,
        /// The register's directory
        #[arg(long, value_name = "DIR")]
        register: PathBuf,
        /// File with the ID number; `-` for standard input
        #[arg(long, value_name = "FILE")]
        id_number_file: PathBuf,
        /// Where to write the subject, for `luyin authority propose notice`
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// What a registrar works with.
#[derive(Debug, Args)]
pub struct OfficeArgs {
    #[command(flatten)]
    organisation: OrganisationArgs,
    /// The five trustees by rising number, separated by commas
    #[arg(long, value_name = "URL,...", value_delimiter = ',', required = true)]
    trustees: Vec<String>,
    /// Directory of the register, sealed with the keystore's passphrase
    #[arg(long, value_name = "DIR")]
    register: PathBuf,
}

/// Whose enrolment a notice is about. Goes from the registrar to the authority, and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The owner of the newest enrolment.
    pub owner: Owner,
    /// The person's identifier, which a superseded notice names.
    pub uid: Uid,
}

/// Why a registrar command failed.
#[derive(Debug, thiserror::Error)]
pub enum RegistrarError {
    /// Keystore, DID or node.
    #[error(transparent)]
    Organisation(#[from] OrganisationError),
    /// The keystore alone.
    #[error(transparent)]
    Keystore(#[from] super::keystore::KeystoreCommandError),
    /// The passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// A node or trustee address, or the node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// The ID number.
    #[error("{0}; nothing was enrolled")]
    IdNumber(#[from] IdNumberError),
    /// No name.
    #[error("the ID file has no name on its second line; the mask cannot be compared without it")]
    NoName,
    /// The trustees.
    #[error(transparent)]
    Panel(#[from] PanelError),
    /// The register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// One enrolment.
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    /// The desk.
    #[error(transparent)]
    Desk(#[from] DeskCommandError),
    /// A table.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// Nobody of that number.
    #[error("the register has no enrolment of this person")]
    NotEnrolled,
}

/// Runs a registrar command.
///
/// # Errors
/// [`RegistrarError`].
pub fn run(command: Command, say: Say) -> Result<(), RegistrarError> {
    match command {
        Command::Enrol {
            office,
            id_number_file,
            request,
            out,
        } => {
            let person = read_person(&id_number_file)?;
            let request = read_file(&request, MAX_REQUEST)?;
            enrol_one(&office, &person, &request, &out, say)
        }
        Command::Desk(args) => desk::run(&args, say),
        Command::Batch { office, csv, out } => {
            let opened = Opened::open(&office)?;
            let summary = opened
                .with_office(|office, node| batch::run(office, &csv, &out, say, || node.now()))??;
            say.outcome(&summary, || summary.to_string());
            Ok(())
        }
        Command::Subject {
            keystore,
            register,
            id_number_file,
            out,
        } => subject(&keystore, &register, &id_number_file, &out, say),
    }
}

fn enrol_one(
    args: &OfficeArgs,
    person: &Person,
    request: &[u8],
    out: &Path,
    say: Say,
) -> Result<(), RegistrarError> {
    let opened = Opened::open(args)?;
    let request =
        EnrolRequest::from_json(request, &opened.organisation.network).map_err(EnrolError::from)?;
    finish(&opened, person, &request, Some(out), say)
}

/// Enrols a person with an open request, writes the receipt and says so.
fn finish(
    opened: &Opened,
    person: &Person,
    request: &EnrolRequest,
    out: Option<&Path>,
    say: Say,
) -> Result<(), RegistrarError> {
    let done = opened.with_office(|office, node| {
        let now = node.now()?;
        office.enrol(person, request, now)
    })??;
    if let Some(out) = out {
        let receipt = serde_json::to_vec_pretty(&done.receipt).unwrap_or_default();
        write_file(out, &receipt)?;
    }
    let shown = json!({ "receipt": done.receipt, "without": done.without });
    say.outcome(&shown, || {
        let mut text = format!("enrolled at entry {}", done.receipt.entry);
        for without in &done.without {
            text.push_str(&format!("\nwithout {without}"));
        }
        text
    });
    Ok(())
}

fn subject(
    keystore: &super::keystore::KeystoreArgs,
    register: &Path,
    id_file: &Path,
    out: &Path,
    say: Say,
) -> Result<(), RegistrarError> {
    let text = read_text(id_file)?;
    let id = IdNumber::parse(text.lines().next().unwrap_or_default())?;
    let secret = keystore.passphrase.existing()?;
    let register = Register::open(register, &secret, Strength::PRODUCTION)?;
    let newest = register
        .of(&id)?
        .into_iter()
        .rev()
        .find(|enrolled| matches!(enrolled.progress, Progress::Posted { .. }));
    let newest = newest.ok_or(RegistrarError::NotEnrolled)?;
    let subject = Subject {
        owner: newest.owner,
        uid: newest.uid,
    };
    let bytes = serde_json::to_vec_pretty(&subject).unwrap_or_default();
    write_file(out, &bytes)?;
    let shown = json!({ "written": out });
    say.outcome(&shown, || format!("written to {}", out.display()));
    Ok(())
}

/// Everything opened that an enrolment takes.
struct Opened {
    organisation: Organisation,
    desks: Vec<HttpDesk>,
    register: Register,
}

impl Opened {
    fn open(args: &OfficeArgs) -> Result<Self, RegistrarError> {
        let secret = args.organisation.keystore.passphrase.existing()?;
        let organisation = args.organisation.open_with(KEY, secret.clone())?;
        let desk = |address: &String| HttpDesk::new(address, organisation.signer());
        let desks = args.trustees.iter().map(desk).collect::<Result<_, _>>()?;
        let register = Register::open(&args.register, &secret, Strength::PRODUCTION)?;
        Ok(Self {
            organisation,
            desks,
            register,
        })
    }

    fn with_office<T>(
        &self,
        work: impl FnOnce(
            &Office<'_, HttpDesk, crate::client::NodeClient>,
            &crate::client::NodeClient,
        ) -> T,
    ) -> Result<T, RegistrarError> {
        let organisation = &self.organisation;
        let sign = |body: &[u8]| organisation.sign(body);
        let office = Office {
            did: organisation.did,
            network: organisation.network,
            sign: &sign,
            panel: Panel::new(&self.desks, &organisation.parameters)?,
            node: &organisation.node,
            register: &self.register,
        };
        Ok(work(&office, &organisation.node))
    }
}

fn read_person(path: &Path) -> Result<Person, RegistrarError> {
    let text = read_text(path)?;
    let mut lines = text.lines();
    let id = IdNumber::parse(lines.next().unwrap_or_default())?;
    let name = lines.next().map(str::trim).filter(|name| !name.is_empty());
    Ok(Person {
        id,
        surname: Surname::of_name(name.ok_or(RegistrarError::NoName)?),
    })
}

/// A short text, which may be personal: erased when dropped. `-` is standard input.
fn read_text(path: &Path) -> Result<Zeroizing<String>, RegistrarError> {
    let failed = |source| RegistrarError::File {
        path: path.to_owned(),
        source,
    };
    let mut text = Zeroizing::new(String::with_capacity(4096));
    if path == Path::new("-") {
        let input = std::io::stdin().lock().take(4096);
        { input }.read_to_string(&mut text).map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(4096).read_to_string(&mut text).map_err(failed)?;
    }
    Ok(text)
}

fn read_file(path: &Path, limit: usize) -> Result<Vec<u8>, RegistrarError> {
    let failed = |source| RegistrarError::File {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), RegistrarError> {
    durable_file::replace(path, bytes).map_err(|source| RegistrarError::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests;
