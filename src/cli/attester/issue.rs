//! Issues a table: writes each holder's file, posts the bodies in batches, keeps what was issued so that it can be
//! withdrawn, quarantines what is no attestation.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use luyin_device::attester::{Desk, Made, Row, RowError, Sheet};
use luyin_keys::durable_file;
use luyin_protocol::did::Did;
use luyin_protocol::field::{AttestationBody, AttestationLeaf};
use luyin_protocol::time::Day;
use luyin_protocol::tx::MAX_BATCH;
use rand::rngs::OsRng;
use serde::{Deserialize, Serialize};

use crate::cli::say::Say;
use luyin_device::client::ClientError;
use luyin_device::wallet::HeldAttestation;

/// Why a table could not be worked through.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The table.
    #[error("{path}: {source}; it needs the columns binding, day, value")]
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
    /// The node refused a batch. What was posted before stands.
    #[error(
        "batch {batch} of {batches} was not posted ({source}); {posted} attestations of the batches before are on the ledger. Their rows are in issued.csv: leave them out and issue the rest again"
    )]
    Post {
        /// which
        batch: usize,
        /// of how many
        batches: usize,
        /// attestations that stand
        posted: usize,
        /// why not
        source: Box<ClientError>,
    },
}

/// What became of a table.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows read.
    pub rows: u64,
    /// Attestations on the ledger.
    pub issued: u64,
    /// Rows in quarantine.
    pub quarantined: Vec<Quarantined>,
    /// The batches' entries in the log.
    pub entries: Vec<u64>,
}

/// A row that is no attestation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quarantined {
    /// Number of the row, the first below the heading is 1.
    pub row: u64,
    /// Why.
    pub reason: String,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quarantined = self.quarantined.len();
        write!(
            f,
            "{} rows = {} issued + {quarantined} quarantined",
            self.rows, self.issued
        )?;
        for Quarantined { row, reason } in &self.quarantined {
            write!(f, "\nrow {row}: {reason}")?;
        }
        Ok(())
    }
}

/// Works through a table. Files go to `out/<row>.attestation.json`, the list of what was issued to `out/issued.csv`, rows
/// that are none to `out/quarantine.csv`, as they stood and with the reason.
///
/// A holder's file is written before its leaf is posted: what is on the ledger can always be handed out.
///
/// # Errors
/// [`IssueError`]; a bad row is no error, it is counted.
pub fn issue(
    desk: &Desk<'_>,
    sheet: &Sheet,
    table: &Path,
    out: &Path,
    say: Say,
) -> Result<Summary, IssueError> {
    std::fs::create_dir_all(out).map_err(|source| IssueError::File {
        path: out.to_owned(),
        source,
    })?;
    let (mut summary, good) = read(sheet, table, out)?;
    let bar = say.progress(u64::try_from(good.len()).unwrap_or(0), "issuing");
    let batches: Vec<&[(u64, Made)]> = good.chunks(MAX_BATCH).collect();
    let mut issued = csv::Writer::from_writer(Vec::new());
    let list = out.join("issued.csv");
    record(&mut issued, &list, &["row", "day", "leaf"])?;
    for (n, batch) in batches.iter().enumerate() {
        for (row, made) in *batch {
            write_holder(desk.did, sheet.today, *row, made, out)?;
        }
        let bodies: Vec<AttestationBody> = batch
            .iter()
            .map(|(_, made)| made.attestation.body())
            .collect();
        let posted = desk.attest(sheet.kind, bodies);
        let receipt = posted.map_err(|source| IssueError::Post {
            batch: n + 1,
            batches: batches.len(),
            posted: usize::try_from(summary.issued).unwrap_or(usize::MAX),
            source: Box::new(source),
        })?;
        summary.entries.push(receipt.entry);
        // The leaf stands in the tree of the block's day, which may have begun since the table was read.
        let day = receipt.time.day();
        for (row, made) in *batch {
            if day != sheet.today {
                write_holder(desk.did, day, *row, made, out)?;
            }
            let leaf = made.attestation.leaf().to_string();
            record(
                &mut issued,
                &list,
                &[&row.to_string(), &day.to_iso(), &leaf],
            )?;
            summary.issued += 1;
            bar.inc(1);
        }
        let so_far = issued.flush().ok().map(|()| issued.get_ref().clone());
        write(&list, &so_far.unwrap_or_default())?;
    }
    bar.finish_and_clear();
    Ok(summary)
}

