//! Drives the ledger: opens it, puts transactions into order, serves what it made.

#[cfg(feature = "bft")]
pub mod consortium;
pub mod cosigning;
pub mod directory;
pub mod entry;
pub mod in_process;
pub mod judge;
mod judging;
pub mod open;
pub mod orderer;
pub mod published;
mod queue;
pub mod receipts;
mod rest;
mod turn;
pub mod verifying_keys;
mod writing;

pub use orderer::{Condition, NotOrdered, NotQueued, Orderer, Pending, Receipt, Submission};
pub use published::Shown;

use crate::clock::Clock;
use cosigning::Cosigned;
use judge::Keys;
use luyin_keys::manifest::KeyDirectory;
use luyin_keys::signing::SigningKey;
use luyin_ledger::chain::PUBLIC_DIR;
use luyin_ledger::log::disk::Disk;
use luyin_ledger::log::merkle::EntryIndex;
use luyin_ledger::log::tiles::{TileError, TileReader};
use luyin_ledger::state::keys::TABLES;
use luyin_ledger::state::{Network, State};
use luyin_ledger::store::{Store, StoreError};
use published::Published;
use receipts::Receipts;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Rows of the index read at once.
const OWNERS_PAGE: usize = 4_096;

/// A running node as its service sees it: everything readable, and the orderer.
pub struct Node {
    network: Network,
    clock: Clock,
    disk: Arc<dyn Disk>,
    store: Arc<dyn Store>,
    orderer: Arc<dyn Orderer>,
    receipts: Receipts,
    published: Published,
    cosigned: Option<Cosigned>,
    signing: SigningKey,
    keys: Keys,
    key_files: KeyDirectory,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").finish_non_exhaustive()
    }
}

impl Node {
    /// The state after the newest block.
    #[must_use]
    pub fn state(&self) -> State<'_> {
        State::new(self.store.as_ref())
    }

    /// Genesis.
    #[must_use]
    pub const fn network(&self) -> &Network {
        &self.network
    }

    /// The clock.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Where order comes from.
    #[must_use]
    pub fn orderer(&self) -> &dyn Orderer {
        self.orderer.as_ref()
    }

    /// The same, for a thread of its own.
    #[must_use]
    pub fn shared_orderer(&self) -> Arc<dyn Orderer> {
        Arc::clone(&self.orderer)
    }

    /// Receipts by transaction.
    #[must_use]
    pub const fn receipts(&self) -> &Receipts {
        &self.receipts
    }

    /// Checkpoints.
    #[must_use]
    pub const fn published(&self) -> &Published {
        &self.published
    }

    /// The checkpoint that readers are shown: the newest, or the newest that enough witnesses cosigned.
    #[must_use]
    pub fn served(&self) -> Shown {
        let own = self.published.newest();
        match &self.cosigned {
            Some(cosigned) => cosigned.served(own),
            None => own,
        }
    }

    /// The checkpoint that covers an entry: the one that readers are shown, or the node's own where it is ahead.
    pub async fn covering(&self, entry: EntryIndex) -> Option<Shown> {
        let own = self.published.covering(entry).await?;
        let served = self.served();
        Some(if served.head.size() > entry.get() {
            served
        } else {
            own
        })
    }

    /// Signs checkpoints, bundles and reports.
    #[must_use]
    pub const fn signing_key(&self) -> &SigningKey {
        &self.signing
    }

    /// The verifying keys.
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The files of proving and verifying keys.
    #[must_use]
    pub const fn key_files(&self) -> &KeyDirectory {
        &self.key_files
    }

    /// The tiles of the log under the newest checkpoint.
    #[must_use]
    pub fn tiles(&self) -> TileReader {
        self.tiles_at(self.published.newest().head.size())
    }

    /// The tiles of the log at a size that has been published.
    #[must_use]
    pub fn tiles_at(&self, size: u64) -> TileReader {
        TileReader::new(Arc::clone(&self.disk), PUBLIC_DIR, size)
    }

    /// The bytes of an entry under the newest checkpoint.
    ///
    /// # Errors
    /// Those of the tiles.
    pub fn entry(&self, entry: EntryIndex) -> Result<Vec<u8>, TileError> {
        entry::read(&self.tiles(), entry)
    }

    /// Owners whose names begin with a prefix, with the entries of their enrolments.
    ///
    /// # Errors
    /// Those of the index.
    pub fn owners_from(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, EntryIndex)>, StoreError> {
        let table = TABLES.iter().find(|(_, name)| *name == "owner");
        let table = table.map(|(byte, _)| *byte).unwrap_or_default();
        let wanted = [&[table], prefix].concat();
        let (mut out, mut from) = (Vec::new(), wanted.clone());
        loop {
            let page = self.store.scan(&wanted, &from, OWNERS_PAGE)?;
            let full = page.len() == OWNERS_PAGE;
            for (key, value) in page {
                let entry = <[u8; 8]>::try_from(value.as_slice())
                    .map_err(|_| StoreError::Damaged("an owner's entry".to_owned()))?;
                from = [key.as_slice(), &[0]].concat();
                let owner = key.get(1..).unwrap_or_default().to_vec();
                out.push((owner, EntryIndex::new(u64::from_be_bytes(entry))));
            }
            if !full {
                return Ok(out);
            }
        }
    }

    /// A static file below the log's prefix; `None` where there is none. Paths that climb are none.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn file(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let plain = path.components().all(|c| matches!(c, Component::Normal(_)));
        let temporary = path.extension().is_some_and(|e| e == "tmp");
        if !plain || temporary {
            return Ok(None);
        }
        match self.disk.read(&PathBuf::from(PUBLIC_DIR).join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::IsADirectory => Ok(None),
                _ => Err(error),
            },
        }
    }
}
