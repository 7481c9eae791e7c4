//! The whole log checked from its files alone, on an empty state: what anyone can do who has a copy.
//!
//! Every segment's frames, every entry's one form, every signature, every proof, every root in headers, the signed
//! checkpoint with all its lines, the tiles from the entries up, and the trees' files. Nothing is written.

use super::block::split;
use super::propose::Base;
use super::read_only::ReadOnlyDisk;
use super::run::genesis;
use super::{
    Block, BlockError, ChainError, PUBLIC_DIR, RecordError, TimeBounds, Trees, checkpoint,
    day_prefix, node_keys, note_prefix,
};
use crate::forest::{ForestError, ForestTiles, Shape};
use crate::log::checkpoint::{Checkpoint, Publisher, SignedCheckpoint};
use crate::log::disk::Disk;
use crate::log::merkle::{EntryIndex, Frontier, LogHash, TreeHead};
use crate::log::segment::{Bound, Record, SegmentError, SegmentLog, Settings};
use crate::log::tiles::{TileError, TileReader};
use crate::state::{Network, State, keys};
use crate::store::{Height, MemoryStore, Store};
use crate::tx::ProofVerifier;
use luyin_protocol::codec::Canonical;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::tx::Entry;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of a segment's header (clause 8.2).
const HEADER: u64 = 88;
/// Bytes of a frame's head (clause 8.3).
const HEAD: u64 = 56;

const SEGMENTS: &str = "segments";

/// The first fault of a log.
#[derive(Debug, thiserror::Error)]
#[error("{file}, byte {offset:?}, entry {entry:?}: {finding}")]
pub struct Fault {
    /// The file that it shows in.
    pub file: String,
    /// Where in the file, if one place can be named: the start of the record.
    pub offset: Option<u64>,
    /// The entry, if it is one's.
    pub entry: Option<EntryIndex>,
    /// What is wrong.
    pub finding: Finding,
}

/// What is wrong with a log.
#[derive(Debug, thiserror::Error)]
pub enum Finding {
    /// Bytes at the end that are no record: a write that was cut short, and that nobody was promised.
    #[error("{0} bytes that are no record")]
    Torn(u64),
    /// There is no signed checkpoint.
    #[error("there is no checkpoint")]
    NoCheckpoint,
    /// The signed checkpoint states something else than the entries lead to.
    #[error("the checkpoint was signed over something else")]
    Checkpoint,
    /// Everything else.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// How far a check has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Records checked.
    pub records: u64,
    /// Records in all.
    pub of: u64,
    /// Entries checked.
    pub entries: u64,
}

/// What was checked, and found sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Blocks, genesis among them.
    pub blocks: u64,
    /// Size and root over all entries.
    pub head: TreeHead,
    /// Entries under the signed checkpoint.
    pub signed: u64,
}

/// Checks a log from its files; see the module.
///
/// # Errors
/// The first fault.
pub fn verify_log(
    disk: Arc<dyn Disk>,
    parameters: NetworkParameters,
    verifier: &dyn ProofVerifier,
    mut progress: impl FnMut(Progress),
) -> Result<Verified, Box<Fault>> {
    let disk: Arc<dyn Disk> = Arc::new(ReadOnlyDisk(disk));
    let public = Path::new(PUBLIC_DIR);
    let checkpoint_file = public.join("checkpoint").display().to_string();
    let in_checkpoint = |finding| fault(&checkpoint_file, None, None, finding);
    let (network, signed) =
        signed(&disk, parameters).map_err(|error| in_checkpoint(error.into()))?;
    let signed = signed.ok_or_else(|| in_checkpoint(Finding::NoCheckpoint))?;
    let text = signed.checkpoint().clone();
    let bound = text
        .bound()
        .map_err(|e| in_checkpoint(ChainError::from(e).into()))?;
    let settings = Settings::new(*network.id());
    let segments = SegmentLog::open(Arc::clone(&disk), settings, bound).map_err(in_segment)?;
    if let Some(torn) = segments.torn() {
        let finding = Finding::Torn(torn.bytes());
        return Err(fault(torn.file(), Some(torn.offset()), None, finding));
    }
    let mut check = Check {
        disk,
        network,
        verifier,
        store: MemoryStore::new(),
        trees: Trees::empty(),
        frontier: Frontier::new(),
        place: Place::default(),
        signed: text,
        met: None,
    };
    let reader = segments.reader();
    for record in reader.records(0) {
        let record = record.map_err(in_segment)?;
        check.record(&record)?;
        progress(Progress {
            records: record.sequence().saturating_add(1),
            of: reader.end(),
            entries: check.frontier.size(),
        });
    }
    if check.met.is_none() {
        return Err(in_checkpoint(Finding::Checkpoint));
    }
    check.tiles()?;
    Ok(Verified {
        blocks: reader.end(),
        head: check.frontier.head(),
        signed: check.signed.size(),
    })
}

