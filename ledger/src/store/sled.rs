//! A store in a sled database.
//!
//! Sled may lose or mix up pages of a damaged file without saying so, and a nullifier that is lost is one that can be spent
//! again. So each value carries a checksum with its key, and a seal, written in the same batch, holds the number of entries
//! and the sum of their hashes; opening reads everything once and compares. `sled::flush` only calls `sync_file_range`,
//! which does not reach the drive's cache, so the files are synced here as well.

use super::{Batch, Entry, Height, Store, StoreError};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SEAL_KEY: &[u8] = &[0];
const ENTRY_PREFIX: u8 = 1;

/// The database, open in this process alone.
#[derive(Debug)]
pub struct SledStore {
    db: sled::Db,
    dir: PathBuf,
    seal: Mutex<Seal>,
}

/// What the entries must add up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seal {
    height: Option<Height>,
    count: u64,
    sum: u128,
}

impl SledStore {
    /// Opens or makes the database in `dir` and checks all that it holds.
    ///
    /// # Errors
    /// [`StoreError::Damaged`]: call [`SledStore::delete`] and build the index again from the log. [`StoreError::Disk`] for
    /// anything else, another process that holds the database among it; nothing must be deleted then.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let dir = dir.into();
        fs::create_dir_all(&dir)?;
        let config = sled::Config::new()
            .path(&dir)
            .mode(sled::Mode::HighThroughput)
            .flush_every_ms(None)
            .cache_capacity(256 << 20);
        let (db, seal) = guard(|| {
            let db = config.open()?;
            let seal = check(&db)?;
            Ok((db, seal))
        })?;
        Ok(Self {
            db,
            dir,
            seal: Mutex::new(seal),
        })
    }

    /// Deletes a damaged database that is not open, so that it can be built again.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn delete(dir: &Path) -> Result<(), StoreError> {
        match fs::remove_dir_all(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => Ok(other?),
        }
    }

    fn seal(&self) -> MutexGuard<'_, Seal> {
        self.seal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn old(&self, stored: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let found = guard(|| Ok(self.db.get(stored)?))?;
        found.map(|value| unseal_value(stored, &value)).transpose()
    }
}

impl Store for SledStore {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.old(&stored_key(key))
    }

    fn scan(&self, prefix: &[u8], from: &[u8], limit: usize) -> Result<Vec<Entry>, StoreError> {
        let (start, prefix) = (stored_key(prefix.max(from)), stored_key(prefix));
        guard(|| {
            let mut entries = Vec::new();
            for item in self.db.range(start.clone()..).take(limit) {
                let (key, value) = item?;
                if !key.starts_with(&prefix) {
                    break;
                }
                let plain = key.get(1..).unwrap_or_default().to_vec();
                entries.push((plain, unseal_value(&key, &value)?));
            }
            Ok(entries)
        })
    }

    fn apply(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut seal = self.seal();
        let mut next = *seal;
        next.height = batch.height_after(seal.height)?;
        let mut writes = sled::Batch::default();
        for (key, value) in batch.writes() {
            let stored = stored_key(key);
            if let Some(old) = self.old(&stored)? {
                next.count = next.count.wrapping_sub(1);
                next.sum = next.sum.wrapping_sub(digest(&stored, &old));
            }
            match value {
                Some(value) => {
                    next.count = next.count.wrapping_add(1);
                    next.sum = next.sum.wrapping_add(digest(&stored, value));
                    let sealed = seal_value(&stored, value);
                    writes.insert(stored, sealed);
                }
                None => writes.remove(stored),
            }
        }
        writes.insert(SEAL_KEY, seal_value(SEAL_KEY, &next.to_bytes()));
        guard(|| Ok(self.db.apply_batch(writes.clone())?))?;
        *seal = next;
        Ok(())
    }

    fn height(&self) -> Option<Height> {
        self.seal().height
    }

    fn flush(&self) -> Result<(), StoreError> {
        guard(|| Ok(self.db.flush()?))?;
        sync_files(&self.dir)
    }
}

