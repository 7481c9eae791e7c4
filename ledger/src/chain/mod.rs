//! The chain: log and state, tied together.
//!
//! # Commit order
//!
//! ```text
//! checked → record appended and synced → trees' files that are due written → index applied   (commit)
//!         → log tiles written → read back → signed → checkpoint renamed                       (publish)
//! ```
//!
//! Why a crash at each arrow is safe:
//!
//! - before the record is synced: nobody was told; what is half written is cut off when the log is opened;
//! - after it: the block is in the log. The index still says the block before, and the trees' files that it names stand,
//!   since files are named by their sizes and never change; the notes behind those files are taken from the log (see
//!   `note_files`). Opening runs the missing records again, through the same functions; the same entries give the same files
//!   and the same index;
//! - after the trees' files: as before, the files are written once more with the same content. An index that names files
//!   comes after them, so it never names what is not there;
//! - after the index: state and log agree. The published checkpoint is older than both; its tiles are untouched. Opening
//!   appends the records behind it to the log tiles and publishes;
//! - within publication: see [`crate::log::checkpoint`].
//!
//! The index may also lose its newest batches in a power loss: then more records are run again. It can never be ahead of
//! the log, and opening refuses one that is. A failure that is no crash (a full disk, say) leaves this value refusing
//! everything: only opening anew tells what is durable.
//!
//! An acknowledgement may be sent when [`Chain::commit`] has returned.

mod block;
mod checkpoint;
mod error;
mod note_files;
mod open;
mod propose;
mod read_only;
mod run;
mod superseded;
mod trees;
mod verify;

pub use block::{Block, RecordError};
#[cfg(test)]
pub(crate) use checkpoint::Extensions;
pub use error::{BlockError, ChainError};
pub use open::Parts;
use propose::Base;
pub use propose::{MAX_BLOCK_BYTES, Proposal, Refused};
use superseded::Superseded;
pub use trees::{Trees, day_prefix, note_prefix};
pub use verify::{Fault, Finding, Progress, Verified, verify_log};

use crate::log::checkpoint::{CheckpointSigner, Publisher, SignedCheckpoint, VerifierKey};
use crate::log::disk::Disk;
use crate::log::merkle::{EntryIndex, TreeHead};
use crate::log::segment::{Position, Record, SegmentLog};
use crate::log::tiles::{TileReader, TileWriter};
use crate::state::record::EpochNumber;
use crate::state::{Network, State};
use crate::store::{Height, Store};
use crate::tx::ProofVerifier;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::Tx;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the static files stand below the disk's root: checkpoint, log tiles, trees.
pub const PUBLIC_DIR: &str = "log";

/// Blocks between two flushes of the index: what has to be run again at most after a power loss.
const FLUSH_EVERY: u64 = if cfg!(test) { 16 } else { 256 };

/// The times that a block may have, as its receiver's clock sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeBounds {
    /// Not before.
    pub earliest: Timestamp,
    /// Not after.
    pub latest: Timestamp,
}

impl TimeBounds {
    /// Any time: for blocks whose time was judged when they were agreed on.
    #[must_use]
    pub const fn any() -> Self {
        Self {
            earliest: Timestamp::new(0),
            latest: Timestamp::new(u64::MAX),
        }
    }
}

/// What a committed block gives to those who sent its transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The block.
    pub height: Height,
    /// Its time.
    pub time: Timestamp,
    /// Entry of each transaction, in order, for its inclusion proof.
    pub entries: Vec<EntryIndex>,
    /// The epoch that the block made, if one was due.
    pub epoch: Option<EpochNumber>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Sound,
    Failed,
}