fn signed(
    disk: &Arc<dyn Disk>,
    parameters: NetworkParameters,
) -> Result<(Network, Option<SignedCheckpoint>), ChainError> {
    let network = Network::new(parameters).map_err(ChainError::Genesis)?;
    let keys = node_keys(&network)?;
    let publisher = Publisher::open(Arc::clone(disk), PUBLIC_DIR, &keys)?;
    Ok((network, publisher.published().cloned()))
}

fn fault(
    file: &str,
    offset: Option<u64>,
    entry: Option<EntryIndex>,
    finding: Finding,
) -> Box<Fault> {
    Box::new(Fault {
        file: file.to_owned(),
        offset,
        entry,
        finding,
    })
}

fn in_segment(error: SegmentError) -> Box<Fault> {
    let (file, offset) = match &error {
        SegmentError::Damaged { file, offset, .. } => (file.clone(), Some(*offset)),
        SegmentError::Gap { file, .. } | SegmentError::UnexpectedFile(file) => (file.clone(), None),
        _ => (SEGMENTS.to_owned(), None),
    };
    fault(&file, offset, None, ChainError::from(error).into())
}

/// Where a record stands.
#[derive(Debug, Default)]
struct Place {
    file: String,
    offset: u64,
}

/// A check on its way.
struct Check<'a> {
    disk: Arc<dyn Disk>,
    network: Network,
    verifier: &'a dyn ProofVerifier,
    store: MemoryStore,
    trees: Trees,
    frontier: Frontier,
    place: Place,
    signed: Checkpoint,
    /// Set once the entries reach the checkpoint's size and agree with it.
    met: Option<TreeHead>,
}

