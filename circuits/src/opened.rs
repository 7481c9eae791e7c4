//! A note as its holder opens it: the beginning of check-in, absorb and pass.

use crate::curve::Fr;
use crate::gadgets::{FIELDS, Field, NoteVar, Path, StateVar, commit, hash, membership, pack};
use crate::r1cs::{Num, System};
use luyin_protocol::field::{EpochRoot, ItineraryDigest, NoteCommitment};
use luyin_protocol::hash::Tag;
use luyin_protocol::note::{IdentitySecret, Note, NoteState, commitment};

/// Levels from a note commitment to the epoch root (protocol 5.1).
pub const NOTE_LEVELS: usize = 14;
/// Levels of an attestation tree.
pub const ATTESTATION_LEVELS: usize = 12;

/// The epoch root that a note of the secret's owner leads to; none where the path breaks.
///
/// The owner is recomputed from the secret, never taken from the note: that is what makes the
/// note the holder's own.
pub(crate) fn root_of(
    sk: &IdentitySecret,
    note: &Note,
    path: &Path<NOTE_LEVELS>,
) -> Option<EpochRoot> {
    let digest = note.itinerary.digest();
    let cm = commitment(
        sk.owner(),
        note.rh,
        note.state.pack(),
        digest,
        note.rho,
        note.r,
    );
    path.root(cm.value()).map(EpochRoot::from_value)
}

/// The commitment of the successor (protocol 5.3): `owner` and `rh` equal, `rho' = nf`.
pub(crate) fn successor(
    sk: &IdentitySecret,
    note: &Note,
    state: &NoteState,
    digest: ItineraryDigest,
    r_new: Fr,
) -> NoteCommitment {
    let nf = sk.nullifier(note.rho).value();
    commitment(sk.owner(), note.rh, state.pack(), digest, nf, r_new)
}

/// The private columns of a note that is opened.
pub(crate) struct Opened {
    pub(crate) sk: Num,
    pub(crate) note: NoteVar,
    pub(crate) state: StateVar,
}

impl Opened {
    /// Clause a: `owner = H_Owner(sk)`, the commitment leads to `root`. `digest` is the caller's,
    /// since a pass makes it from the bitmaps and the others carry it.
    pub(crate) fn open(
        cs: &mut System,
        secret: &IdentitySecret,
        held: &Note,
        state: StateVar,
        digest: impl FnOnce(&mut System) -> Num,
        path: &Path<NOTE_LEVELS>,
        root: &Num,
    ) -> Self {
        let [sk, rh, rho, r] = cs.within("private", |cs| {
            [secret.expose(), held.rh.expose(), held.rho, held.r].map(|x| cs.witness(x))
        });
        let owner = cs.within("owner", |cs| hash(cs, Tag::Owner, &[&sk]));
        let digest = digest(cs);
        let note = NoteVar {
            owner,
            rh,
            digest,
            rho,
            r,
        };
        let packed = pack(&state.nums());
        let cm = commit(cs, &note, &packed);
        let reached = cs.within("path", |cs| membership(cs, &cm, path));
        cs.within("root", |cs| cs.enforce_equal(&reached, root));
        Self { sk, note, state }
    }

    /// Clause b: `nf = H_Nullifier(sk, rho)`.
    pub(crate) fn nullify(&self, cs: &mut System, nf: &Num) {
        let computed = cs.within("nf", |cs| {
            hash(cs, Tag::Nullifier, &[&self.sk, &self.note.rho])
        });
        cs.within("equal", |cs| cs.enforce_equal(&computed, nf));
    }

    /// Protocol 5.3: the successor carries `owner`, `rh`, `rho' = nf`, the fields and the digest
    /// it is given, and a free `r'`; its commitment is `cm_new`.
    pub(crate) fn succeed(
        self,
        cs: &mut System,
        fields: &[Num; FIELDS],
        digest: Num,
        nf: &Num,
        r_new: Fr,
        cm_new: &Num,
    ) {
        let r = cs.within("private", |cs| cs.witness(r_new));
        let note = NoteVar {
            digest,
            rho: nf.clone(),
            r,
            ..self.note
        };
        let packed = pack(fields);
        let computed = commit(cs, &note, &packed);
        cs.within("equal", |cs| cs.enforce_equal(&computed, cm_new));
    }

    /// A field of the old state.
    pub(crate) fn field(&self, field: Field) -> Num {
        self.state.num(field)
    }
}

/// The day of a slot in bits: all but the lowest.
pub(crate) fn day_of_slot(bits: &[crate::r1cs::Bit]) -> Num {
    Num::packed(bits.iter().skip(1))
}
