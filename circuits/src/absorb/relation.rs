use super::{Attested, Private, Public};
use crate::opened::{root_of, successor};
use crate::statement::clauses;
use ark_ff::Zero;
use luyin_protocol::attestation::AttestationKind as Kind;
use luyin_protocol::field::AttestationRoot;
use luyin_protocol::note::NoteState;

clauses! { "5.5":
    A "the note is in the tree and its owner's";
    B "the nullifier is the note's";
    C "the attestation is in its tree and bound to the owner";
    D "the attestation is well formed and not of the future";
    E "the attestation is newer than what the note has";
    G "the new note takes over what clause f says and changes nothing else";
}

/// The native check. Clause f says what is taken over and cannot itself be broken: a new note
/// with anything else breaks clause g.
pub(super) fn check(public: &Public, private: &Private) -> Result<(), Clause> {
    let demand = |held: bool, clause| if held { Ok(()) } else { Err(clause) };
    let Private {
        sk,
        note,
        path,
        r_new,
        attested,
        att_path,
    } = private;
    demand(root_of(sk, note, path) == Some(public.root), Clause::A)?;
    demand(public.nf == sk.nullifier(note.rho), Clause::B)?;
    let att_root = att_path.root(attested.leaf(sk).value());
    demand(
        att_root.map(AttestationRoot::from_value) == Some(public.att_root),
        Clause::C,
    )?;
    demand(
        well_formed(attested) && attested.day <= public.now_day,
        Clause::D,
    )?;
    demand(newer(attested, &note.state), Clause::E)?;
    let (state, digest) = (private.new_state(), private.new_digest());
    let cm_new = successor(sk, note, &state, digest, *r_new);
    demand(public.cm_new == cm_new, Clause::G)
}

fn well_formed(attested: &Attested) -> bool {
    let value = attested.value & 15;
    match attested.kind {
        Kind::Test => value <= 1 && attested.body1.is_zero(),
        Kind::Vaccination => attested.body1.is_zero(),
        Kind::Itinerary => value == 0,
        Kind::Reading => matches!(value, 1 | 3) && attested.body1.is_zero(),
    }
}

fn newer(attested: &Attested, old: &NoteState) -> bool {
    let day = attested.day;
    match attested.kind {
        Kind::Test => day >= old.test_day,
        Kind::Vaccination => day > old.dose_day,
        Kind::Itinerary => day > old.itin_day,
        Kind::Reading => u32::from(day.get()) == old.slot.get() / 2,
    }
}
