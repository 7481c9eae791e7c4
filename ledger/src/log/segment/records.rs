//! Reading records back.

use super::cursor::{Cursor, Step};
use super::frame::{Chain, Flaw};
use super::{SegmentError, segment_name};
use crate::log::disk::Disk;
use std::path::PathBuf;
use std::sync::Arc;

/// A record of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    sequence: u64,
    chain: Chain,
    payload: Vec<u8>,
}

impl Record {
    /// Its number, from 0.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Chain up to and including it.
    #[must_use]
    pub const fn chain(&self) -> Chain {
        self.chain
    }

    /// Its bytes.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Its bytes, owned.
    #[must_use]
    pub fn into_payload(self) -> Vec<u8> {
        self.payload
    }
}

/// Reads the records that were durable when it was made.
#[derive(Debug, Clone)]
pub struct LogReader {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    firsts: Vec<u64>,
    end: u64,
}

impl LogReader {
    pub(super) fn new(disk: Arc<dyn Disk>, dir: PathBuf, firsts: Vec<u64>, end: u64) -> Self {
        Self {
            disk,
            dir,
            firsts,
            end,
        }
    }

    /// Number of records to be read.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// Records from number `from` on. Each is checked; the iterator ends after the first error.
    #[must_use]
    pub fn records(&self, from: u64) -> Records {
        Records {
            reader: self.clone(),
            next: from,
            cursor: None,
        }
    }
}

/// Iterator over records, in order.
#[derive(Debug)]
pub struct Records {
    reader: LogReader,
    next: u64,
    cursor: Option<(String, Cursor)>,
}

impl Records {
    fn read(&mut self) -> Result<Record, SegmentError> {
        let begins_segment = self.reader.firsts.binary_search(&self.next).is_ok();
        let (name, mut cursor) = match self.cursor.take() {
            Some(at) if !begins_segment => at,
            _ => self.seek()?,
        };
        let (sequence, offset) = (cursor.sequence(), cursor.offset());
        let flaw = |flaw| damaged(&name, offset, flaw);
        let record = match cursor.step()? {
            Step::Record { chain, payload } => Record {
                sequence,
                chain,
                payload: payload.to_vec(),
            },
            Step::End => return Err(flaw(Flaw::Short)),
            Step::Flawed(found) => return Err(flaw(found)),
        };
        self.next = cursor.sequence();
        self.cursor = Some((name, cursor));
        Ok(record)
    }

    fn seek(&self) -> Result<(String, Cursor), SegmentError> {
        let after = self.reader.firsts.partition_point(|f| *f <= self.next);
        let first = after
            .checked_sub(1)
            .and_then(|index| self.reader.firsts.get(index));
        let name = segment_name(first.copied().unwrap_or_default());
        let file = self.reader.disk.open(&self.reader.dir.join(&name))?;
        let opened = Cursor::new(file)?;
        let (mut cursor, _) = opened.map_err(|flaw| damaged(&name, 0, flaw))?;
        while cursor.sequence() < self.next {
            let offset = cursor.offset();
            let passed = cursor.skip()?;
            passed.map_err(|flaw| damaged(&name, offset, flaw))?;
        }
        Ok((name, cursor))
    }
}

impl Iterator for Records {
    type Item = Result<Record, SegmentError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.reader.end {
            return None;
        }
        let record = self.read();
        if record.is_err() {
            self.next = self.reader.end;
        }
        Some(record)
    }
}

fn damaged(file: &str, offset: u64, flaw: Flaw) -> SegmentError {
    SegmentError::Damaged {
        file: file.to_owned(),
        offset,
        flaw,
    }
}