impl Seal {
    fn to_bytes(self) -> Vec<u8> {
        let mut out = vec![u8::from(self.height.is_some())];
        let height = self.height.map_or(0, Height::get);
        out.extend_from_slice(&height.to_be_bytes());
        out.extend_from_slice(&self.count.to_be_bytes());
        out.extend_from_slice(&self.sum.to_be_bytes());
        out
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (flag, rest) = bytes.split_first()?;
        let (height, rest) = rest.split_first_chunk()?;
        let (count, sum) = rest.split_first_chunk()?;
        let height = Height::new(u64::from_be_bytes(*height));
        let seal = Self {
            height: (*flag == 1).then_some(height),
            count: u64::from_be_bytes(*count),
            sum: u128::from_be_bytes(sum.try_into().ok()?),
        };
        (seal.to_bytes() == bytes).then_some(seal)
    }
}

/// Reads everything and compares it with the seal.
fn check(db: &sled::Db) -> Result<Seal, StoreError> {
    let mut seal = None;
    let mut found = Seal::default();
    for item in db.iter() {
        let (key, value) = item?;
        let value = unseal_value(&key, &value)?;
        if key == SEAL_KEY {
            seal = Seal::from_bytes(&value);
        } else {
            found.count = found.count.wrapping_add(1);
            found.sum = found.sum.wrapping_add(digest(&key, &value));
        }
    }
    let fresh = !db.was_recovered();
    match seal {
        None if fresh && found == Seal::default() => {
            // A database always has a seal, so that one whose content is lost is not taken for a new one.
            let bytes = seal_value(SEAL_KEY, &found.to_bytes());
            db.insert(SEAL_KEY, bytes)?;
            Ok(found)
        }
        Some(seal) if (seal.count, seal.sum) == (found.count, found.sum) => Ok(seal),
        Some(_) => Err(StoreError::Damaged("entries do not match the seal".into())),
        None => Err(StoreError::Damaged("no seal".into())),
    }
}

fn stored_key(key: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(key.len().saturating_add(1));
    stored.push(ENTRY_PREFIX);
    stored.extend_from_slice(key);
    stored
}

fn digest(key: &[u8], value: &[u8]) -> u128 {
    let hash = Sha256::new()
        .chain_update(key.len().to_be_bytes())
        .chain_update(key)
        .chain_update(value)
        .finalize();
    let (half, _) = hash.split_at(16);
    half.iter()
        .fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

fn seal_value(key: &[u8], value: &[u8]) -> Vec<u8> {
    let crc = crc32c::crc32c_append(crc32c::crc32c(key), value);
    [&crc.to_be_bytes(), value].concat()
}

fn unseal_value(key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let damaged = || StoreError::Damaged("wrong checksum of a value".into());
    let (crc, value) = sealed.split_first_chunk().ok_or_else(damaged)?;
    let expected = crc32c::crc32c_append(crc32c::crc32c(key), value);
    match u32::from_be_bytes(*crc) == expected {
        true => Ok(value.to_vec()),
        false => Err(damaged()),
    }
}

/// Sled panics on some kinds of damage; a panic of it is damage here.
fn guard<T>(run: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(StoreError::Damaged("the database gave up".into())))
}

fn sync_files(dir: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => sync_files(&entry.path())?,
            // Sled removes old snapshots on its own threads.
            false => match File::open(entry.path()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                file => file?.sync_all()?,
            },
        }
    }
    Ok(File::open(dir)?.sync_all()?)
}

impl From<sled::Error> for StoreError {
    fn from(error: sled::Error) -> Self {
        match error {
            sled::Error::Io(error) if error.kind() != io::ErrorKind::InvalidData => {
                Self::Disk(error)
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_rots_while_the_store_is_open_is_not_returned() {
        let dir = tempfile::tempdir().unwrap();
        let store = SledStore::open(dir.path()).unwrap();
        let mut batch = Batch::at(Height::new(1));
        batch.put("a", "1").unwrap();
        store.apply(&batch).unwrap();
        let mut value = store.db.get(stored_key(b"a")).unwrap().unwrap().to_vec();
        value[4] ^= 1;
        store.db.insert(stored_key(b"a"), value).unwrap();
        assert!(matches!(store.get(b"a"), Err(StoreError::Damaged(_))));
        assert!(matches!(
            store.scan(b"", b"", 1),
            Err(StoreError::Damaged(_))
        ));
        assert!(matches!(store.apply(&Batch::at(Height::new(2))), Ok(())));
        let mut batch = Batch::at(Height::new(3));
        batch.delete("a").unwrap();
        assert!(matches!(store.apply(&batch), Err(StoreError::Damaged(_))));
        assert_eq!(store.height(), Some(Height::new(2)));
    }
}
