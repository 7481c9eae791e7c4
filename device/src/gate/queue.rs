//! Audit records on their way to the ledger.
//!
//! ```text
//! waiting/<sequence>   one record each, as decided        batches/<number>   records cut into a batch, not yet acknowledged
//! sent/<number>        acknowledged, until the retention ends
//! ```
//! **Cutting.** Write the batch with the sequence of its last record; remove the records. A crash between the two leaves
//! records that the next opening removes, since a batch covers them. **Sending** the same batch again is harmless: its
//! number is good once, and a node that expects a later number has it already.

use super::GateError;
use crate::files::Files;
use luyin_keys::signing::SigningKey;
use luyin_ledger::log::records::root_of;
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::did::Did;
use luyin_protocol::gate::AuditRecord;
use luyin_protocol::signature::{Domain, NetworkId};
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::AuditBatch;

pub(super) const WAITING: &str = "records/waiting";
pub(super) const BATCHES: &str = "records/batches";
pub(super) const SENT: &str = "records/sent";

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
pub struct RecordQueue<F> {
    files: F,
    next: u64,
}

impl<F: Files> RecordQueue<F> {
    /// Opens the queue in a gate's files, and finishes a cut that a crash interrupted.
    ///
    /// # Errors
    /// Those of the files; a damaged batch.
    pub fn open(files: F) -> Result<Self, GateError> {
        let mut covered = 0;
        for folder in [BATCHES, SENT] {
            for number in numbers(&files, folder)? {
                covered = covered.max(read::<SealedBatch>(&files, folder, number)?.last);
            }
        }
        for sequence in numbers(&files, WAITING)? {
            if sequence <= covered {
                files.remove(&name(WAITING, sequence))?;
            } else {
                covered = sequence.max(covered);
            }
        }
        let next = covered.saturating_add(1);
        Ok(Self { files, next })
    }

    /// Adds a record durably.
    ///
    /// # Errors
    /// Those of the files.
    pub fn put(&mut self, record: &AuditRecord) -> Result<(), GateError> {
        let name = name(WAITING, self.next);
        self.files.create(&name, &record.to_vec())?;
        self.next = self.next.saturating_add(1);
        Ok(())
    }

    /// The records that no batch holds yet.
    ///
    /// # Errors
    /// Those of the files.
    pub fn waiting(&self) -> Result<Vec<AuditRecord>, GateError> {
        self.all(WAITING)
    }

    /// How many records no batch holds yet.
    ///
    /// # Errors
    /// Those of the files.
    pub fn waiting_count(&self) -> Result<usize, GateError> {
        Ok(numbers(&self.files, WAITING)?.len())
    }

    /// The batches that no node has acknowledged, oldest first.
    ///
    /// # Errors
    /// Those of the files; a damaged batch.
    pub fn unsent(&self) -> Result<Vec<SealedBatch>, GateError> {
        self.all(BATCHES)
    }

    /// Batches that were acknowledged and are still kept, oldest first.
    ///
    /// # Errors
    /// Those of the files; a damaged batch.
    pub fn sent(&self) -> Result<Vec<SealedBatch>, GateError> {
        self.all(SENT)
    }

    /// Cuts waiting records into the batch of a number and signs its anchor. None where nothing waits.
    ///
    /// # Errors
    /// Those of the files.
    pub fn cut(
        &mut self,
        number: u32,
        gate: Did,
        network: &NetworkId,
        key: &SigningKey,
    ) -> Result<Option<SealedBatch>, GateError> {
        let mut waiting = numbers(&self.files, WAITING)?;
        waiting.truncate(BATCH_RECORDS);
        let Some(last) = waiting.last().copied() else {
            return Ok(None);
        };
        let mut records: Vec<AuditRecord> = Vec::with_capacity(waiting.len());
        for sequence in &waiting {
            records.push(read(&self.files, WAITING, *sequence)?);
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
        let to = name(BATCHES, number.into());
        self.files.create(&to, &batch.to_vec())?;
        for sequence in waiting {
            self.files.remove(&name(WAITING, sequence))?;
        }
        Ok(Some(batch))
    }

    /// Notes that a batch was acknowledged.
    ///
    /// # Errors
    /// Those of the files.
    pub fn acknowledge(&mut self, number: u32) -> Result<(), GateError> {
        let number = number.into();
        Ok(self
            .files
            .rename(&name(BATCHES, number), &name(SENT, number))?)
    }

    /// Removes records beyond the retention, sent or not.
    ///
    /// # Errors
    /// Those of the files.
    pub fn forget(&mut self, now: Timestamp) -> Result<(), GateError> {
        let oldest = now.day().minus(RETENTION_DAYS).start().step();
        for sequence in numbers(&self.files, WAITING)? {
            let record: AuditRecord = read(&self.files, WAITING, sequence)?;
            if record.step >= oldest {
                break;
            }
            self.files.remove(&name(WAITING, sequence))?;
        }
        for folder in [BATCHES, SENT] {
            // The newest stays: its name tells how far the numbers have come.
            let mut all = numbers(&self.files, folder)?;
            all.pop();
            for number in all {
                let batch: SealedBatch = read(&self.files, folder, number)?;
                if batch.records.last().is_none_or(|r| r.step >= oldest) {
                    break;
                }
                self.files.remove(&name(folder, number))?;
            }
        }
        Ok(())
    }

    fn all<C: Canonical>(&self, folder: &str) -> Result<Vec<C>, GateError> {
        let numbers = numbers(&self.files, folder)?.into_iter();
        numbers.map(|n| read(&self.files, folder, n)).collect()
    }
}

fn name(folder: &str, number: u64) -> String {
    format!("{folder}/{number:020}")
}

fn read<C: Canonical>(files: &impl Files, folder: &str, number: u64) -> Result<C, GateError> {
    let bytes = files.read(&name(folder, number))?;
    let bytes = bytes.ok_or(GateError::Damaged("the record queue"))?;
    Ok(C::from_slice(&bytes)?)
}

/// The numbers that name the files of a folder, rising; other files are passed over.
fn numbers(files: &impl Files, folder: &str) -> Result<Vec<u64>, GateError> {
    let names = files.list(folder)?;
    let mut numbers: Vec<u64> = names.iter().filter_map(|name| name.parse().ok()).collect();
    numbers.sort_unstable();
    Ok(numbers)
}
