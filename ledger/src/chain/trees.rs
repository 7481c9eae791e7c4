//! The Poseidon trees as they stand in memory: the note forest and the live days' attestation trees.

use super::ChainError;
use crate::forest::{FinishedTile, Forest, ForestError, ForestTiles, Shape, Tree};
use crate::log::disk::Disk;
use crate::state::attestation::{DayTree, Standing, Touch, is_live_day};
use crate::state::note::NoteForest;
use crate::state::record::Count;
use crate::state::{State, keys};
use ark_bn254::Fr;
use luyin_protocol::field::{AttestationRoot, NoteCommitment};
use luyin_protocol::hash::empty_leaf;
use luyin_protocol::time::Day;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The trees after a block. Cheap to copy: a block copies only the trees that it changes.
#[derive(Clone, Debug)]
pub struct Trees {
    notes: Arc<Forest>,
    days: BTreeMap<Day, Arc<Tree>>,
}

/// What a block leaves to be written of one tree.
#[derive(Debug)]
pub struct TreeFiles {
    prefix: PathBuf,
    tree: Arc<Tree>,
    finished: Vec<FinishedTile>,
}

impl TreeFiles {
    /// Writes the tree's files below `dir`.
    pub fn write(&self, disk: &Arc<dyn Disk>, dir: &Path) -> Result<(), ForestError> {
        let Self {
            prefix,
            tree,
            finished,
        } = self;
        ForestTiles::new(Arc::clone(disk), dir.join(prefix), Shape::NETWORK).write(tree, finished)
    }

    /// Whether the block filled a tile.
    pub(super) fn fills_a_tile(&self) -> bool {
        !self.finished.is_empty()
    }

    /// Where the tree has its files.
    pub(super) fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The partial file of the newest tile, unless that is full.
    pub(super) fn partial_file(&self) -> Option<PathBuf> {
        let file = ForestTiles::partial_name(Shape::NETWORK, &self.tree)?;
        Some(self.prefix.join(file))
    }

    /// Directories of the partial files of tiles that this block filled.
    pub(super) fn filled(&self) -> impl Iterator<Item = PathBuf> {
        let directory = |tile: &FinishedTile| ForestTiles::partial_directory(tile.index());
        self.finished
            .iter()
            .map(move |tile| self.prefix.join(directory(tile)))
    }
}

/// Where a tree of the note forest has its files.
#[must_use]
pub fn note_prefix(tree: u64) -> PathBuf {
    PathBuf::from(format!("note/{tree}"))
}

/// Where a revision of a day's attestation tree has its files: a file never changes, so each revision has its own.
#[must_use]
pub fn day_prefix(day: Day, revision: Count) -> PathBuf {
    PathBuf::from(format!("att/{day}/{revision}"))
}

