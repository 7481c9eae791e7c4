//! One block on one state: begin, take transactions, finish. Pure: nothing is written.

use super::trees::{TreeFiles, Trees};
use super::{ChainError, note_files};
use crate::log::merkle::EntryIndex;
use crate::state::block::{BlockRecord, Tip};
use crate::state::epoch::Epoch;
use crate::state::note::NoteForest;
use crate::state::record::{Count, EpochNumber};
use crate::state::{Changes, Network, Place, State, StateError, keys};
use crate::store::{Height, Store};
use crate::tx::{self, CheckError, Claim, Context};
use luyin_protocol::field::EpochRoot;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{StateRoots, Tx};

/// A block in the making.
#[derive(Debug)]
pub(super) struct Run<'a> {
    network: &'a Network,
    state: State<'a>,
    trees: Trees,
    height: Height,
    time: Timestamp,
    before: StateRoots,
    /// The header's entry.
    first: EntryIndex,
    taken: u64,
    epoch: Option<EpochNumber>,
    epoch_files: Option<TreeFiles>,
}

/// What a block amounts to, before anything is written.
#[derive(Debug)]
pub(super) struct Outcome {
    pub changes: Changes,
    pub trees: Trees,
    /// Of the forest before the block, for the epoch that it made.
    pub epoch_files: Option<TreeFiles>,
    /// Of the trees after it.
    pub files: Vec<TreeFiles>,
    pub tip: Tip,
    pub first: EntryIndex,
    pub epoch: Option<EpochNumber>,
}

impl<'a> Run<'a> {
    /// Begins the block after the newest one: a dead day is swept, and an epoch that is due is made.
    pub fn begin(
        store: &'a dyn Store,
        trees: &Trees,
        network: &'a Network,
        time: Timestamp,
    ) -> Result<Self, ChainError> {
        let mut state = State::new(store);
        let tip = state.tip()?;
        let tip = tip.ok_or(StateError::Contradiction("no newest block"))?;
        if time < tip.time {
            let last = tip.time;
            return Err(ChainError::TimeRunsBack { last, given: time });
        }
        let height = tip.height.get().checked_add(1);
        let height = Height::new(height.ok_or(StateError::Full("blocks"))?);
        state.sweep_dead_day(time.day())?;
        let cadence = &network.parameters().cadence;
        let due = state.epoch_due(cadence, time)?;
        let notes = state.note_forest()?.notes;
        let make = |kind| Epoch {
            root: EpochRoot::from_value(trees.notes().epoch_root()),
            time,
            height,
            notes,
            kind,
        };
        let epoch = due.map(|kind| state.put_epoch(&make(kind))).transpose()?;
        let epoch_files = match epoch {
            Some(_) => note_files::of_epoch(&mut state, trees, tip.height)?,
            None => None,
        };
        Ok(Self {
            network,
            state,
            trees: trees.clone(),
            height,
            time,
            before: tip.roots(),
            first: EntryIndex::new(tip.entries.get()),
            taken: 0,
            epoch,
            epoch_files,
        })
    }

    pub fn height(&self) -> Height {
        self.height
    }

    pub fn before(&self) -> StateRoots {
        self.before
    }

    /// Checks a transaction against the state as it is now; gives its proof's claim, if it has one.
    pub fn check(&self, tx: &Tx) -> Result<Option<Claim>, CheckError> {
        let context = Context {
            network: self.network,
            time: self.time,
        };
        tx::check(&self.state, &context, tx)?;
        tx::claim(&self.state, tx)
    }

    /// Takes a transaction that has passed its checks on this state.
    pub fn take(&mut self, tx: &Tx) -> Result<(), StateError> {
        self.taken = self.taken.saturating_add(1);
        let place = Place {
            entry: EntryIndex::new(self.first.get().saturating_add(self.taken)),
            height: self.height,
            time: self.time,
        };
        tx::apply(&mut self.state, place, tx)
    }

    /// Grows the trees and closes the state.
    pub fn finish(self) -> Result<Outcome, ChainError> {
        let Self {
            network: _,
            mut state,
            mut trees,
            height,
            time,
            before: _,
            first,
            taken,
            epoch,
            epoch_files,
        } = self;
        let (notes, days) = (state.take_notes(), state.take_days());
        let grown = trees.grow_notes(&mut state, &notes)?;
        let mut files = note_files::of_block(&mut state, &trees, height, grown)?;
        files.extend(trees.make_days(&mut state, days, time.day())?);
        let entries = Count::new(first.get()).plus(1).plus(taken);
        let block = BlockRecord {
            time,
            first,
            transactions: Count::new(taken),
        };
        state.put(&keys::block(height), &block);
        let tip = put_tip(&mut state, height, time, entries)?;
        Ok(Outcome {
            changes: state.into_changes(),
            trees,
            epoch_files,
            files,
            tip,
            first,
            epoch,
        })
    }
}

/// The state that genesis makes.
pub(super) fn genesis(
    store: &dyn Store,
    parameters: &NetworkParameters,
) -> Result<Changes, ChainError> {
    let mut state = State::new(store);
    state.put(&keys::genesis(), parameters);
    let forest = NoteForest::of(Trees::empty().notes(), Count::new(0));
    state.put(&keys::note_forest(), &forest);
    state.put(&keys::note_files(), &note_files::of_genesis());
    let (height, time) = (Height::new(0), Timestamp::new(0));
    let block = BlockRecord {
        time,
        first: EntryIndex::new(0),
        transactions: Count::new(0),
    };
    state.put(&keys::block(height), &block);
    put_tip(&mut state, height, time, Count::new(1))?;
    Ok(state.into_changes())
}

fn put_tip(
    state: &mut State<'_>,
    height: Height,
    time: Timestamp,
    entries: Count,
) -> Result<Tip, StateError> {
    let tip = Tip {
        height,
        time,
        entries,
        notes: state.note_forest()?.digest(),
        attestations: state.attestations_digest(time.day())?,
    };
    state.put(&keys::tip(), &tip);
    Ok(tip)
}
