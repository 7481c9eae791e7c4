//! The index over the segment log: keys and values that can be thrown away and built again from the log.
//!
//! The index is not the truth. What it says is durable only as far as [`Store::flush`] got, and even that is not relied
//! upon: each batch of a block carries the block's height, so that after a crash the height found tells where in the log
//! to resume. A store that fails to open for damage is deleted and built again.

mod batch;
mod memory;
mod sled;

pub use self::batch::{Batch, Height, MAX_KEY, MAX_VALUE};
pub use self::memory::{MemoryStore, StoreFault};
pub use self::sled::SledStore;

use std::fmt::Debug;
use std::io;

/// A key with its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// Why a store refused.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What is stored is not what was written. Delete the store and build it again from the log.
    #[error("the index is damaged: {0}")]
    Damaged(String),
    /// The disk failed, or another process holds the store.
    #[error("index: {0}")]
    Disk(#[from] io::Error),
    /// A key is empty or above [`MAX_KEY`].
    #[error("a key of {0} bytes")]
    Key(usize),
    /// A value is above [`MAX_VALUE`].
    #[error("a value of {0} bytes")]
    Value(usize),
    /// The batch is of a block that is applied already.
    #[error("height {given} does not follow {applied}")]
    Height {
        /// Height of the newest applied block.
        applied: u64,
        /// Height of the batch.
        given: u64,
    },
}

/// Ordered keys and values, with batches that are applied wholly or not at all.
pub trait Store: Debug + Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if it is not what was written; those of the disk.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Up to `limit` entries whose keys begin with `prefix` and are not below `from`, in ascending order.
    ///
    /// To go on after a full page, pass the last key with a zero byte appended.
    ///
    /// # Errors
    /// As [`Store::get`].
    fn scan(&self, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Applies a batch atomically: also after a crash, either all of it is there or none.
    ///
    /// # Errors
    /// [`StoreError::Height`] if the batch's height is not above the applied one; those of the disk.
    fn apply(&self, batch: &Batch) -> Result<(), StoreError>;

    /// Height of the newest applied batch that had one.
    fn height(&self) -> Option<Height>;

    /// Makes everything applied so far durable, as far as the store can.
    ///
    /// # Errors
    /// Those of the disk.
    fn flush(&self) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests;
