//! What is applied to a store at once.

use super::StoreError;
use std::collections::BTreeMap;

/// Longest key in bytes.
pub const MAX_KEY: usize = 1024;
/// Longest value in bytes.
pub const MAX_VALUE: usize = 16 << 20;

/// Number of a block, as stored with its effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Height(u64);

impl Height {
    /// Height `number`.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Puts and deletes; the last one of a key holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    height: Option<Height>,
    writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Batch {
    /// The effects of the block at `height`.
    #[must_use]
    pub fn at(height: Height) -> Self {
        Self {
            height: Some(height),
            writes: BTreeMap::new(),
        }
    }

    /// Something that belongs to no block, and that a rebuild from the log would not bring back.
    #[must_use]
    pub fn local() -> Self {
        Self::default()
    }

    /// Sets a key.
    ///
    /// # Errors
    /// [`StoreError::Key`], [`StoreError::Value`].
    pub fn put(
        &mut self,
        key: impl Into<Vec<u8>>,
        value: impl Into<Vec<u8>>,
    ) -> Result<(), StoreError> {
        let value = value.into();
        if value.len() > MAX_VALUE {
            return Err(StoreError::Value(value.len()));
        }
        self.writes.insert(checked(key.into())?, Some(value));
        Ok(())
    }

    /// Removes a key; an absent one is no error.
    ///
    /// # Errors
    /// [`StoreError::Key`].
    pub fn delete(&mut self, key: impl Into<Vec<u8>>) -> Result<(), StoreError> {
        self.writes.insert(checked(key.into())?, None);
        Ok(())
    }

    /// Height of the block, if it is one's effects.
    #[must_use]
    pub const fn height(&self) -> Option<Height> {
        self.height
    }

    /// The writes by ascending key; `None` deletes.
    pub fn writes(&self) -> impl Iterator<Item = (&[u8], Option<&[u8]>)> {
        let writes = self.writes.iter();
        writes.map(|(key, value)| (key.as_slice(), value.as_deref()))
    }

    /// The height after this batch.
    pub(super) fn height_after(
        &self,
        applied: Option<Height>,
    ) -> Result<Option<Height>, StoreError> {
        match (applied, self.height) {
            (Some(applied), Some(given)) if given <= applied => Err(StoreError::Height {
                applied: applied.0,
                given: given.0,
            }),
            (applied, given) => Ok(given.or(applied)),
        }
    }
}

fn checked(key: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    if key.is_empty() || key.len() > MAX_KEY {
        return Err(StoreError::Key(key.len()));
    }
    Ok(key)
}