impl Check<'_> {
    fn record(&mut self, record: &Record) -> Result<(), Box<Fault>> {
        self.locate(record.sequence());
        let height = record.sequence();
        let first = self.frontier.size();
        let entries = split(record.payload());
        let entries = entries.map_err(|source| self.record_fault(height, first, source))?;
        for entry in &entries {
            self.frontier.push(LogHash::leaf(entry));
        }
        match height {
            0 => self.genesis(&entries)?,
            _ => self.block(height, first, record.payload())?,
        }
        if self.frontier.size() == self.signed.size() {
            self.meet(record)?;
        }
        let length = u64::try_from(record.payload().len()).unwrap_or(u64::MAX);
        self.place.offset = self
            .place
            .offset
            .saturating_add(HEAD)
            .saturating_add(length);
        Ok(())
    }

    fn genesis(&mut self, entries: &[&[u8]]) -> Result<(), Box<Fault>> {
        let parameters = self.network.parameters();
        let expected = Entry::Genesis(Box::new(parameters.clone())).to_vec();
        if entries != [expected.as_slice()] {
            return Err(self.entry_fault(0, ChainError::OtherNetwork));
        }
        let apply = || -> Result<(), ChainError> {
            let changes = genesis(&self.store, parameters)?;
            Ok(self.store.apply(&changes.into_batch(Height::new(0))?)?)
        };
        apply().map_err(|error| self.entry_fault(0, error))
    }

    fn block(&mut self, height: u64, first: u64, payload: &[u8]) -> Result<(), Box<Fault>> {
        let block = Block::from_record(payload);
        let block = block.map_err(|source| self.record_fault(height, first, source))?;
        let base = Base {
            store: &self.store,
            trees: &self.trees,
            network: &self.network,
        };
        let checked = base.check_block(self.verifier, block, TimeBounds::any());
        let proposal = checked.map_err(|error| {
            let within = match &error {
                ChainError::Block {
                    source: BlockError::Transaction { place, .. },
                    ..
                } => u64::try_from(*place).map_or(0, |place| place.saturating_add(1)),
                _ => 0,
            };
            self.entry_fault(first.saturating_add(within), error)
        })?;
        let outcome = proposal.outcome;
        let batch = outcome.changes.into_batch(Height::new(height));
        let applied = batch.and_then(|batch| self.store.apply(&batch));
        applied.map_err(|error| self.entry_fault(first, error.into()))?;
        self.trees = outcome.trees;
        Ok(())
    }

    /// The entries have reached the checkpoint's size: its text and the trees' files must be what they lead to.
    fn meet(&mut self, record: &Record) -> Result<(), Box<Fault>> {
        let file = Path::new(PUBLIC_DIR).join("checkpoint");
        let wrong = |finding| fault(&file.display().to_string(), None, None, finding);
        let head = self.frontier.head();
        let records = record.sequence().saturating_add(1);
        let state = State::new(&self.store);
        let lines = checkpoint::Extensions::of(&state).map_err(ChainError::from);
        let lines = lines.map_err(|error| wrong(error.into()))?;
        let origin = &self.network.parameters().origin;
        let segments = Bound::with_chain(records, record.chain());
        if !lines.are_signed_in(&self.signed, origin, head, segments) {
            return Err(wrong(Finding::Checkpoint));
        }
        self.forests(&state)?;
        self.met = Some(head);
        Ok(())
    }

    fn forests(&self, state: &State<'_>) -> Result<(), Box<Fault>> {
        let read = |error: ChainError| fault(PUBLIC_DIR, None, None, error.into());
        let forest = state.note_forest().map_err(|e| read(e.into()))?;
        let capacity = Shape::NETWORK.capacity();
        for (number, root) in (0u64..).zip(&forest.closed) {
            let check = |files: &ForestTiles| files.check(capacity, root.value());
            self.forest(note_prefix(number), check)?;
        }
        // The open tree has files up to some block; the leaves behind it were in the entries.
        let written = state.get(&keys::note_files()).map_err(|e| read(e.into()))?;
        let written = written.map(|files| (files.open_tree(), files.open_root));
        if let Some(((number, size), root)) = written
            && usize::try_from(number) == Ok(forest.closed.len())
        {
            let check = |files: &ForestTiles| files.check(size, root.value());
            self.forest(note_prefix(number), check)?;
        }
        let tip = state.tip().map_err(|e| read(e.into()))?;
        let today = tip.map(|tip| tip.time.day());
        for day in today.into_iter() {
            let days = state.live_day_trees(day).map_err(|e| read(e.into()))?;
            for (day, tree) in days {
                let prefix = day_prefix(day, tree.revision);
                let (size, root) = (tree.leaves.get(), tree.root.value());
                self.forest(prefix, |files| files.check(size, root))?;
            }
        }
        Ok(())
    }

    fn forest(
        &self,
        prefix: PathBuf,
        check: impl FnOnce(&ForestTiles) -> Result<(), ForestError>,
    ) -> Result<(), Box<Fault>> {
        let prefix = Path::new(PUBLIC_DIR).join(prefix);
        let files = ForestTiles::new(Arc::clone(&self.disk), &prefix, Shape::NETWORK);
        check(&files).map_err(|error| {
            let file = match &error {
                ForestError::Damaged(file) | ForestError::Disk { path: file, .. } => file.clone(),
                _ => prefix.display().to_string(),
            };
            fault(&file, None, None, ChainError::from(error).into())
        })
    }

    fn tiles(&self) -> Result<(), Box<Fault>> {
        let head = self.signed.head();
        let reader = TileReader::new(Arc::clone(&self.disk), PUBLIC_DIR, head.size());
        reader.check(0, head).map_err(|error| {
            let file = match &error {
                TileError::Damaged(tile) => Path::new(PUBLIC_DIR).join(tile.path()),
                TileError::Disk { path, .. } => PathBuf::from(path),
                _ => Path::new(PUBLIC_DIR).join("tile"),
            };
            let file = file.display().to_string();
            fault(&file, None, None, ChainError::from(error).into())
        })
    }

    /// Follows the records from file to file: a file is named by its first record.
    fn locate(&mut self, sequence: u64) {
        let name = format!("{sequence:020}.seg");
        let begins = self.disk.open(&Path::new(SEGMENTS).join(&name)).is_ok();
        if begins {
            self.place = Place {
                file: name,
                offset: HEADER,
            };
        }
    }

    fn entry_fault(&self, entry: u64, error: ChainError) -> Box<Fault> {
        let entry = Some(EntryIndex::new(entry));
        fault(
            &self.place.file,
            Some(self.place.offset),
            entry,
            error.into(),
        )
    }

    fn record_fault(&self, height: u64, first: u64, source: RecordError) -> Box<Fault> {
        let place = match &source {
            RecordError::Entry { place, .. } | RecordError::Kind { place } => *place,
            RecordError::Count { .. } => 0,
        };
        let entry = first.saturating_add(u64::try_from(place).unwrap_or(u64::MAX));
        self.entry_fault(entry, ChainError::Record { height, source })
    }
}