/// The rows that are attestations; the others go to quarantine.
#[allow(clippy::type_complexity)]
fn read(
    sheet: &Sheet,
    table: &Path,
    out: &Path,
) -> Result<(Summary, Vec<(u64, Made)>), IssueError> {
    let failed = |source| IssueError::Table {
        path: table.to_owned(),
        source,
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(table)
        .map_err(failed)?;
    let headings = reader.headers().map_err(failed)?.clone();
    let mut seen: HashMap<Row, u64> = HashMap::new();
    let (mut summary, mut good) = (Summary::default(), Vec::new());
    let mut quarantine = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    let path = out.join("quarantine.csv");
    record(&mut quarantine, &path, &["row", "reason", "as it stood"])?;
    for bytes in reader.byte_records() {
        let bytes = bytes.map_err(failed)?;
        summary.rows += 1;
        let row = summary.rows;
        let made = one(sheet, &bytes, &headings).and_then(|(text, made)| {
            match seen.insert(text.clone(), row) {
                None => Ok(made),
                Some(first) => {
                    seen.insert(text, first);
                    Err(RowError::Repeated(first))
                }
            }
        });
        match made {
            Ok(made) => good.push((row, made)),
            Err(error) => {
                let reason = error.to_string();
                let stood = bytes.iter().map(String::from_utf8_lossy);
                let stood: Vec<String> = stood.map(|field| neutral(&field)).collect();
                let mut fields = vec![row.to_string(), reason.clone()];
                fields.extend(stood);
                let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                record(&mut quarantine, &path, &fields)?;
                summary.quarantined.push(Quarantined { row, reason });
            }
        }
    }
    write(&path, &quarantine.into_inner().unwrap_or_default())?;
    Ok((summary, good))
}

fn one(
    sheet: &Sheet,
    bytes: &csv::ByteRecord,
    headings: &csv::StringRecord,
) -> Result<(Row, Made), RowError> {
    if bytes.len() != headings.len() {
        return Err(RowError::Shape);
    }
    let text = csv::StringRecord::from_byte_record(bytes.clone());
    let text = text.map_err(|_| RowError::Shape)?;
    let row: Row = text
        .deserialize(Some(headings))
        .map_err(|_| RowError::Shape)?;
    let made = sheet.attestation(&row, &mut OsRng)?;
    Ok((row, made))
}

/// A field that no spreadsheet takes for a formula.
fn neutral(field: &str) -> String {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{field}")
    } else {
        field.to_owned()
    }
}

/// Writes what the holder takes to the wallet.
fn write_holder(
    attester: Did,
    tree_day: Day,
    row: u64,
    made: &Made,
    out: &Path,
) -> Result<(), IssueError> {
    let held = made.held(attester, tree_day);
    write_held(&out.join(format!("{row}.attestation.json")), &held)
}

fn write_held(path: &Path, held: &HeldAttestation) -> Result<(), IssueError> {
    write(path, &serde_json::to_vec_pretty(held).unwrap_or_default())
}

/// Writes what the holder of a single attestation takes to the wallet, named by its leaf, and says where.
///
/// # Errors
/// [`IssueError::File`].
pub fn write_one(out: &Path, held: &HeldAttestation) -> Result<PathBuf, IssueError> {
    std::fs::create_dir_all(out).map_err(|source| IssueError::File {
        path: out.to_owned(),
        source,
    })?;
    let path = file_of(out, &held.attestation.0.leaf());
    write_held(&path, held)?;
    Ok(path)
}

/// The file of an attestation that is named by its leaf.
#[must_use]
pub fn file_of(out: &Path, leaf: &AttestationLeaf) -> PathBuf {
    out.join(format!("{}.attestation.json", stem(leaf)))
}

/// Writes the list by which a single attestation can be withdrawn.
///
/// # Errors
/// [`IssueError`].
pub fn list_one(out: &Path, held: &HeldAttestation) -> Result<(), IssueError> {
    let leaf = held.attestation.0.leaf();
    let path = out.join(format!("{}.issued.csv", stem(&leaf)));
    let (day, leaf) = (held.tree_day.to_iso(), leaf.to_string());
    let mut list = csv::Writer::from_writer(Vec::new());
    record(&mut list, &path, &["row", "day", "leaf"])?;
    record(&mut list, &path, &["1", &day, &leaf])?;
    write(&path, &list.into_inner().unwrap_or_default())
}

/// The start of its leaf.
fn stem(leaf: &AttestationLeaf) -> String {
    leaf.to_string().chars().take(16).collect()
}

fn record(
    writer: &mut csv::Writer<Vec<u8>>,
    path: &Path,
    fields: &[&str],
) -> Result<(), IssueError> {
    writer
        .write_record(fields)
        .map_err(|source| IssueError::Table {
            path: path.to_owned(),
            source,
        })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), IssueError> {
    durable_file::replace(path, bytes).map_err(|source| IssueError::File {
        path: path.to_owned(),
        source,
    })
}

/// The leaves of a list that [`issue`] wrote, by the day of their tree.
///
/// # Errors
/// [`IssueError`].
pub fn listed(list: &Path) -> Result<Vec<(Day, Vec<AttestationLeaf>)>, IssueError> {
    #[derive(Deserialize)]
    struct Issued {
        day: String,
        leaf: AttestationLeaf,
    }
    let failed = |source| IssueError::Table {
        path: list.to_owned(),
        source,
    };
    let mut days: Vec<(Day, Vec<AttestationLeaf>)> = Vec::new();
    let mut reader = csv::Reader::from_path(list).map_err(failed)?;
    for issued in reader.deserialize::<Issued>() {
        let Issued { day, leaf } = issued.map_err(failed)?;
        let day = Day::from_iso(&day)
            .map_err(|error| failed(csv::Error::from(std::io::Error::other(error.to_string()))))?;
        match days.iter_mut().find(|(d, _)| *d == day) {
            Some((_, leaves)) => leaves.push(leaf),
            None => days.push((day, vec![leaf])),
        }
    }
    Ok(days)
}

#[cfg(test)]
mod tests;
