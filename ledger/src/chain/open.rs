//! Founding a chain, opening it after whatever happened, and building index and tiles anew: one way for all three.

use super::block::{record, split};
use super::run::genesis;
use super::superseded::Superseded;
use super::{
    Block, Chain, ChainError, Health, PUBLIC_DIR, TimeBounds, Trees, node_keys, note_files,
};
use crate::log::checkpoint::{Checkpoint, CheckpointSigner, Publisher, SignedCheckpoint};
use crate::log::disk::Disk;
use crate::log::segment::{Record, SegmentLog, Settings};
use crate::log::tiles::TileWriter;
use crate::state::{Network, State, StateError};
use crate::store::{Height, Store};
use crate::tx::{AlreadyJudged, ProofVerifier};
use luyin_protocol::codec::Canonical;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::tx::Entry;
use std::path::Path;
use std::sync::Arc;

/// What a chain is put together from.
#[derive(Clone)]
pub struct Parts {
    /// Segments, tiles and trees go here.
    pub disk: Arc<dyn Disk>,
    /// The index; empty where it is to be built anew.
    pub store: Arc<dyn Store>,
    /// Judges proofs.
    pub verifier: Arc<dyn ProofVerifier>,
    /// Signs checkpoints; one of genesis's nodes, under the network's origin.
    pub signer: CheckpointSigner,
    /// Founding data.
    pub genesis: NetworkParameters,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Parts").finish_non_exhaustive()
    }
}

/// Which tiles of the log are trusted to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tiles {
    /// Those of the published checkpoint.
    Published,
    /// None: all are written again.
    Anew,
}

impl Chain {
    /// Founds a chain where there is none.
    ///
    /// # Errors
    /// [`crate::log::segment::SegmentError::Exists`] if there is one; those of [`Chain::open`].
    pub fn create(parts: Parts) -> Result<Self, ChainError> {
        let network = Network::new(parts.genesis.clone()).map_err(ChainError::Genesis)?;
        let settings = Settings::new(*network.id());
        let segments = SegmentLog::create(Arc::clone(&parts.disk), settings)?;
        let publisher = publisher(&parts, &network)?;
        assemble(parts, network, segments, publisher, Tiles::Published)
    }

    /// Opens a chain: the log is checked record by record, what the index and the tiles lack is made up for from it, and
    /// a checkpoint of all of it is published. An empty index is filled from the first record on.
    ///
    /// # Errors
    /// [`ChainError`]. Where the index, the trees' files or the log's tiles are damaged, [`Chain::rebuild`] with an empty
    /// index makes them anew; where the log itself is, nothing here helps.
    pub fn open(parts: Parts) -> Result<Self, ChainError> {
        Self::load(parts, Tiles::Published)
    }

    /// Opens a chain and writes index, trees' files and log tiles anew from the log alone. The index given must be empty.
    ///
    /// # Errors
    /// As [`Chain::open`].
    pub fn rebuild(parts: Parts) -> Result<Self, ChainError> {
        if let Some(height) = parts.store.height() {
            let index = height.get();
            return Err(ChainError::IndexAhead { index, log: 0 });
        }
        Self::load(parts, Tiles::Anew)
    }

    fn load(parts: Parts, tiles: Tiles) -> Result<Self, ChainError> {
        let network = Network::new(parts.genesis.clone()).map_err(ChainError::Genesis)?;
        let publisher = publisher(&parts, &network)?;
        let published = publisher.published().map(SignedCheckpoint::checkpoint);
        let bound = published.map(Checkpoint::bound).transpose()?.flatten();
        let settings = Settings::new(*network.id());
        let segments = SegmentLog::open(Arc::clone(&parts.disk), settings, bound)?;
        assemble(parts, network, segments, publisher, tiles)
    }

    /// Runs the records that index and tiles lack.
    fn catch_up(&mut self, tiled: u64) -> Result<(), ChainError> {
        let indexed = self.base().next_height()?;
        for record in self.segments.reader().records(tiled.min(indexed)) {
            let record = record?;
            if record.sequence() >= tiled {
                self.tile(&record)?;
            }
            if record.sequence() >= indexed {
                self.run_again(&record)?;
            }
        }
        let entries = self.state().tip()?.map(|tip| tip.entries.get());
        if entries != Some(self.tiles.head().size()) {
            return Err(StateError::Contradiction("index and log count other entries").into());
        }
        Ok(())
    }

