//! Gates' records: one file a batch, kept for the retention (14 days at most) and then removed. The ledger holds their
//! Merkle root for good (protocol section 10).

use luyin_keys::durable_file;
use luyin_ledger::log::records::root_of;
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::did::Did;
use luyin_protocol::gate::AuditRecord;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Timestamp;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The most records of a batch.
pub const MAX_RECORDS: usize = 8_192;
const DAY_MS: u64 = 86_400_000;
const VERSION: u8 = 1;

/// The records of all gates, below one directory: `<gate>/<batch>-<root>`.
#[derive(Debug)]
pub struct GateRecords {
    directory: PathBuf,
    keep_ms: u64,
    /// Filing and removing take turns.
    turn: Mutex<()>,
}

/// Which batch of a gate: its number, and the root that its anchor must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BatchName {
    /// Counts from 1.
    pub number: u32,
    /// Over the records.
    pub root: Sha256Hash,
}

impl BatchName {
    fn from_text(text: &str) -> Option<Self> {
        let (number, root) = text.split_once('-')?;
        Some(Self {
            number: number.parse().ok()?,
            root: root.parse().ok()?,
        })
    }
}

/// A batch's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// When they were filed.
    pub filed: Timestamp,
    /// In the order of the anchored root.
    pub records: Vec<AuditRecord>,
}

impl Canonical for Batch {
    fn encode(&self, w: &mut Writer) {
        w.u8(VERSION).value(&self.filed).sequence(&self.records);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8("a batch version")? {
            VERSION => Ok(Self {
                filed: r.value()?,
                records: r.sequence(MAX_RECORDS, "records")?,
            }),
            other => Err(DecodeError::Version(other)),
        }
    }
}

impl GateRecords {
    /// The records of a directory, which is made where it is missing.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn open(directory: PathBuf, keep_days: u16) -> io::Result<Self> {
        std::fs::create_dir_all(&directory)?;
        Ok(Self {
            directory,
            keep_ms: u64::from(keep_days) * DAY_MS,
            turn: Mutex::new(()),
        })
    }

    fn path(&self, gate: &Did, name: BatchName) -> PathBuf {
        let gate = hex::encode(gate.as_bytes());
        let BatchName { number, root } = name;
        self.directory.join(gate).join(format!("{number}-{root}"))
    }

    /// Stores a batch durably, under its root: whatever is filed under a number, only what the anchor names is shown.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn file(&self, gate: &Did, number: u32, batch: &Batch) -> io::Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let root = root_of(&batch.records);
        let path = self.path(gate, BatchName { number, root });
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        durable_file::replace(&path, &batch.to_vec())
    }

    /// A batch's records; `None` where they are gone or were never filed.
    ///
    /// # Errors
    /// Those of the file system; a damaged file is `InvalidData`.
    pub fn read(&self, gate: &Did, name: BatchName) -> io::Result<Option<Batch>> {
        let bytes = match std::fs::read(self.path(gate, name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let bad = |e| io::Error::new(io::ErrorKind::InvalidData, e);
        Batch::from_slice(&bytes).map(Some).map_err(bad)
    }

    /// The gates that have records.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn gates(&self) -> io::Result<Vec<Did>> {
        let mut gates = Vec::new();
        for entry in std::fs::read_dir(&self.directory)? {
            let mut bytes = [0u8; 32];
            let name = entry?.file_name();
            let name = name.to_str().unwrap_or_default();
            if hex::decode_to_slice(name, &mut bytes).is_ok() {
                gates.push(Did::from_bytes(bytes));
            }
        }
        gates.sort();
        Ok(gates)
    }

    /// The names of a gate's batches, by rising number.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn batches(&self, gate: &Did) -> io::Result<Vec<BatchName>> {
        let directory = self.directory.join(hex::encode(gate.as_bytes()));
        let found = match std::fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut names = Vec::new();
        for entry in found {
            let name = entry?.file_name();
            names.extend(name.to_str().and_then(BatchName::from_text));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Removes what is older than the retention; says how many batches went.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn remove_old(&self, now: Timestamp) -> io::Result<usize> {
        let mut removed = 0;
        for gate in self.gates()? {
            for name in self.batches(&gate)? {
                let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
                let old = self
                    .read(&gate, name)?
                    .is_some_and(|batch| batch.filed.plus_ms(self.keep_ms) < now);
                if old {
                    std::fs::remove_file(self.path(&gate, name))?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyin_protocol::gate::{Evidence, Reason, Verdict};
    use luyin_protocol::time::Step;

    fn batch(filed: u64, records: usize) -> Batch {
        let record = |n: usize| AuditRecord {
            step: Step::new(u32::try_from(n).unwrap()),
            verdict: Verdict::of(Reason::Manual),
            evidence: Evidence::Manual(format!("{n}")),
        };
        Batch {
            filed: Timestamp::new(filed),
            records: (0..records).map(record).collect(),
        }
    }

    #[test]
    fn records_are_removed_when_their_retention_is_over_and_not_before() {
        let dir = tempfile::tempdir().unwrap();
        let records = GateRecords::open(dir.path().to_owned(), 14).unwrap();
        let gate = Did::from_bytes([1; 32]);
        records.file(&gate, 1, &batch(0, 3)).unwrap();
        records.file(&gate, 2, &batch(DAY_MS, 2)).unwrap();
        let end = 14 * DAY_MS;
        assert_eq!(records.remove_old(Timestamp::new(end)).unwrap(), 0);
        assert_eq!(records.remove_old(Timestamp::new(end + 1)).unwrap(), 1);
        let name = |number, batch: &Batch| BatchName {
            number,
            root: root_of(&batch.records),
        };
        let (gone, kept) = (batch(0, 3), batch(DAY_MS, 2));
        assert_eq!(records.read(&gate, name(1, &gone)).unwrap(), None);
        let found = records.read(&gate, name(2, &kept)).unwrap();
        assert_eq!(found.as_ref(), Some(&kept));
        assert_eq!(records.batches(&gate).unwrap(), [name(2, &kept)]);
        assert_eq!(records.gates().unwrap(), [gate]);
    }
}
