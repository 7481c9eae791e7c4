//! Which files of the note forest a block writes, and how a start does without the others.
//!
//! A block changes the newest tile, up to 128 KiB. Were that written at every block, every check-in would wait for a file
//! that nobody may ask for and that can be made anew. So written are: the files of an epoch's forest, before the index
//! tells of the epoch, since wallets fetch them; all that a block leaves that fills a tile; and what is there when the index
//! is flushed, so that a start has little to make up for. The index says up to which block; the leaves behind it are taken
//! from the log.

use super::trees::TreeFiles;
use super::{Block, ChainError, FLUSH_EVERY, Trees, note_prefix};
use crate::forest::{Forest, ForestError, ForestTiles, Shape};
use crate::log::disk::Disk;
use crate::log::segment::SegmentLog;
use crate::state::note::{NoteFiles, NoteForest};
use crate::state::record::Count;
use crate::state::{State, StateError, keys};
use crate::store::{Batch, Height, Store};
use crate::tx::made_note;
use ark_bn254::Fr;
use luyin_protocol::codec::Canonical;
use luyin_protocol::field::TreeRoot;
use std::path::Path;
use std::sync::Arc;

/// The files of the forest after block `before`, for the epoch that the next one makes; none where they are written.
pub(super) fn of_epoch(
    state: &mut State<'_>,
    trees: &Trees,
    before: Height,
) -> Result<Option<TreeFiles>, StateError> {
    Ok(note_down(state, trees, before)?.then(|| trees.note_files()))
}

/// The files that a block writes, of those that it leaves behind.
pub(super) fn of_block(
    state: &mut State<'_>,
    trees: &Trees,
    height: Height,
    grown: Vec<TreeFiles>,
) -> Result<Vec<TreeFiles>, StateError> {
    let fills = grown.iter().any(TreeFiles::fills_a_tile);
    let flushed = height.get().is_multiple_of(FLUSH_EVERY);
    if !(fills || flushed) || !note_down(state, trees, height)? {
        return Ok(Vec::new());
    }
    Ok(if fills {
        grown
    } else {
        vec![trees.note_files()]
    })
}

/// Has the index say that the files reach up to a block; says whether they did not before.
fn note_down(state: &mut State<'_>, trees: &Trees, height: Height) -> Result<bool, StateError> {
    let notes = state.note_forest()?.notes;
    let written = state.get(&keys::note_files())?;
    if written.is_some_and(|files| files.notes == notes) {
        return Ok(false);
    }
    let open_root = TreeRoot::from_value(trees.notes().open().root());
    let files = NoteFiles {
        height,
        notes,
        open_root,
    };
    state.put(&keys::note_files(), &files);
    Ok(true)
}

/// What the index says; one of an earlier version says nothing, and has the files of its newest block.
pub(super) fn written(store: &dyn Store, newest: Height) -> Result<NoteFiles, ChainError> {
    let state = State::new(store);
    let cell = keys::note_files();
    if let Some(files) = state.get(&cell)? {
        return Ok(files);
    }
    let NoteForest {
        notes, open_root, ..
    } = state.note_forest()?;
    let files = NoteFiles {
        height: newest,
        notes,
        open_root,
    };
    let mut batch = Batch::local();
    batch.put(cell.bytes(), files.to_vec())?;
    store.apply(&batch)?;
    Ok(files)
}

/// The forest of a state: from its files as far as they reach, and from the log behind them.
pub(super) fn restore(
    state: &State<'_>,
    files: &NoteFiles,
    newest: Height,
    disk: &Arc<dyn Disk>,
    dir: &Path,
    segments: &SegmentLog,
) -> Result<Forest, ChainError> {
    let expected = state.note_forest()?;
    let (tree, size) = files.open_tree();
    let closed = usize::try_from(tree).map_err(|_| ForestError::Range)?;
    let closed = expected.closed.get(..closed).ok_or(ForestError::Range)?;
    let open = ForestTiles::new(
        Arc::clone(disk),
        dir.join(note_prefix(tree)),
        Shape::NETWORK,
    );
    let open = open.restore(size, files.open_root.value())?;
    let closed = closed.iter().map(TreeRoot::value).collect();
    let mut forest = Forest::restore(closed, open);
    let behind = notes_of(segments, files.height, newest)?;
    forest.append(&behind)?;
    let behind = u64::try_from(behind.len()).map_err(|_| ForestError::Range)?;
    if NoteForest::of(&forest, files.notes.plus(behind)) == expected {
        Ok(forest)
    } else {
        Err(ForestError::Root.into())
    }
}

/// The notes that the blocks behind `after` made, up to the newest.
fn notes_of(segments: &SegmentLog, after: Height, newest: Height) -> Result<Vec<Fr>, ChainError> {
    let mut notes = Vec::new();
    for record in segments.reader().records(after.get().saturating_add(1)) {
        let record = record?;
        let height = record.sequence();
        if height > newest.get() {
            break;
        }
        let block = Block::from_record(record.payload());
        let block = block.map_err(|source| ChainError::Record { height, source })?;
        let made = block.transactions.iter().filter_map(made_note);
        notes.extend(made.map(|cm| cm.value()));
    }
    Ok(notes)
}

/// What the founding block says: there is no leaf, hence no file.
pub(super) fn of_genesis() -> NoteFiles {
    NoteFiles {
        height: Height::new(0),
        notes: Count::new(0),
        open_root: TreeRoot::from_value(Trees::empty().notes().open().root()),
    }
}
