use super::{Private, Public};
use crate::opened::{root_of, successor};
use crate::statement::clauses;
use luyin_protocol::note::MAX_SLEEP;

clauses! { "5.4":
    A "the note is in the tree and its owner's";
    B "the nullifier is the note's";
    C "the answers are in their ranges";
    D "the slot is later, or the same with a worse status";
    F "the new note has the slot and the history of clause e and changes nothing else";
    G "the disclosure is of the holder's name, the day's status and the slot";
    H "the tag is of the handle and the slot";
    J "the note has not slept longer than a note may";
}

/// The native check. Clause e says what the new history is and cannot itself be broken: a new
/// note with another history breaks clause f. Clause i holds of every value.
pub(super) fn check(public: &Public, private: &Private) -> Result<(), Clause> {
    let demand = |held: bool, clause| if held { Ok(()) } else { Err(clause) };
    let Private {
        sk,
        note,
        path,
        r_new,
        answers,
        ..
    } = private;
    demand(root_of(sk, note, path) == Some(public.root), Clause::A)?;
    demand(public.nf == sk.nullifier(note.rho), Clause::B)?;
    demand((300..=450).contains(&answers.temperature), Clause::C)?;
    let status = answers.status(&public.thresholds);
    let worsens = status > note.state.history.at(0);
    let later = public.slot > note.state.slot;
    demand(
        later || (public.slot == note.state.slot && worsens),
        Clause::D,
    )?;
    let state = private.new_state(public.slot, &public.thresholds);
    let cm_new = successor(sk, note, &state, note.itinerary.digest(), *r_new);
    demand(public.cm_new == cm_new, Clause::F)?;
    demand(public.disclosure == private.disclosure(&state), Clause::G)?;
    demand(public.ctag == private.tag(public.slot), Clause::H)?;
    let slept = public.slot.get().saturating_sub(note.state.slot.get());
    demand(slept <= MAX_SLEEP, Clause::J)
}
