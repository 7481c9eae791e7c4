//! Audit records on their way to the ledger.
//!
//! ```text
//! records/<sequence>   one record each, as decided        batches/<number>   records cut into a batch, not yet acknowledged
//! sent/<number>        acknowledged, until the retention ends
//! ```
//! **Cutting.** Write the batch with the sequence of its last record; remove the records. A crash between the two leaves
//! records that the next opening removes, since a batch covers them. **Sending** the same batch again is harmless: its
//! number is good once, and a node that expects a later number has it already.

use super::GateError;
use luyin_keys::durable_file;
use luyin_keys::signing::SigningKey;
use luyin_ledger::log::merkle::{Frontier, LogHash};
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::did::Did;
use luyin_protocol::gate::AuditRecord;
use luyin_protocol::signature::{Domain, NetworkId, Sha256Hash};
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::AuditBatch;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// For how many days a gate keeps records (the domain's retention).
pub const RETENTION_DAYS: u16 = 14;
/// Records a batch: its request stays below 64 KiB.
pub const BATCH_RECORDS: usize = 96;

/// Records with their anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBatch {
    /// The anchor, signed.
    pub anchor: AuditBatch,
    /// Sequence of the last record in it.
    last: u64,
    /// The records in order.
    pub records: Vec<AuditRecord>,
}

impl Canonical for SealedBatch {
    fn encode(&self, w: &mut Writer) {
        w.u8(1).value(&self.anchor).u64(self.last);
        w.sequence(&self.records);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8("a batch version")? {
            1 => Ok(Self {
                anchor: r.value()?,
                last: r.u64("a sequence")?,
                records: r.sequence(BATCH_RECORDS, "records")?,
            }),
            v => Err(DecodeError::Version(v)),
        }
    }
}

/// The queue of one gate.
#[derive(Debug)]
pub struct RecordQueue {
    records: PathBuf,
    batches: PathBuf,
    sent: PathBuf,
    next: u64,
}

impl RecordQueue {
    /// Opens the queue below a directory, and finishes a cut that a crash interrupted.
    ///
    /// # Errors
    /// Those of the disk; a damaged batch.
    pub fn open(directory: &Path) -> Result<Self, GateError> {
        let [records, batches, sent] = ["waiting", "batches", "sent"].map(|d| directory.join(d));
        for each in [&records, &batches, &sent] {
            fs::create_dir_all(each)?;
        }
        let mut queue = Self {
            records,
            batches,
            sent,
            next: 1,
        };
        let mut covered = 0;
        for (_, path) in numbered(&queue.batches)?
            .into_iter()
            .chain(numbered(&queue.sent)?)
        {
            covered = covered.max(read_batch(&path)?.last);
        }
        for (sequence, path) in numbered(&queue.records)? {
            if sequence <= covered {
                fs::remove_file(path)?;
            } else {
                covered = sequence.max(covered);
            }
        }
        queue.next = covered.saturating_add(1);
        Ok(queue)
    }

    /// Adds a record durably.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn put(&mut self, record: &AuditRecord) -> Result<(), GateError> {
        let path = self.records.join(name(self.next));
        durable_file::create(&path, &record.to_vec())?;
        self.next = self.next.saturating_add(1);
        Ok(())
    }

    /// The records that no batch holds yet.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn waiting(&self) -> Result<Vec<AuditRecord>, GateError> {
        let all = numbered(&self.records)?.into_iter();
        all.map(|(_, path)| Ok(AuditRecord::from_slice(&fs::read(path)?)?))
            .collect()
    }

    /// The batches that no node has acknowledged, oldest first.
    ///
    /// # Errors
    /// Those of the disk; a damaged batch.
    pub fn unsent(&self) -> Result<Vec<SealedBatch>, GateError> {
        let all = numbered(&self.batches)?.into_iter();
        all.map(|(_, path)| read_batch(&path)).collect()
    }

    /// Batches that were acknowledged and are still kept, oldest first.
    ///
    /// # Errors
    /// Those of the disk; a damaged batch.
    pub fn sent(&self) -> Result<Vec<SealedBatch>, GateError> {
        let all = numbered(&self.sent)?.into_iter();
        all.map(|(_, path)| read_batch(&path)).collect()
    }

    /// Cuts waiting records into the batch of a number and signs its anchor. None where nothing waits.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn cut(
        &mut self,
        number: u32,
        gate: Did,
        network: &NetworkId,
        key: &SigningKey,
    ) -> Result<Option<SealedBatch>, GateError> {
        let mut waiting = numbered(&self.records)?;
        waiting.truncate(BATCH_RECORDS);
        let Some((last, _)) = waiting.last() else {
            return Ok(None);
        };
        let last = *last;
        let mut records = Vec::with_capacity(waiting.len());
        for (_, path) in &waiting {
            records.push(AuditRecord::from_slice(&fs::read(path)?)?);
        }
        let count = u32::try_from(records.len()).map_err(|_| GateError::Damaged("records"))?;
        let root = root_of(&records);
        let body = AuditBatch::body(&gate, number, count, &root);
        let batch = SealedBatch {
            anchor: AuditBatch {
                gate,
                batch: number,
                records: count,
                root,
                signature: key.sign(Domain::Audit, network, &body),
            },
            last,
            records,
        };
        durable_file::create(&self.batches.join(name(number.into())), &batch.to_vec())?;
        for (_, path) in waiting {
            fs::remove_file(path)?;
        }
        Ok(Some(batch))
    }

    /// Notes that a batch was acknowledged.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn acknowledge(&mut self, number: u32) -> Result<(), GateError> {
        let name = name(number.into());
        fs::rename(self.batches.join(&name), self.sent.join(&name))?;
        for directory in [&self.sent, &self.batches] {
            fs::File::open(directory)?.sync_all()?;
        }
        Ok(())
    }

    /// Removes records beyond the retention, sent or not.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn forget(&mut self, now: Timestamp) -> Result<(), GateError> {
        let oldest = now.day().minus(RETENTION_DAYS).start().step();
        for (_, path) in numbered(&self.records)? {
            if AuditRecord::from_slice(&fs::read(&path)?)?.step >= oldest {
                break;
            }
            fs::remove_file(path)?;
        }
        for directory in [&self.batches, &self.sent] {
            // The newest stays: its name tells how far the numbers have come.
            let mut all = numbered(directory)?;
            all.pop();
            for (_, path) in all {
                let batch = read_batch(&path)?;
                if batch.records.last().is_none_or(|r| r.step >= oldest) {
                    break;
                }
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

/// The RFC 6962 root over the records' bytes.
#[must_use]
pub fn root_of(records: &[AuditRecord]) -> Sha256Hash {
    let mut frontier = Frontier::default();
    for record in records {
        frontier.push(LogHash::leaf(&record.to_vec()));
    }
    Sha256Hash::from_bytes(*frontier.head().root().as_bytes())
}

fn name(number: u64) -> String {
    format!("{number:020}")
}

fn read_batch(path: &Path) -> Result<SealedBatch, GateError> {
    Ok(SealedBatch::from_slice(&fs::read(path)?)?)
}

/// The numbered files of a directory, by rising number; temporaries are passed over.
fn numbered(directory: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let number = path.file_name().and_then(|n| n.to_str()?.parse().ok());
        found.extend(number.map(|n: u64| (n, path)));
    }
    found.sort();
    Ok(found)
}
