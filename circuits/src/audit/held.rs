//! The forgers of what check-in, absorb and pass share: a note that is opened, and its nullifier.

use super::sample::{Sample, note_path};
use super::{Forge, Forger};
use crate::curve::Fr;
use crate::gadgets::Path;
use crate::opened::NOTE_LEVELS;
use ark_ff::UniformRand;
use luyin_protocol::field::EpochRoot;
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::note::{IdentitySecret, Note, RevocationHandle};

/// The note that a statement opens.
pub(crate) struct Held<'a> {
    pub(crate) sk: &'a mut IdentitySecret,
    pub(crate) note: &'a mut Note,
    pub(crate) path: &'a mut Path<NOTE_LEVELS>,
    pub(crate) root: &'a mut EpochRoot,
}

/// A statement that opens a note.
pub(crate) trait Holds: Sample {
    fn held<'a>(public: &'a mut Self::Public, private: &'a mut Self::Private) -> Held<'a>;

    /// Makes anew what else was made for the holder's secret, after it has changed.
    fn follow(_forge: &mut Forge<'_, Self>)
    where
        Self: Sized,
    {
    }
}

impl<S: Holds> Forge<'_, S> {
    pub(crate) fn held(&mut self) -> Held<'_> {
        S::held(&mut self.public, &mut self.private)
    }

    /// Puts the note, as it now is, into a tree.
    pub(crate) fn replant(&mut self) {
        let note = *self.held().note;
        let (path, root) = note_path(&note, &mut self.rng);
        let held = self.held();
        (*held.path, *held.root) = (path, root);
    }
}

fn tail(note: &Note) -> Fr {
    hash(
        Tag::NoteTail,
        &[note.itinerary.digest().value(), note.rho, note.r],
    )
}

/// Each makes the circuit take a note for one that it is not.
pub(crate) fn note_forgers<S: Holds>() -> Vec<Forger<S>> {
    let untrue = Forger::<S>::untrue;
    vec![
        // A stranger's note.
        untrue("a/owner", |f| {
            let stranger = IdentitySecret::from_value(f.random());
            let held = f.held();
            let delta = held.sk.owner().value() - stranger.owner().value();
            *held.sk = stranger;
            S::follow(f);
            f.bend_one("a/owner", Tag::Owner, delta);
        }),
        // One's own note under another rho, and so another nullifier.
        untrue("a/tail", |f| {
            let rho = f.random();
            let note = f.held().note;
            let before = tail(note);
            note.rho = rho;
            let delta = before - tail(note);
            f.bend_one("a/tail", Tag::NoteTail, delta);
        }),
        // One's own note with another handle, which no notice knows.
        untrue("a/cm", |f| {
            let rh = RevocationHandle::from_value(f.random());
            let note = f.held().note;
            let before = note.commitment().value();
            note.rh = rh;
            let delta = before - note.commitment().value();
            f.bend_one("a/cm", Tag::Note, delta);
        }),
        // A note that is in no tree.
        untrue("a/path/among", |f| {
            let rh = RevocationHandle::from_value(f.random());
            f.held().note.rh = rh;
        }),
        // A note in a tree of one's own, which then passes for the ledger's.
        untrue("a/path/node", |f| {
            let root = *f.held().root;
            f.replant();
            let delta = root.value() - f.held().root.value();
            *f.held().root = root;
            f.bend(
                "a/path/node",
                Tag::Tree,
                (NOTE_LEVELS - 1, NOTE_LEVELS),
                delta,
            );
        }),
        untrue("a/root", |f| {
            let root = Fr::rand(&mut f.rng);
            *f.held().root = EpochRoot::from_value(root);
        }),
    ]
}
