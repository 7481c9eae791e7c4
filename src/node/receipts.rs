//! Receipts by transaction, for those who ask again (clause 9.3).
//!
//! A receipt is written to the index behind its block. It is no second truth: on opening, the blocks that a crash left
//! without receipts are read from the log and theirs are made up. So a transaction that took effect always has its receipt,
//! and one that did not never has. Idempotency keys are written in the same batch, with the hash of their request; only a key
//! whose transaction took effect is bound, so that nobody fills the index with keys of requests that are refused.

use luyin_ledger::chain::{Chain, ChainError};
use luyin_ledger::log::merkle::EntryIndex;
use luyin_ledger::state::keys;
use luyin_ledger::store::{Batch, Height, Store, StoreError};
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Timestamp;
use std::sync::Arc;

use super::orderer::Receipt;

/// Tables of the index that the state machine does not use.
const BY_TRANSACTION: u8 = 0xf0;
const COVERED: u8 = 0xf1;
const BY_TIME: u8 = 0xf2;
const BY_KEY: u8 = 0xf3;
/// Rows forgotten at once.
const SWEEP: usize = 1_024;

/// Receipts and idempotency keys of one node.
#[derive(Clone, Debug)]
pub struct Receipts {
    store: Arc<dyn Store>,
    keep_ms: u64,
}

/// An idempotency key with its request, both as hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundKey {
    /// Of the key and whose it is.
    pub key: Sha256Hash,
    /// Of the request's body.
    pub request: Sha256Hash,
}

/// A transaction that took effect, to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// SHA-256 of its bytes.
    pub tx: Sha256Hash,
    /// What it became.
    pub receipt: Receipt,
    /// The idempotency key that it came with.
    pub key: Option<BoundKey>,
}

/// What is known of an idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUse {
    /// Not used before, or with the same request.
    Free,
    /// Used with another request.
    OtherRequest,
}

impl Canonical for Receipt {
    fn encode(&self, w: &mut Writer) {
        let Self {
            entry,
            height,
            time,
        } = self;
        w.u64(entry.get()).u64(height.get()).value(time);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            entry: EntryIndex::new(r.u64("an entry")?),
            height: Height::new(r.u64("a height")?),
            time: r.value()?,
        })
    }
}

impl Receipts {
    /// Receipts in an index, kept for so many hours.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, keep_hours: u16) -> Self {
        Self {
            store,
            keep_ms: u64::from(keep_hours) * 3_600_000,
        }
    }

    /// How long a receipt is kept, in milliseconds.
    #[must_use]
    pub const fn keep_ms(&self) -> u64 {
        self.keep_ms
    }

    /// The newest block whose receipts are written.
    ///
    /// # Errors
    /// Those of the index.
    pub fn covered(&self) -> Result<Option<Height>, StoreError> {
        let found = self.store.get(&[COVERED])?;
        Ok(found
            .and_then(|bytes| <[u8; 8]>::try_from(bytes).ok())
            .map(|bytes| Height::new(u64::from_be_bytes(bytes))))
    }

    /// Writes a block's receipts, and forgets some that are old.
    ///
    /// # Errors
    /// Those of the index.
    pub fn cover(&self, height: Height, time: Timestamp, rows: &[Row]) -> Result<(), StoreError> {
        let mut batch = Batch::local();
        for Row {
            tx,
            receipt,
            key: bound,
        } in rows
        {
            batch.put(key(BY_TRANSACTION, tx), receipt.to_vec())?;
            batch.put(timed(time, BY_TRANSACTION, tx), Vec::new())?;
            if let Some(BoundKey { key: name, request }) = bound {
                batch.put(key(BY_KEY, name), request.as_bytes().to_vec())?;
                batch.put(timed(time, BY_KEY, name), Vec::new())?;
            }
        }
        batch.put([COVERED], height.get().to_be_bytes())?;
        self.forget_old(&mut batch, time)?;
        self.store.apply(&batch)
    }

    fn forget_old(&self, batch: &mut Batch, now: Timestamp) -> Result<(), StoreError> {
        for (row, _) in self.store.scan(&[BY_TIME], &[BY_TIME], SWEEP)? {
            let Some((time, rest)) = row
                .get(1..)
                .and_then(|r| r.split_first_chunk::<8>())
                .map(|(time, rest)| (Timestamp::new(u64::from_be_bytes(*time)), rest.to_vec()))
            else {
                continue;
            };
            if time.plus_ms(self.keep_ms) >= now {
                break;
            }
            batch.delete(rest)?;
            batch.delete(row)?;
        }
        Ok(())
    }

    /// The receipt of a transaction, by the hash of its bytes.
    ///
    /// # Errors
    /// Those of the index; a receipt that is none is damage.
    pub fn of(&self, tx: &Sha256Hash) -> Result<Option<Receipt>, StoreError> {
        let found = self.store.get(&key(BY_TRANSACTION, tx))?;
        found
            .map(|bytes| Receipt::from_slice(&bytes))
            .transpose()
            .map_err(|e| StoreError::Damaged(e.to_string()))
    }

    /// Whether a key was used with another request.
    ///
    /// # Errors
    /// Those of the index.
    pub fn use_of(&self, bound: &BoundKey) -> Result<KeyUse, StoreError> {
        let found = self.store.get(&key(BY_KEY, &bound.key))?;
        Ok(match found {
            Some(request) if request != bound.request.as_bytes() => KeyUse::OtherRequest,
            Some(_) | None => KeyUse::Free,
        })
    }
}

