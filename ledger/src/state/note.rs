//! Spent notes, and how far the note forest has grown.

use super::record::{Count, records};
use super::{State, StateError, keys};
use crate::forest::{Forest, LeafPosition, Shape};
use crate::log::merkle::EntryIndex;
use crate::store::Height;
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use luyin_protocol::field::{NoteCommitment, Nullifier, TreeRoot};
use luyin_protocol::signature::Sha256Hash;

/// Trees that a forest can have: what a count of the codec holds.
const MAX_TREES: usize = 65_535;

impl Canonical for LeafPosition {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.tree()).u64(self.index());
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self::new(r.u64("a tree")?, r.u64("a leaf")?))
    }
}

records! {
    /// The transaction that spent a note.
    Spend {
        /// Its entry, which carries the next note sealed to its owner.
        entry: EntryIndex,
        /// Where the next note stands.
        next: LeafPosition,
    }
}

records! {
    /// How far the note forest's files reach that are sure to be there: those of the forest after a block.
    NoteFiles {
        /// The block.
        height: Height,
        /// Leaves in all trees together after it.
        notes: Count,
        /// Root of the tree that was open then.
        open_root: TreeRoot,
    }
}

impl NoteFiles {
    /// Number and size of the tree that was open then. A full tree stays open until the next leaf comes.
    #[must_use]
    pub fn open_tree(&self) -> (u64, u64) {
        let capacity = Shape::NETWORK.capacity();
        let notes = self.notes.get();
        let tree = notes.saturating_sub(1) / capacity;
        (tree, notes.saturating_sub(tree.saturating_mul(capacity)))
    }
}

/// Size and roots of the note forest after a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteForest {
    /// Leaves in all trees together.
    pub notes: Count,
    /// Leaves of the open tree.
    pub open_size: Count,
    /// Its root.
    pub open_root: TreeRoot,
    /// Roots of the closed trees, oldest first.
    pub closed: Vec<TreeRoot>,
}

impl NoteForest {
    /// Describes a forest.
    #[must_use]
    pub fn of(forest: &Forest, notes: Count) -> Self {
        Self {
            notes,
            open_size: Count::new(forest.open().size()),
            open_root: TreeRoot::from_value(forest.open().root()),
            closed: forest
                .closed()
                .iter()
                .copied()
                .map(TreeRoot::from_value)
                .collect(),
        }
    }

    /// What headers and checkpoints name it by (clause 7.6).
    #[must_use]
    pub fn digest(&self) -> Sha256Hash {
        let mut w = Writer::default();
        w.raw(b"luyin/v1/notes\0").value(self);
        Sha256Hash::of(&w.finish())
    }
}

impl Canonical for NoteForest {
    fn encode(&self, w: &mut Writer) {
        let Self {
            notes,
            open_size,
            open_root,
            closed,
        } = self;
        w.value(notes)
            .value(open_size)
            .value(open_root)
            .sequence(closed);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            notes: r.value()?,
            open_size: r.value()?,
            open_root: r.value()?,
            closed: r.sequence(MAX_TREES, "closed trees")?,
        })
    }
}

impl State<'_> {
    /// The note forest after the newest block.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn note_forest(&self) -> Result<NoteForest, StateError> {
        let found = self.get(&keys::note_forest())?;
        found.ok_or(StateError::Contradiction("no note forest"))
    }

    /// The transaction that spent a note, if it is spent.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn spend(&self, nf: Nullifier) -> Result<Option<Spend>, StateError> {
        self.get(&keys::spend(nf))
    }

    /// Takes a commitment for the forest, which grows at the end of the block; tells where it will stand.
    pub(crate) fn append_note(&mut self, cm: NoteCommitment) -> Result<LeafPosition, StateError> {
        let before = self.note_forest()?.notes;
        let waiting = u64::try_from(self.notes.len()).map_err(|_| StateError::Full("notes"))?;
        let number = before.plus(waiting).get();
        self.notes.push(cm);
        let capacity = Shape::NETWORK.capacity();
        Ok(LeafPosition::new(number / capacity, number % capacity))
    }

    pub(crate) fn put_spend(&mut self, nf: Nullifier, spend: &Spend) {
        self.put(&keys::spend(nf), spend);
    }
}
