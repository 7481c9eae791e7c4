//! What a witness does for a request.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use luyin_ledger::log::checkpoint::{SignError, VerifierKey, WitnessSigner};
use luyin_ledger::log::witness::{AddCheckpoint, Refusal};
use serde::Serialize;

use super::logs::Logs;
use super::record::{Record, RecordError, SplitView, log_name};
use crate::clock::Clock;

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// No log of that origin is known.
    #[error("this witness knows no log of that origin")]
    UnknownLog,
    /// It may not be cosigned.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Another process is this witness: two memories are none.
    #[error("{0} is held by another process")]
    Held(PathBuf),
    /// The disk; nothing was cosigned.
    #[error("the checkpoint could not be made durable: {0}")]
    Record(#[from] RecordError),
    /// The signer.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// What a witness says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WitnessCard {
    /// Its key as other log tools take it.
    pub key: String,
    /// The logs that it knows.
    pub logs: Vec<LogCard>,
    /// Split views that were found, each with its proof.
    pub split_views: Vec<SplitView>,
}

/// What a witness says of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogCard {
    /// The log.
    pub origin: String,
    /// SHA-256 of the origin: its newest cosigned checkpoint is at `/checkpoint/{name}`.
    pub name: String,
    /// The size that was cosigned last.
    pub size: u64,
}

/// A witness that runs.
#[derive(Debug)]
pub struct WitnessService {
    data: PathBuf,
    signer: WitnessSigner,
    key: VerifierKey,
    logs: BTreeMap<String, Mutex<Record>>,
    clock: Clock,
    cosigned: AtomicU64,
    refused: AtomicU64,
    _lock: File,
}

impl WitnessService {
    /// Opens the records of all logs.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn open(
        data: &Path,
        signer: WitnessSigner,
        logs: &Logs,
        clock: Clock,
    ) -> Result<Self, WitnessError> {
        let lock = lock(data)?;
        let records = logs.iter().map(|(origin, keys)| {
            let record = Record::open(data, origin, keys)?;
            Ok((origin.clone(), Mutex::new(record)))
        });
        Ok(Self {
            data: data.to_owned(),
            key: signer.verifier()?,
            signer,
            logs: records.collect::<Result<_, RecordError>>()?,
            clock,
            cosigned: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            _lock: lock,
        })
    }

    /// Cosigns a checkpoint: the line of the cosignature. Waits for the disk.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn add_checkpoint(&self, request: &AddCheckpoint) -> Result<String, WitnessError> {
        let answer = self.cosign(request);
        let counted = match &answer {
            Ok(_) => &self.cosigned,
            Err(_) => &self.refused,
        };
        counted.fetch_add(1, Ordering::Relaxed);
        answer
    }

    fn cosign(&self, request: &AddCheckpoint) -> Result<String, WitnessError> {
        let log = request.origin().and_then(|origin| self.logs.get(origin));
        let mut record = held(log.ok_or(WitnessError::UnknownLog)?);
        let now = self.clock.now().get();
        match record.add(request)? {
            Ok(signed) => Ok(self.signer.cosign(&signed, now / 1000)?),
            Err(Refusal::SplitView { size, other }) => {
                tracing::error!(size, "split view: the log signed two roots of one size");
                record.keep(&other, now)?;
                Err(Refusal::SplitView { size, other }.into())
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// What this witness says of itself.
    ///
    /// # Errors
    /// [`WitnessError::Record`].
    pub fn card(&self) -> Result<WitnessCard, WitnessError> {
        let logs = self.logs.iter().map(|(origin, record)| LogCard {
            origin: origin.clone(),
            name: log_name(origin),
            size: held(record)
                .known()
                .map_or(0, |known| known.checkpoint().size()),
        });
        Ok(WitnessCard {
            key: self.key.to_text(),
            logs: logs.collect(),
            split_views: Record::split_views(&self.data)?,
        })
    }

    /// The newest checkpoint of a log, cosigned again now; the log is named as in [`LogCard::name`].
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn checkpoint(&self, name: &str) -> Result<Option<Vec<u8>>, WitnessError> {
        let log = self
            .logs
            .iter()
            .find(|(origin, _)| log_name(origin) == name);
        let (_, record) = log.ok_or(WitnessError::UnknownLog)?;
        let known = held(record).known().cloned();
        let Some(known) = known else {
            return Ok(None);
        };
        let line = self.signer.cosign(&known, self.clock.now().get() / 1000)?;
        let keys = [self.key.clone()];
        Ok(Some(known.joined_by(&line, &keys).note().to_vec()))
    }

    /// Figures in the Prometheus text format.
    ///
    /// # Errors
    /// [`WitnessError::Record`].
    pub fn figures(&self) -> Result<String, WitnessError> {
        let splits = Record::split_views(&self.data)?.len();
        let cosigned = self.cosigned.load(Ordering::Relaxed);
        let refused = self.refused.load(Ordering::Relaxed);
        Ok(format!(
            "# HELP luyin_witness_cosigned_total Checkpoints cosigned since the start.\n\
             # TYPE luyin_witness_cosigned_total counter\nluyin_witness_cosigned_total {cosigned}\n\
             # HELP luyin_witness_refused_total Requests refused since the start.\n\
             # TYPE luyin_witness_refused_total counter\nluyin_witness_refused_total {refused}\n\
             # HELP luyin_witness_split_views Split views on record: above 0 means that a log lied.\n\
             # TYPE luyin_witness_split_views gauge\nluyin_witness_split_views {splits}\n"
        ))
    }
}

fn lock(data: &Path) -> Result<File, WitnessError> {
    let file = File::create(data.join("lock")).map_err(RecordError::Io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(WitnessError::Held(data.to_owned())),
        Err(TryLockError::Error(error)) => Err(RecordError::Io(error).into()),
    }
}

/// A record after a panic elsewhere is as durable as before: it changes in memory only after the disk.
fn held(record: &Mutex<Record>) -> MutexGuard<'_, Record> {
    record
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
