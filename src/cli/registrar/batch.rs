//! Many enrolments from one table. Every row ends in exactly one count: enrolled, duplicate or refused, and the three make up
//! the rows read. Rows are named by their number alone; no file but the register holds an ID number.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use luyin_keys::durable_file;
use luyin_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::enrol::{EnrolError, Office, Person, Post, Posted};
use super::panel::Desk;
use crate::cli::say::Say;
use luyin_device::client::{ClientError, Without};
use luyin_device::enrolment::{EnrolRequest, IdNumber, Surname};

/// Why a table could not be worked through.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The table.
    #[error("{path}: {source}; it needs the columns id_number, name, request")]
    Table {
        /// which
        path: PathBuf,
        /// why not
        source: csv::Error,
    },
    /// A file or directory.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
}

#[derive(Deserialize)]
struct Row {
    id_number: String,
    name: String,
    request: PathBuf,
}

impl Drop for Row {
    fn drop(&mut self) {
        self.id_number.zeroize();
        self.name.zeroize();
    }
}

/// What became of a table.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows read.
    pub rows: u64,
    /// Persons enrolled.
    pub enrolled: u64,
    /// Rows of persons that are enrolled already, or stand in the table before.
    pub duplicates: Vec<NamedRow>,
    /// Rows that were refused.
    pub refused: Vec<NamedRow>,
    /// Trustees that lack shares, and of how many persons.
    pub without: Vec<(u8, u64)>,
}

/// A row and what is the matter with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedRow {
    /// Number of the row, the first below the heading is 1.
    pub row: u64,
    /// The reason.
    pub reason: String,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (duplicates, refused) = (self.duplicates.len(), self.refused.len());
        write!(
            f,
            "{} rows = {} enrolled + {duplicates} duplicates + {refused} refused",
            self.rows, self.enrolled
        )?;
        for (what, rows) in [("duplicate", &self.duplicates), ("refused", &self.refused)] {
            for NamedRow { row, reason } in rows {
                write!(f, "\nrow {row}: {what}: {reason}")?;
            }
        }
        for (trustee, persons) in &self.without {
            write!(
                f,
                "\ntrustee {trustee} lacks the shares of {persons} persons"
            )?;
        }
        Ok(())
    }
}

enum Outcome {
    Enrolled(Vec<Without>),
    Duplicate(String),
    Refused(String),
}

/// Works through a table. Receipts go to `out/<row>.receipt.json`, refused rows to `out/refused.csv`.
///
/// # Errors
/// [`BatchError`]; a bad row is no error, it is counted.
pub fn run<D: Desk, P: Post>(
    office: &Office<'_, D, P>,
    table: &Path,
    out: &Path,
    say: Say,
    now: impl Fn() -> Result<Timestamp, ClientError>,
) -> Result<Summary, BatchError> {
    let failed = |source| BatchError::Table {
        path: table.to_owned(),
        source,
    };
    std::fs::create_dir_all(out).map_err(|source| BatchError::File {
        path: out.to_owned(),
        source,
    })?;
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(table)
        .map_err(failed)?;
    let records: Vec<_> = reader.deserialize::<Row>().collect();
    let bar = say.progress(u64::try_from(records.len()).unwrap_or(0), "enrolling");
    let base = table.parent().unwrap_or(Path::new("."));
    let mut summary = Summary::default();
    let mut seen: HashMap<String, u64> = HashMap::new();
    for record in records {
        summary.rows += 1;
        let row = summary.rows;
        let outcome = match record {
            Ok(record) => one(office, &record, base, out, row, &mut seen, &now)?,
            Err(error) => Outcome::Refused(shape_of(&error)),
        };
        summary.count(row, outcome);
        bar.inc(1);
    }
    bar.finish_and_clear();
    for (mut number, _) in seen {
        number.zeroize();
    }
    write_refused(out, &summary)?;
    Ok(summary)
}

impl Summary {
    fn count(&mut self, row: u64, outcome: Outcome) {
        match outcome {
            Outcome::Enrolled(without) => {
                self.enrolled += 1;
                for Without { trustee, .. } in without {
                    let number = trustee.get();
                    match self.without.iter_mut().find(|(n, _)| *n == number) {
                        Some((_, persons)) => *persons += 1,
                        None => self.without.push((number, 1)),
                    }
                }
            }
            Outcome::Duplicate(reason) => self.duplicates.push(NamedRow { row, reason }),
            Outcome::Refused(reason) => self.refused.push(NamedRow { row, reason }),
        }
    }
}

fn one<D: Desk, P: Post>(
    office: &Office<'_, D, P>,
    record: &Row,
    base: &Path,
    out: &Path,
    row: u64,
    seen: &mut HashMap<String, u64>,
    now: &impl Fn() -> Result<Timestamp, ClientError>,
) -> Result<Outcome, BatchError> {
    let id = match IdNumber::parse(&record.id_number) {
        Ok(id) => id,
        Err(error) => return Ok(Outcome::Refused(error.to_string())),
    };
    if record.name.is_empty() {
        return Ok(Outcome::Refused("the row has no name".to_owned()));
    }
    if let Some(first) = seen.insert(id.expose().to_owned(), row) {
        seen.insert(id.expose().to_owned(), first);
        return Ok(Outcome::Duplicate(format!(
            "the same ID number as row {first}"
        )));
    }
    let person = Person {
        surname: Surname::of_name(&record.name),
        id,
    };
    let path = base.join(&record.request);
    let Ok(bytes) = std::fs::read(&path) else {
        let reason = format!("the request {} cannot be read", record.request.display());
        return Ok(Outcome::Refused(reason));
    };
    let request = match EnrolRequest::from_json(&bytes, &office.network) {
        Ok(request) => request,
        Err(error) => return Ok(Outcome::Refused(error.to_string())),
    };
    let done = now()
        .map_err(EnrolError::from)
        .and_then(|now| office.enrol(&person, &request, now));
    match done {
        Ok(done) => {
            let receipt = serde_json::to_vec_pretty(&done.receipt).unwrap_or_default();
            let path = out.join(format!("{row}.receipt.json"));
            durable_file::replace(&path, &receipt)
                .map_err(|source| BatchError::File { path, source })?;
            Ok(match done.posted {
                Posted::Now => Outcome::Enrolled(done.without),
                Posted::Before => {
                    let reason =
                        "enrolled already with this request; its receipt was written again";
                    Outcome::Duplicate(reason.to_owned())
                }
            })
        }
        Err(EnrolError::AlreadyEnrolled(how)) => {
            Ok(Outcome::Duplicate(format!("enrolled already{how}")))
        }
        Err(error) => Ok(Outcome::Refused(error.to_string())),
    }
}

/// What is wrong with a row's shape, without its content.
fn shape_of(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("{len} fields where the heading has {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
        _ => "not a row with id_number, name and request".to_owned(),
    }
}

fn write_refused(out: &Path, summary: &Summary) -> Result<(), BatchError> {
    let path = out.join("refused.csv");
    let mut writer = csv::Writer::from_writer(Vec::new());
    let table = |source| BatchError::Table {
        path: path.clone(),
        source,
    };
    writer.write_record(["row", "reason"]).map_err(table)?;
    for NamedRow { row, reason } in summary.duplicates.iter().chain(&summary.refused) {
        let row = row.to_string();
        writer.write_record([&row, reason]).map_err(table)?;
    }
    let bytes = writer.into_inner().unwrap_or_default();
    durable_file::replace(&path, &bytes).map_err(|source| BatchError::File { path, source })
}
