//! Random notes and policies about one day.

use crate::wallet::clause::{Looked, findings};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{History, Mask, NoteState};
use luyin_protocol::policy::Predicates;
use luyin_protocol::region::RegionIndex;
use luyin_protocol::risk::RiskList;
use luyin_protocol::time::{Day, Slot};
use rand::Rng as _;
use rand::rngs::StdRng;

pub(crate) const TODAY: u16 = 20_000;

/// Near the notes, so that each of its demands decides now and then.
pub(crate) fn policy(rng: &mut StdRng) -> Predicates {
    let window_a = rng.gen_range(0..1 << 14);
    let age = |rng: &mut StdRng| rng.r#gen::<bool>().then(|| rng.gen_range(0..5));
    Predicates {
        slot_lag: rng.gen_range(0..29),
        min_normal: rng.gen_range(0..=u8::try_from(u16::count_ones(window_a)).unwrap().min(3)),
        window_a,
        window_b: if rng.r#gen() { 0 } else { rng.gen_range(0..8) },
        max_test_age: age(rng),
        min_doses: rng.r#gen::<bool>().then(|| rng.gen_range(1..4)),
        max_reading_age: age(rng).filter(|_| rng.r#gen()),
        max_itinerary_age: age(rng).filter(|_| rng.r#gen()),
        fresh_horizon: rng.gen_range(0..10),
        fresh_normal: rng.gen_range(0..5),
        show_mask: rng.r#gen(),
    }
}

/// Mostly healthy, so that each clause decides now and then.
pub(crate) fn state(rng: &mut StdRng) -> NoteState {
    let recent = |rng: &mut StdRng| match rng.gen_range(0..6) {
        0 => Day::new(0),
        _ => Day::new(TODAY - rng.gen_range(0..6)),
    };
    let days = (0..14).fold(0, |bits, i| {
        let status = [1, 1, 1, 1, 1, 1, 0, 2, 3][rng.gen_range(0..9)];
        bits | status << (2 * i)
    });
    NoteState {
        slot: Slot::new(u32::from(TODAY) * 2 + 1 - rng.gen_range(0..12)),
        history: History::from_bits(days).unwrap(),
        test_day: recent(rng),
        test_ok: rng.r#gen(),
        dose_count: rng.gen_range(0..5),
        dose_day: recent(rng),
        reading_day: recent(rng),
        itin_day: recent(rng),
        fresh_day: recent(rng),
        mask: Mask::from_bits(rng.r#gen()),
    }
}

pub(crate) fn few_regions(rng: &mut StdRng) -> Itinerary {
    let some = (0..rng.gen_range(0..3)).map(|_| RegionIndex::new(rng.gen_range(0..12)).unwrap());
    Itinerary::from_regions(some)
}

/// Whether every clause holds.
pub(crate) fn meets(
    policy: &Predicates,
    state: &NoteState,
    itinerary: &Itinerary,
    list: &RiskList,
    day: Day,
) -> bool {
    let note = Looked { state, itinerary };
    let found = findings(policy, note, Some(list), day);
    found.iter().all(|finding| finding.met)
}
