//! What the log amounts to: a typed view over the index, with a block's changes laid over it.
//!
//! Nothing here is the truth: every value follows from the entries of the log, and an empty store that is given all of
//! them again ends with the same bytes.

pub mod accreditation;
pub mod action;
pub mod appeal;
pub mod archive;
pub mod attestation;
pub mod audit;
pub mod block;
pub mod enrolment;
pub mod epoch;
pub mod identity;
mod key_part;
pub mod keys;
pub mod note;
pub mod notice;
pub mod publication;
pub mod record;

use crate::log::merkle::EntryIndex;
use crate::store::{Batch, Entry, Height, Store, StoreError};
use attestation::Touch;
use keys::{Cell, Range};
use luyin_protocol::codec::{Canonical, DecodeError};
use luyin_protocol::field::NoteCommitment;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::{Day, Timestamp};
use std::collections::BTreeMap;

/// Entries read from a store at once.
const PAGE: usize = 1_024;

/// Why the state could not be read. Never the fault of a transaction.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored value is none of its table.
    #[error("table {table:#04x} of the index: {source}")]
    Damaged {
        /// The table's byte.
        table: u8,
        /// What is wrong with the value or its key.
        source: DecodeError,
    },
    /// Values that must be there together are not.
    #[error("the index contradicts itself: {0}")]
    Contradiction(&'static str),
    /// A number has reached its last value.
    #[error("no number is left for {0}")]
    Full(&'static str),
}

/// The founding data with its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    parameters: NetworkParameters,
    id: NetworkId,
}

impl Network {
    /// Takes the founding data.
    ///
    /// # Errors
    /// Where its parts do not agree.
    pub fn new(parameters: NetworkParameters) -> Result<Self, DecodeError> {
        parameters.check()?;
        let id = parameters.id();
        Ok(Self { parameters, id })
    }

    /// The founding data.
    #[must_use]
    pub const fn parameters(&self) -> &NetworkParameters {
        &self.parameters
    }

    /// The network's identity, which every signature covers.
    #[must_use]
    pub const fn id(&self) -> &NetworkId {
        &self.id
    }
}

/// Where and when an entry takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The entry.
    pub entry: EntryIndex,
    /// Its block.
    pub height: Height,
    /// The block's time: the only time there is.
    pub time: Timestamp,
}

/// Puts and deletes that are not in the store yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Changes {
    /// The batch that makes a block's changes at once.
    ///
    /// # Errors
    /// Where a key or value is too long for the store.
    pub fn into_batch(self, height: Height) -> Result<Batch, StoreError> {
        let mut batch = Batch::at(height);
        for (key, value) in self.writes {
            match value {
                Some(value) => batch.put(key, value)?,
                None => batch.delete(key)?,
            }
        }
        Ok(batch)
    }
}

/// The state: the store, and over it the changes of the block in hand.
#[derive(Debug)]
pub struct State<'a> {
    store: &'a dyn Store,
    changes: Changes,
    /// Commitments that the forest takes at the end of the block.
    notes: Vec<NoteCommitment>,
    /// What became of days' attestation trees in the block.
    days: BTreeMap<Day, Touch>,
}

impl<'a> State<'a> {
    /// The state as the store has it.
    #[must_use]
    pub fn new(store: &'a dyn Store) -> Self {
        Self {
            store,
            changes: Changes::default(),
            notes: Vec::new(),
            days: BTreeMap::new(),
        }
    }

    /// The commitments that the block made, in order; the forest takes them now.
    pub(crate) fn take_notes(&mut self) -> Vec<NoteCommitment> {
        std::mem::take(&mut self.notes)
    }

    /// What became of days' trees in the block; they are made now.
    pub(crate) fn take_days(&mut self) -> BTreeMap<Day, Touch> {
        std::mem::take(&mut self.days)
    }

    /// The changes since.
    #[must_use]
    pub fn into_changes(self) -> Changes {
        self.changes
    }

    /// A value.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn get<V: Canonical>(&self, cell: &Cell<V>) -> Result<Option<V>, StateError> {
        let bytes = match self.changes.writes.get(cell.bytes()) {
            Some(written) => written.clone(),
            None => self.store.get(cell.bytes())?,
        };
        bytes.map(|b| decoded(cell.bytes(), &b)).transpose()
    }

    /// Whether there is a value.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn has<V>(&self, cell: &Cell<V>) -> Result<bool, StateError> {
        Ok(match self.changes.writes.get(cell.bytes()) {
            Some(written) => written.is_some(),
            None => self.store.get(cell.bytes())?.is_some(),
        })
    }

    /// All values of a range, in the order of their keys.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn all<K: Canonical, V: Canonical>(
        &self,
        range: &Range<K, V>,
    ) -> Result<Vec<(K, V)>, StateError> {
        let mut out = Vec::new();
        let mut page = self.page(range, None, PAGE)?;
        loop {
            let full = page.len() == PAGE;
            out.append(&mut page);
            let Some((last, _)) = out.last().filter(|_| full) else {
                return Ok(out);
            };
            page = self.page(range, Some(last), PAGE)?;
        }
    }

    /// Up to `limit` values of a range, those behind `after`.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn page<K: Canonical, V: Canonical>(
        &self,
        range: &Range<K, V>,
        after: Option<&K>,
        limit: usize,
    ) -> Result<Vec<(K, V)>, StateError> {
        let mut from = range.prefix().to_vec();
        if let Some(after) = after {
            from.extend(after.to_vec());
            from.push(0);
        }
        let merged = self.merged(range.prefix(), from, limit)?;
        let split = range.prefix().len();
        let decode = |(key, value): Entry| {
            let suffix = key.get(split..).unwrap_or_default();
            Ok((decoded(&key, suffix)?, decoded(&key, &value)?))
        };
        merged.into_iter().map(decode).collect()
    }

    /// Store and changes together, from `from` on. A page of the store may be all deleted, so pages are read until
    /// enough is left.
    fn merged(
        &self,
        prefix: &[u8],
        mut from: Vec<u8>,
        limit: usize,
    ) -> Result<Vec<Entry>, StateError> {
        let changed = self.changes.writes.range(from.clone()..);
        let mut found: BTreeMap<Vec<u8>, Vec<u8>> = changed
            .take_while(|(key, _)| key.starts_with(prefix))
            .filter_map(|(key, value)| Some((key.clone(), value.clone()?)))
            .collect();
        let mut kept = 0;
        while kept < limit {
            let page = self.store.scan(prefix, &from, limit)?;
            let more = page.len() == limit;
            if let Some((last, _)) = page.last() {
                from.clone_from(last);
                from.push(0);
            }
            for (key, value) in page {
                if !self.changes.writes.contains_key(&key) {
                    found.insert(key, value);
                    kept += 1;
                }
            }
            if !more {
                break;
            }
        }
        Ok(found.into_iter().take(limit).collect())
    }

    pub(crate) fn put<V: Canonical>(&mut self, cell: &Cell<V>, value: &V) {
        let bytes = value.to_vec();
        self.changes
            .writes
            .insert(cell.bytes().to_vec(), Some(bytes));
    }

    pub(crate) fn delete<V>(&mut self, cell: &Cell<V>) {
        self.changes.writes.insert(cell.bytes().to_vec(), None);
    }
}

fn decoded<V: Canonical>(key: &[u8], bytes: &[u8]) -> Result<V, StateError> {
    V::from_slice(bytes).map_err(|source| StateError::Damaged {
        table: key.first().copied().unwrap_or_default(),
        source,
    })
}

#[cfg(test)]
mod tests;
