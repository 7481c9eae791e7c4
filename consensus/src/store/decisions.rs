//! The decisions: certificates and what came of them, in a segment log of their own (clause 12.9).
//!
//! Record 0 names the network's first validators. Height *h* then has two records: number 2*h* - 1 is its certificate,
//! written before the application hears of it, and number 2*h* is what the application answered. A log that ends with a
//! certificate tells that the application has to be asked again, with the same body.

use crate::codec::Wire;
use crate::context::Consortium;
use crate::{Height, Validators};
use luyin_ledger::log::disk::Disk;
use luyin_ledger::log::segment::{SegmentError, SegmentLog, Settings};
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::signature::NetworkId;
use malachitebft_core_types::CommitCertificate;
use std::sync::Arc;
use thiserror::Error;

/// A refusal of the decision log.
#[derive(Debug, Error)]
pub enum DecisionError {
    /// The segment log refuses; it names file, offset and flaw.
    #[error("the decisions: {0}")]
    Log(#[from] SegmentError),
    /// A record is none, though its checksum holds.
    #[error("the decisions: record {record}: {source}")]
    Record {
        /// Its number.
        record: u64,
        /// What is wrong.
        source: DecodeError,
    },
    /// A record at another place than its own.
    #[error("the decisions: record {record} is out of order")]
    Order {
        /// Its number.
        record: u64,
    },
}

/// A decision with what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who signed what.
    pub certificate: CommitCertificate<Consortium>,
    /// By which the application finds the body.
    pub mark: u64,
}

/// Who decides after a height: said anew, or where it was said last.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Turn {
    New(Validators),
    Since(Height),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Record {
    Genesis(Validators),
    Certified(CommitCertificate<Consortium>),
    Applied {
        height: Height,
        mark: u64,
        next: Turn,
    },
}

impl Wire for Record {
    fn put(&self, w: &mut Writer) {
        match self {
            Self::Genesis(validators) => {
                w.u8(0).value(validators);
            }
            Self::Certified(certificate) => {
                w.u8(1);
                certificate.put(w);
            }
            Self::Applied { height, mark, next } => {
                w.u8(2).value(height).u64(*mark);
                match next {
                    Turn::New(validators) => w.u8(0).value(validators),
                    Turn::Since(height) => w.u8(1).value(height),
                };
            }
        }
    }

    fn get(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8("the record's kind")? {
            0 => Self::Genesis(r.value()?),
            1 => Self::Certified(CommitCertificate::get(r)?),
            2 => Self::Applied {
                height: r.value()?,
                mark: r.u64("the mark")?,
                next: match r.u8("the kind of turn")? {
                    0 => Turn::New(Validators::decode(r)?),
                    1 => Turn::Since(r.value()?),
                    _ => return Err(DecodeError::Invalid("the kind of turn")),
                },
            },
            _ => return Err(DecodeError::Invalid("the record's kind")),
        })
    }
}

/// The log of decisions, open for appending.
#[derive(Debug)]
pub struct Decisions {
    log: SegmentLog,
    tip: Height,
    validators: Validators,
    /// The height after which `validators` were said.
    since: Height,
    certified: Option<CommitCertificate<Consortium>>,
}

/// Decisions are read back by walking a segment from its start, so segments are small.
const SEGMENT: u64 = 4 << 20;

impl Decisions {
    /// Begins a log whose first height these validators decide.
    ///
    /// # Errors
    /// [`DecisionError::Log`] if there is one already, or the disk fails.
    pub fn create(
        disk: Arc<dyn Disk>,
        network: NetworkId,
        validators: Validators,
    ) -> Result<Self, DecisionError> {
        let log = SegmentLog::create(disk, settings(network))?;
        Self::begin(log, validators)
    }

    /// Opens the log; none if there is no log here. `first` are the validators of the first height, where a crash came
    /// between the log's birth and its first record.
    ///
    /// # Errors
    /// [`DecisionError`] if it is damaged.
    pub fn open(
        disk: Arc<dyn Disk>,
        network: NetworkId,
        first: &Validators,
    ) -> Result<Option<Self>, DecisionError> {
        let log = match SegmentLog::open(disk, settings(network), None) {
            Err(SegmentError::Absent) => return Ok(None),
            opened => opened?,
        };
        if let Some(torn) = log.torn() {
            tracing::warn!(
                file = torn.file(),
                offset = torn.offset(),
                bytes = torn.bytes(),
                "consensus: a half-written decision was cut off; it is decided or fetched again"
            );
        }
        match log.position().records() {
            0 => Self::begin(log, first.clone()).map(Some),
            records => Self::resume(log, records).map(Some),
        }
    }

    fn begin(mut log: SegmentLog, validators: Validators) -> Result<Self, DecisionError> {
        log.append(&crate::codec::encode(&Record::Genesis(validators.clone())))?;
        log.sync()?;
        Ok(Self {
            log,
            tip: Height::ZERO,
            validators,
            since: Height::ZERO,
            certified: None,
        })
    }

