//! A store in memory, for tests and for nodes that build their index anew at each start; with faults to inject.

use super::{Batch, Entry, Height, Store, StoreError};
use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A fault of the simulated store; applies and flushes are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFault {
    /// The operation fails and does nothing.
    Before {
        /// Which operation.
        operation: u64,
    },
    /// The operation does its work and reports an error.
    After {
        /// Which operation.
        operation: u64,
    },
}

/// Sorted map behind a lock.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: RwLock<State>,
}

#[derive(Debug, Clone, Default)]
struct State {
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
    height: Option<Height>,
    /// How to take back each batch since the last flush; kept only by a simulated store.
    journal: Option<Vec<Undo>>,
    faults: Vec<StoreFault>,
    operations: u64,
}

#[derive(Debug, Clone)]
struct Undo {
    height: Option<Height>,
    entries: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty store that can lose what was not flushed.
    #[must_use]
    pub fn simulated() -> Self {
        let store = Self::default();
        store.write().journal = Some(Vec::new());
        store
    }

    /// Replaces the faults to be played.
    pub fn set_faults(&self, faults: &[StoreFault]) {
        self.write().faults = faults.to_vec();
    }

    /// How many applies and flushes were asked for so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.read().operations
    }

    /// What a power loss leaves: everything flushed, and the first `batches` batches after it.
    #[must_use]
    pub fn after_power_loss(&self, batches: usize) -> Self {
        let mut state = self.read().clone();
        let mut journal = state.journal.take().unwrap_or_default();
        while journal.len() > batches {
            let Some(undo) = journal.pop() else { break };
            state.height = undo.height;
            for (key, value) in undo.entries {
                match value {
                    Some(value) => state.entries.insert(key, value),
                    None => state.entries.remove(&key),
                };
            }
        }
        state.journal = Some(Vec::new());
        state.faults.clear();
        Self {
            state: RwLock::new(state),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(
        &self,
        run: impl FnOnce(&mut State) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut state = self.write();
        let operation = state.operations;
        state.operations = operation.saturating_add(1);
        if state.faults.contains(&StoreFault::Before { operation }) {
            return Err(io::Error::other("injected, before").into());
        }
        run(&mut state)?;
        if state.faults.contains(&StoreFault::After { operation }) {
            return Err(io::Error::other("injected, after").into());
        }
        Ok(())
    }
}

impl State {
    fn apply(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let height = batch.height_after(self.height)?;
        let mut undo = Undo {
            height: self.height,
            entries: Vec::new(),
        };
        for (key, value) in batch.writes() {
            let old = match value {
                Some(value) => self.entries.insert(key.to_vec(), value.to_vec()),
                None => self.entries.remove(key),
            };
            if self.journal.is_some() {
                undo.entries.push((key.to_vec(), old));
            }
        }
        self.height = height;
        if let Some(journal) = &mut self.journal {
            journal.push(undo);
        }
        Ok(())
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.read().entries.get(key).cloned())
    }

    fn scan(&self, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Entry>, StoreError> {
        let state = self.read();
        let start = Bound::Included(prefix.max(from));
        let entries = state.entries.range::<[u8], _>((start, Bound::Unbounded));
        let matching = entries.take_while(|(key, _)| key.starts_with(prefix));
        let owned = matching.map(|(key, value)| (key.clone(), value.clone()));
        Ok(owned.take(limit).collect())
    }

    fn apply(&self, batch: &Batch) -> Result<(), StoreError> {
        self.change(|state| state.apply(batch))
    }

    fn height(&self) -> Option<Height> {
        self.read().height
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.change(|state| {
            if let Some(journal) = &mut state.journal {
                journal.clear();
            }
            Ok(())
        })
    }
}
