use super::{Demands, Private, Public};
use crate::opened::root_of;
use crate::statement::clauses;
use luyin_protocol::note::{DayStatus, HISTORY_DAYS, History, Mask, NoteState};

clauses! { "5.6":
    A "the note is in the tree and its owner's";
    B "the packed policy has no bit beyond its fields";
    C "the newest check-in is recent enough";
    D "enough normal days in window A, nothing worse in window B";
    E "a recent negative test or enough doses, where either is demanded";
    F "reading and itinerary are recent enough";
    G "a fresh re-enrolment shows enough normal days";
    H "no visited region is on the risk list";
    I "the name is the holder's in the scope";
    J "the tag is of the handle, the day and the scope";
    K "the mask is the note's where it is shown, else zero";
}

/// The native check. Clause l holds of every value.
pub(super) fn check(public: &Public, private: &Private) -> Result<(), Clause> {
    let demand = |held: bool, clause| if held { Ok(()) } else { Err(clause) };
    let Private { sk, note, path } = private;
    demand(root_of(sk, note, path) == Some(public.root), Clause::A)?;
    let policy = Demands::unpack(public.policy).ok_or(Clause::B)?;
    check_policy(&policy, &note.state)?;
    demand(!note.itinerary.meets(&public.risk), Clause::H)?;
    demand(public.nym == private.nym(public.scope), Clause::I)?;
    demand(
        public.rtag == private.tag(public.day, public.scope),
        Clause::J,
    )?;
    let mask = if policy.show_mask {
        note.state.mask
    } else {
        Mask::default()
    };
    demand(public.mask_out == mask, Clause::K)
}

/// Clauses c to g: what a wallet also asks to explain a colour.
fn check_policy(policy: &Demands, state: &NoteState) -> Result<(), Clause> {
    let demand = |held: bool, clause| if held { Ok(()) } else { Err(clause) };
    demand(state.slot.get() >= policy.min_slot, Clause::C)?;
    let normal = normal_days(state.history, policy.window_a);
    let clean = days(policy.window_b).all(|i| state.history.at(i) < DayStatus::Unwell);
    demand(normal >= policy.min_normal.into() && clean, Clause::D)?;
    let test = policy.accept_test && state.test_ok && state.test_day.get() >= policy.min_test_day;
    let doses = policy.accept_doses && (state.dose_count & 15) >= policy.min_doses;
    let demanded = policy.accept_test || policy.accept_doses;
    demand(!demanded || test || doses, Clause::E)?;
    let reading = state.reading_day.get() >= policy.min_reading_day;
    let itinerary = state.itin_day.get() >= policy.min_itin_day;
    demand(reading && itinerary, Clause::F)?;
    let fresh = state.fresh_day.get() >= policy.fresh_from;
    let all = normal_days(state.history, u16::MAX);
    demand(!fresh || all >= policy.fresh_normal.into(), Clause::G)
}

fn days(window: u16) -> impl Iterator<Item = usize> {
    (0..HISTORY_DAYS).filter(move |i| window >> i & 1 == 1)
}

fn normal_days(history: History, window: u16) -> usize {
    days(window)
        .filter(|i| history.at(*i) == DayStatus::Normal)
        .count()
}
