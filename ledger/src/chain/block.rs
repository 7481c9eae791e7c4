//! A block and its record in the segment log (clause 7.4).

use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::tx::{BlockHeader, Entry, MAX_ENTRY, Tx};

/// A header and the transactions it announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The header.
    pub header: BlockHeader,
    /// The transactions, in order.
    pub transactions: Vec<Tx>,
}

/// Bytes that are no record of a block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// An entry's bytes.
    #[error("entry {place} of the record: {source}")]
    Entry {
        /// Its place in the record, from 0.
        place: usize,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// Another first entry than a block's header, or a header further on.
    #[error("entry {place} of the record is of another kind than its place asks for")]
    Kind {
        /// Its place in the record, from 0.
        place: usize,
    },
    /// The header announces another number.
    #[error("the header announces {announced} transactions, {found} follow")]
    Count {
        /// by the header
        announced: u32,
        /// found
        found: usize,
    },
}

impl Block {
    /// The entries' bytes, header first: each is a leaf of the log.
    #[must_use]
    pub fn entries(&self) -> Vec<Vec<u8>> {
        let header = Entry::Block(self.header).to_vec();
        // A transaction's bytes and its entry's are the same.
        let transactions = self.transactions.iter().map(Canonical::to_vec);
        std::iter::once(header).chain(transactions).collect()
    }

    /// Its record in the segment log: what nodes agree on.
    #[must_use]
    pub fn to_record(&self) -> Vec<u8> {
        record(&self.entries())
    }

    /// Reads a record back.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn from_record(record: &[u8]) -> Result<Self, RecordError> {
        let mut header = None;
        let mut transactions = Vec::new();
        for (place, bytes) in split(record)?.into_iter().enumerate() {
            let entry = Entry::from_slice(bytes);
            match entry.map_err(|source| RecordError::Entry { place, source })? {
                Entry::Block(found) if place == 0 => header = Some(found),
                Entry::Tx(tx) if place > 0 => transactions.push(*tx),
                Entry::Genesis(_) | Entry::Block(_) | Entry::Tx(_) => {
                    return Err(RecordError::Kind { place });
                }
            }
        }
        let header: BlockHeader = header.ok_or(RecordError::Kind { place: 0 })?;
        let (announced, found) = (header.transactions, transactions.len());
        if u32::try_from(found) != Ok(announced) {
            return Err(RecordError::Count { announced, found });
        }
        Ok(Self {
            header,
            transactions,
        })
    }
}

/// The record of some entries: each with its length in two bytes before it.
#[must_use]
pub fn record(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut w = Writer::default();
    for entry in entries {
        w.bytes(entry);
    }
    w.finish()
}

/// The entries of a record.
///
/// # Errors
/// [`RecordError::Entry`] where a length does not fit.
pub fn split(record: &[u8]) -> Result<Vec<&[u8]>, RecordError> {
    let mut r = Reader::new(record);
    let mut entries = Vec::new();
    while r.remaining() > 0 {
        let entry = r.bytes(MAX_ENTRY, "an entry");
        let place = entries.len();
        entries.push(entry.map_err(|source| RecordError::Entry { place, source })?);
    }
    Ok(entries)
}