    fn resume(log: SegmentLog, records: u64) -> Result<Self, DecisionError> {
        let last = records.saturating_sub(1);
        // Number 2h - 1 is a certificate, number 2h an answer; number 0 answers for "height 0".
        let tip = last / 2;
        let certified = match last % 2 {
            0 => None,
            _ => Some(certified_at(&log, last)?),
        };
        let (validators, since) = validators_after(&log, Height::new(tip))?;
        Ok(Self {
            log,
            tip: Height::new(tip),
            validators,
            since,
            certified,
        })
    }

    /// The newest applied height.
    #[must_use]
    pub fn tip(&self) -> Height {
        self.tip
    }

    /// Who decides the height after the tip.
    #[must_use]
    pub fn validators(&self) -> &Validators {
        &self.validators
    }

    /// The certificate of the height after the tip, if it is there and the application has not answered.
    #[must_use]
    pub fn certified(&self) -> Option<&CommitCertificate<Consortium>> {
        self.certified.as_ref()
    }

    /// Makes a certificate durable; it is of the height after the tip.
    ///
    /// # Errors
    /// [`DecisionError::Order`] for another height, [`DecisionError::Log`] if the disk fails.
    pub fn certify(
        &mut self,
        certificate: &CommitCertificate<Consortium>,
    ) -> Result<(), DecisionError> {
        let record = self.log.position().records();
        if certificate.height != self.tip.next() || self.certified.is_some() {
            return Err(DecisionError::Order { record });
        }
        self.append(&Record::Certified(certificate.clone()))?;
        self.certified = Some(certificate.clone());
        Ok(())
    }

    /// Makes the application's answer durable; the height is over then.
    ///
    /// # Errors
    /// [`DecisionError::Order`] without a certificate, [`DecisionError::Log`] if the disk fails.
    pub fn applied(&mut self, mark: u64, next: &Validators) -> Result<(), DecisionError> {
        let height = self.tip.next();
        if self.certified.is_none() {
            let record = self.log.position().records();
            return Err(DecisionError::Order { record });
        }
        let (turn, since) = if *next == self.validators {
            (Turn::Since(self.since), self.since)
        } else {
            (Turn::New(next.clone()), height)
        };
        self.append(&Record::Applied {
            height,
            mark,
            next: turn,
        })?;
        self.tip = height;
        self.since = since;
        self.validators = next.clone();
        self.certified = None;
        Ok(())
    }

    /// At most `limit` decisions from a height on, as far as there are any.
    ///
    /// # Errors
    /// [`DecisionError`] if a record is damaged.
    pub fn from(&self, start: Height, limit: usize) -> Result<Vec<Decision>, DecisionError> {
        let Some(first) = start.get().checked_mul(2).and_then(|n| n.checked_sub(1)) else {
            return Ok(Vec::new());
        };
        let mut records = self.log.reader().records(first);
        let mut found = Vec::new();
        let mut record = first;
        while found.len() < limit {
            let (Some(certificate), Some(answer)) = (records.next(), records.next()) else {
                break;
            };
            let certificate = decode(record, certificate?.payload())?;
            let answer = decode(record.saturating_add(1), answer?.payload())?;
            match (certificate, answer) {
                (Record::Certified(certificate), Record::Applied { height, mark, .. })
                    if certificate.height == height =>
                {
                    found.push(Decision { certificate, mark });
                }
                _ => return Err(DecisionError::Order { record }),
            }
            record = record.saturating_add(2);
        }
        Ok(found)
    }

    fn append(&mut self, record: &Record) -> Result<(), DecisionError> {
        self.log.append(&crate::codec::encode(record))?;
        self.log.sync()?;
        Ok(())
    }
}

fn settings(network: NetworkId) -> Settings {
    Settings::new(network).roll_at(SEGMENT)
}

fn decode(record: u64, payload: &[u8]) -> Result<Record, DecisionError> {
    crate::codec::decode(payload).map_err(|source| DecisionError::Record { record, source })
}

fn record_at(log: &SegmentLog, record: u64) -> Result<Record, DecisionError> {
    match log.reader().records(record).next() {
        Some(found) => decode(record, found?.payload()),
        None => Err(DecisionError::Order { record }),
    }
}

fn certified_at(
    log: &SegmentLog,
    record: u64,
) -> Result<CommitCertificate<Consortium>, DecisionError> {
    match record_at(log, record)? {
        Record::Certified(certificate) => Ok(certificate),
        _ => Err(DecisionError::Order { record }),
    }
}

/// The validators of the height after `height`, and where they were said.
fn validators_after(
    log: &SegmentLog,
    height: Height,
) -> Result<(Validators, Height), DecisionError> {
    let record = height.get().saturating_mul(2);
    let since = match record_at(log, record)? {
        Record::Genesis(validators) if height == Height::ZERO => {
            return Ok((validators, Height::ZERO));
        }
        Record::Applied {
            next: Turn::New(validators),
            ..
        } => return Ok((validators, height)),
        Record::Applied {
            next: Turn::Since(since),
            ..
        } if since < height => since,
        _ => return Err(DecisionError::Order { record }),
    };
    validators_after(log, since)
}

#[cfg(test)]
mod tests;