    fn tile(&mut self, record: &Record) -> Result<(), ChainError> {
        let height = record.sequence();
        let entries = split(record.payload());
        for entry in entries.map_err(|source| ChainError::Record { height, source })? {
            self.tiles.append(entry)?;
        }
        Ok(())
    }

    /// The same check and the same writing as when the block was new; its proofs were judged then.
    fn run_again(&mut self, record: &Record) -> Result<(), ChainError> {
        let height = record.sequence();
        let block = Block::from_record(record.payload());
        let block = block.map_err(|source| ChainError::Record { height, source })?;
        let proposal = self
            .base()
            .check_block(&AlreadyJudged, block, TimeBounds::any())?;
        self.settle(proposal).map(drop)
    }
}

fn publisher(parts: &Parts, network: &Network) -> Result<Publisher, ChainError> {
    let keys = node_keys(network)?;
    if !keys.contains(&parts.signer.verifier()) {
        return Err(ChainError::OtherSigner);
    }
    Ok(Publisher::open(Arc::clone(&parts.disk), PUBLIC_DIR, &keys)?)
}

fn assemble(
    parts: Parts,
    network: Network,
    mut segments: SegmentLog,
    publisher: Publisher,
    tiles: Tiles,
) -> Result<Chain, ChainError> {
    let first = Entry::Genesis(Box::new(network.parameters().clone())).to_vec();
    if segments.position().records() == 0 {
        segments.append(&record(&[first]))?;
        segments.sync()?;
    }
    let Parts {
        disk,
        store,
        verifier,
        signer,
        genesis: _,
    } = parts;
    let trees = load_index(&disk, store.as_ref(), &network, &segments)?;
    let published = publisher.published().map(SignedCheckpoint::checkpoint);
    let tiled_entries = published.map_or(0, |text| text.head().size());
    let (writer, tiled) = match published.filter(|_| tiles == Tiles::Published) {
        Some(text) => {
            let writer = TileWriter::open(Arc::clone(&disk), PUBLIC_DIR, text.head())?;
            (writer, records_under(text)?)
        }
        None => (TileWriter::new(Arc::clone(&disk), PUBLIC_DIR), 0),
    };
    let mut chain = Chain {
        disk,
        store,
        network,
        verifier,
        signer,
        segments,
        tiles: writer,
        publisher,
        trees,
        superseded: Superseded::default(),
        pruned: tiled_entries,
        health: Health::Sound,
    };
    chain.catch_up(tiled)?;
    chain.store.flush()?;
    chain.publish()?;
    Ok(chain)
}

/// Blocks under a checkpoint: its height and genesis.
fn records_under(text: &Checkpoint) -> Result<u64, ChainError> {
    let height = text.extension("block").and_then(|h| h.parse::<u64>().ok());
    let records = height.and_then(|height| height.checked_add(1));
    Ok(records.ok_or(crate::log::checkpoint::CheckpointError::Extension)?)
}

/// Gives an empty index its genesis; checks that one with blocks belongs to this log, and restores its trees.
fn load_index(
    disk: &Arc<dyn Disk>,
    store: &dyn Store,
    network: &Network,
    segments: &SegmentLog,
) -> Result<Trees, ChainError> {
    let Some(height) = store.height() else {
        let height = Height::new(0);
        let changes = genesis(store, network.parameters())?;
        store.apply(&changes.into_batch(height)?)?;
        return Ok(Trees::empty());
    };
    let state = State::new(store);
    if state.network()?.as_ref() != Some(network) {
        return Err(ChainError::OtherNetwork);
    }
    let tip = state.tip()?;
    let tip = tip.ok_or(StateError::Contradiction("no newest block"))?;
    let log = segments.position().records().saturating_sub(1);
    if tip.height != height || height.get() > log {
        let index = height.get();
        return Err(ChainError::IndexAhead { index, log });
    }
    let dir = Path::new(PUBLIC_DIR);
    let files = note_files::written(store, height)?;
    let notes = note_files::restore(&state, &files, height, disk, dir, segments)?;
    Trees::restore(&state, tip.time.day(), notes, disk, dir)
}