fn key(table: u8, name: &Sha256Hash) -> Vec<u8> {
    let mut key = vec![table];
    key.extend_from_slice(name.as_bytes());
    key
}

/// A row that tells when another row may be forgotten: the other's key stands behind the time.
fn timed(time: Timestamp, table: u8, name: &Sha256Hash) -> Vec<u8> {
    let mut row = vec![BY_TIME];
    row.extend_from_slice(&time.get().to_be_bytes());
    row.extend(key(table, name));
    row
}

/// Writes the receipts of blocks that a crash left without, as far back as receipts are kept.
///
/// # Errors
/// Those of the index and of the log's tiles.
pub fn make_up_receipts(chain: &Chain, receipts: &Receipts) -> Result<(), ChainError> {
    let state = chain.state();
    let Some(tip) = state.tip()? else {
        return Ok(());
    };
    let covered = receipts.covered()?.map_or(0, Height::get);
    let mut missing = Vec::new();
    for height in (covered.saturating_add(1)..=tip.height.get()).rev() {
        let height = Height::new(height);
        let Some(block) = state.get(&keys::block(height))? else {
            break;
        };
        if block.time.plus_ms(receipts.keep_ms()) < tip.time {
            break;
        }
        missing.push((height, block));
    }
    let tiles = chain.tiles();
    for (height, block) in missing.into_iter().rev() {
        let first = block.first.get().saturating_add(1);
        let mut rows = Vec::new();
        for number in first..first.saturating_add(block.transactions.get()) {
            let bytes = super::entry::read(&tiles, EntryIndex::new(number))?;
            rows.push(Row {
                tx: Sha256Hash::of(&bytes),
                receipt: Receipt {
                    entry: EntryIndex::new(number),
                    height,
                    time: block.time,
                },
                key: None,
            });
        }
        receipts.cover(height, block.time, &rows)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyin_ledger::state::keys::TABLES;
    use luyin_ledger::store::MemoryStore;

    fn receipt(n: u64) -> Receipt {
        Receipt {
            entry: EntryIndex::new(n),
            height: Height::new(n),
            time: Timestamp::new(n),
        }
    }

    #[test]
    fn the_tables_are_none_of_the_state_machine_s() {
        for own in [BY_TRANSACTION, COVERED, BY_TIME, BY_KEY] {
            assert!(TABLES.iter().all(|(byte, _)| *byte != own));
        }
    }

    fn row(name: &[u8], n: u64, bound: Option<BoundKey>) -> Row {
        Row {
            tx: Sha256Hash::of(name),
            receipt: receipt(n),
            key: bound,
        }
    }

    #[test]
    fn a_key_belongs_to_the_request_that_took_effect_with_it() {
        let receipts = Receipts::new(Arc::new(MemoryStore::new()), 1);
        let [key, request, other] = [b"k", b"a", b"b"].map(|name| Sha256Hash::of(name));
        let bound = BoundKey { key, request };
        let another = BoundKey {
            key,
            request: other,
        };
        assert_eq!(receipts.use_of(&another).unwrap(), KeyUse::Free);
        let rows = [row(b"1", 1, Some(bound))];
        receipts
            .cover(Height::new(1), Timestamp::new(0), &rows)
            .unwrap();
        assert_eq!(receipts.use_of(&bound).unwrap(), KeyUse::Free);
        assert_eq!(receipts.use_of(&another).unwrap(), KeyUse::OtherRequest);
    }

    #[test]
    fn receipts_and_keys_are_forgotten_when_their_time_is_over() {
        let receipts = Receipts::new(Arc::new(MemoryStore::new()), 1);
        let [tx, other, key] = [b"1", b"2", b"3"].map(|name| Sha256Hash::of(name));
        let hour = 3_600_000;
        let bound = BoundKey { key, request: tx };
        let another = BoundKey {
            key,
            request: other,
        };
        let cover = |height, time, row| {
            receipts
                .cover(Height::new(height), Timestamp::new(time), &[row])
                .unwrap();
        };
        cover(1, 0, row(b"1", 1, Some(bound)));
        cover(2, hour, row(b"2", 2, None));
        assert_eq!(receipts.of(&tx).unwrap(), Some(receipt(1)));
        assert_eq!(receipts.use_of(&another).unwrap(), KeyUse::OtherRequest);
        cover(3, hour + 1, row(b"2", 3, None));
        assert_eq!(receipts.of(&tx).unwrap(), None);
        assert_eq!(receipts.use_of(&another).unwrap(), KeyUse::Free);
        assert_eq!(receipts.of(&other).unwrap(), Some(receipt(3)));
        assert_eq!(receipts.covered().unwrap(), Some(Height::new(3)));
    }
}