/// Log and state of one network, open for writing. One process holds it at a time; the caller locks the data directory.
pub struct Chain {
    disk: Arc<dyn Disk>,
    store: Arc<dyn Store>,
    network: Network,
    verifier: Arc<dyn ProofVerifier>,
    signer: CheckpointSigner,
    segments: SegmentLog,
    tiles: TileWriter,
    publisher: Publisher,
    trees: Trees,
    superseded: Superseded,
    /// Entries whose log tiles have been rid of superfluous partial ones.
    pruned: u64,
    health: Health,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Chain")
            .field("position", &self.segments.position())
            .field("health", &self.health)
            .finish_non_exhaustive()
    }
}

impl Chain {
    /// Puts candidates into a block: those that are refused fall out with their refusal, the others keep their order.
    ///
    /// A block may be empty; [`Chain::epoch_is_due`] tells when one is wanted.
    ///
    /// # Errors
    /// [`ChainError::TimeRunsBack`]; where the state could not be read. No candidate makes an error.
    pub fn propose(&self, time: Timestamp, candidates: Vec<Tx>) -> Result<Proposal, ChainError> {
        self.sound()?;
        propose::propose(&self.base(), self.verifier.as_ref(), time, candidates)
    }

    /// Makes a proposal durable: record, trees' files that are due, index. When this returns, its transactions may be acknowledged.
    ///
    /// # Errors
    /// [`ChainError::Stale`] if another block came between. After any other error the chain must be opened anew; whether
    /// the block is in the log then shows.
    pub fn commit(&mut self, proposal: Proposal) -> Result<Receipt, ChainError> {
        self.sound()?;
        let (due, proposed) = (self.segments.position().records(), proposal.height().get());
        if due != proposed {
            return Err(ChainError::Stale { proposed, due });
        }
        self.guarded(|chain| chain.write(proposal))
    }

    /// Writes the log's tiles and publishes a signed checkpoint of all that is committed.
    ///
    /// # Errors
    /// Those of publication; the call may be repeated.
    pub fn publish(&mut self) -> Result<&SignedCheckpoint, ChainError> {
        self.sound()?;
        let text = checkpoint::Extensions::of(&State::new(self.store.as_ref()))?;
        let position = self.segments.position();
        let Self {
            network,
            signer,
            tiles,
            publisher,
            ..
        } = self;
        let origin = &network.parameters().origin;
        Ok(publisher.publish(tiles, |head| text.sign(origin, head, &position, signer))?)
    }

    /// Checks a block that was made elsewhere, as the one after the newest: nothing in it may be refused.
    ///
    /// # Errors
    /// [`ChainError::Block`] says why the block is refused; where the state could not be read.
    pub fn check(&self, block: Block, bounds: TimeBounds) -> Result<Proposal, ChainError> {
        self.sound()?;
        let verifier = self.verifier.as_ref();
        self.base().check_block(verifier, block, bounds)
    }

    /// The record of a durable block, as [`Block::to_record`] gives it; `None` where there is none of this height.
    ///
    /// # Errors
    /// Those of the segment log.
    pub fn record(&self, height: Height) -> Result<Option<Vec<u8>>, ChainError> {
        if height.get() >= self.segments.position().records() {
            return Ok(None);
        }
        let record = self.segments.reader().records(height.get()).next();
        Ok(record.transpose()?.map(Record::into_payload))
    }

    /// Checks a block that was made elsewhere, commits and publishes it.
    ///
    /// # Errors
    /// Those of [`Chain::check`], [`Chain::commit`] and [`Chain::publish`].
    pub fn execute(&mut self, block: Block, bounds: TimeBounds) -> Result<Receipt, ChainError> {
        let proposal = self.check(block, bounds)?;
        let receipt = self.commit(proposal)?;
        self.publish()?;
        Ok(receipt)
    }