impl Trees {
    /// No leaves at all.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            notes: Arc::new(Forest::new(Shape::NETWORK)),
            days: BTreeMap::new(),
        }
    }

    /// The trees of a state: the note forest as given, those of the days from their files below `dir`.
    pub(super) fn restore(
        state: &State<'_>,
        today: Day,
        notes: Forest,
        disk: &Arc<dyn Disk>,
        dir: &Path,
    ) -> Result<Self, ChainError> {
        let mut days = BTreeMap::new();
        for (day, record) in state.live_day_trees(today)? {
            let prefix = dir.join(day_prefix(day, record.revision));
            let files = ForestTiles::new(Arc::clone(disk), prefix, Shape::NETWORK);
            let tree = files.restore(record.leaves.get(), record.root.value())?;
            days.insert(day, Arc::new(tree));
        }
        Ok(Self {
            notes: Arc::new(notes),
            days,
        })
    }

    /// The files of the newest note tree as it is, without tiles that were full before.
    pub(super) fn note_files(&self) -> TreeFiles {
        TreeFiles {
            prefix: note_prefix(self.notes.newest()),
            tree: Arc::new(self.notes.open().clone()),
            finished: Vec::new(),
        }
    }

    /// The note forest.
    #[must_use]
    pub fn notes(&self) -> &Forest {
        &self.notes
    }

    /// A day's attestation tree.
    #[must_use]
    pub fn day(&self, day: Day) -> Option<&Tree> {
        self.days.get(&day).map(Arc::as_ref)
    }

    /// Gives the forest a block's commitments and the state the forest's roots.
    pub(super) fn grow_notes(
        &mut self,
        state: &mut State<'_>,
        notes: &[NoteCommitment],
    ) -> Result<Vec<TreeFiles>, ChainError> {
        if notes.is_empty() {
            return Ok(Vec::new());
        }
        let before = state.note_forest()?.notes;
        let count = u64::try_from(notes.len()).map_err(|_| ForestError::Full)?;
        let leaves: Vec<Fr> = notes.iter().map(NoteCommitment::value).collect();
        let forest = Arc::make_mut(&mut self.notes);
        let mut files = Vec::new();
        let mut rest = leaves.as_slice();
        while !rest.is_empty() {
            // Up to the end of one tree at a time: a tree that closes has to be written before it is let go.
            let room = match forest.open().room() {
                0 => Shape::NETWORK.capacity(),
                room => room,
            };
            let most = usize::try_from(room).unwrap_or(usize::MAX);
            let (now, later) = rest.split_at(rest.len().min(most));
            let finished = forest.append(now)?;
            files.push(TreeFiles {
                prefix: note_prefix(forest.newest()),
                tree: Arc::new(forest.open().clone()),
                finished: finished
                    .iter()
                    .map(|placed| placed.tile().clone())
                    .collect(),
            });
            rest = later;
        }
        let record = NoteForest::of(forest, before.plus(count));
        state.put(&keys::note_forest(), &record);
        Ok(files)
    }

    /// Makes the trees of the days that a block touched, and gives the state their roots.
    pub(super) fn make_days(
        &mut self,
        state: &mut State<'_>,
        days: BTreeMap<Day, Touch>,
        today: Day,
    ) -> Result<Vec<TreeFiles>, ChainError> {
        let mut files = Vec::new();
        for (day, touch) in days {
            let record = state.get(&keys::day_tree(day))?;
            let mut record = record.ok_or(ForestError::Range)?;
            let (tree, finished) = match touch {
                Touch::Grown(leaves) => self.grown(day, &leaves)?,
                Touch::Rebuilt => {
                    record.revision = record.revision.plus(1);
                    rebuilt(state, day)?
                }
            };
            record.root = AttestationRoot::from_value(tree.root());
            state.put_day_tree(day, &record);
            files.push(day_files(day, &record, Arc::clone(&tree), finished));
            self.days.insert(day, tree);
        }
        self.days.retain(|day, _| is_live_day(*day, today));
        Ok(files)
    }

    fn grown(
        &self,
        day: Day,
        leaves: &[luyin_protocol::field::AttestationLeaf],
    ) -> Result<(Arc<Tree>, Vec<FinishedTile>), ForestError> {
        let mut tree = match self.days.get(&day) {
            Some(tree) => tree.as_ref().clone(),
            None => Tree::new(Shape::NETWORK),
        };
        let leaves: Vec<Fr> = leaves.iter().map(|leaf| leaf.value()).collect();
        let finished = tree.append(&leaves)?;
        Ok((Arc::new(tree), finished))
    }
}

/// All leaves of a day at their places, the empty leaf where one is withdrawn.
fn rebuilt(state: &State<'_>, day: Day) -> Result<(Arc<Tree>, Vec<FinishedTile>), ChainError> {
    let leaves = state.all(&keys::leaves(day))?;
    let value = |standing, leaf: Fr| match standing {
        Standing::Live => leaf,
        Standing::Withdrawn => empty_leaf(),
    };
    let leaves: Vec<Fr> = leaves
        .into_iter()
        .map(|(_, stated)| value(stated.standing, stated.leaf.value()))
        .collect();
    let mut tree = Tree::new(Shape::NETWORK);
    let finished = tree.append(&leaves)?;
    Ok((Arc::new(tree), finished))
}

fn day_files(
    day: Day,
    record: &DayTree,
    tree: Arc<Tree>,
    finished: Vec<FinishedTile>,
) -> TreeFiles {
    TreeFiles {
        prefix: day_prefix(day, record.revision),
        tree,
        finished,
    }
}