    /// The state after the newest block.
    #[must_use]
    pub fn state(&self) -> State<'_> {
        State::new(self.store.as_ref())
    }

    /// The index, for readers on other threads.
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Genesis.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The Poseidon trees after the newest block.
    #[must_use]
    pub fn trees(&self) -> &Trees {
        &self.trees
    }

    /// Size and root of the log, what is committed but not yet published included.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.tiles.head()
    }

    /// The newest published checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&SignedCheckpoint> {
        self.publisher.published()
    }

    /// Reads published tiles, for inclusion and consistency proofs.
    #[must_use]
    pub fn tiles(&self) -> TileReader {
        self.tiles.reader()
    }

    /// How many blocks are durable, and the chain over them.
    #[must_use]
    pub fn position(&self) -> Position {
        self.segments.position()
    }

    /// Makes the index durable as far as its store can; the log is durable anyhow.
    ///
    /// # Errors
    /// Those of the store.
    pub fn flush(&self) -> Result<(), ChainError> {
        Ok(self.store.flush()?)
    }

    /// Whether a block at this time would make an epoch: then one is wanted even without transactions.
    ///
    /// # Errors
    /// Where the state could not be read.
    pub fn epoch_is_due(&self, time: Timestamp) -> Result<bool, ChainError> {
        let cadence = &self.network.parameters().cadence;
        Ok(self.state().epoch_due(cadence, time)?.is_some())
    }

    fn base(&self) -> Base<'_> {
        Base {
            store: self.store.as_ref(),
            trees: &self.trees,
            network: &self.network,
        }
    }

    fn write(&mut self, proposal: Proposal) -> Result<Receipt, ChainError> {
        let entries = proposal.block.entries();
        self.segments.append(&block::record(&entries))?;
        self.segments.sync()?;
        for entry in &entries {
            self.tiles.append(entry)?;
        }
        self.settle(proposal)
    }

    /// Everything behind the log: what recovery does for the records that the index lacks.
    fn settle(&mut self, proposal: Proposal) -> Result<Receipt, ChainError> {
        let height = proposal.height();
        let Proposal { block, outcome, .. } = proposal;
        for files in outcome.epoch_files.iter().chain(&outcome.files) {
            files.write(&self.disk, &PathBuf::from(PUBLIC_DIR))?;
            self.superseded.add(files);
        }
        if outcome.epoch.is_some() {
            self.superseded.keep(&self.trees.note_files());
        }
        self.store.apply(&outcome.changes.into_batch(height)?)?;
        if height.get().is_multiple_of(FLUSH_EVERY) {
            self.store.flush()?;
            self.tidy()?;
        }
        self.trees = outcome.trees;
        let first = outcome.first.get();
        let entries = (1u64..)
            .zip(&block.transactions)
            .map(|(n, _)| EntryIndex::new(first.saturating_add(n)))
            .collect();
        Ok(Receipt {
            height,
            time: outcome.tip.time,
            entries,
            epoch: outcome.epoch,
        })
    }

    /// Removes files that newer ones have made superfluous.
    fn tidy(&mut self) -> Result<(), ChainError> {
        let dir = PathBuf::from(PUBLIC_DIR);
        self.superseded.remove(self.disk.as_ref(), &dir)?;
        let published = self.publisher.published().map(SignedCheckpoint::checkpoint);
        let published = published.map_or(0, |checkpoint| checkpoint.head().size());
        self.tiles.prune(self.pruned, published)?;
        self.pruned = published;
        Ok(())
    }

    fn sound(&self) -> Result<(), ChainError> {
        match self.health {
            Health::Sound => Ok(()),
            Health::Failed => Err(ChainError::Failed),
        }
    }

    fn guarded<T>(
        &mut self,
        run: impl FnOnce(&mut Self) -> Result<T, ChainError>,
    ) -> Result<T, ChainError> {
        let done = run(self);
        if done.is_err() {
            self.health = Health::Failed;
        }
        done
    }
}

/// The keys of a network's nodes, as checkpoints are verified with them.
///
/// # Errors
/// Where the origin may not name a key, or a key is none.
pub fn node_keys(network: &Network) -> Result<Vec<VerifierKey>, ChainError> {
    Ok(crate::log::checkpoint::node_keys(network.parameters())?)
}

#[cfg(test)]
mod tests;
