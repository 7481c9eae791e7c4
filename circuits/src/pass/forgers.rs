use super::{Demands, PackedPolicy, Pass, Private, Public};
use crate::audit::sample::{TODAY, healthy, pass_of};
use crate::audit::{Answer, Forge, Forger, Held, Holds, Lie, note_forgers};
use crate::curve::Fr;
use ark_ff::Field;
use luyin_protocol::field::{Binding, Nym, RevocationTag};
use luyin_protocol::hash::Tag;
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{History, Mask, NoteState};
use luyin_protocol::region::RegionIndex;
use luyin_protocol::time::Day;

type F<'a, 'b> = &'a mut Forge<'b, Pass>;

impl Holds for Pass {
    fn held<'a>(public: &'a mut Public, private: &'a mut Private) -> Held<'a> {
        let Private { sk, note, path } = private;
        Held {
            sk,
            note,
            path,
            root: &mut public.root,
        }
    }
}

pub(crate) fn answers() -> Vec<Answer<Pass>> {
    let answer = |label, write: fn(&mut Public, Fr)| Answer {
        label,
        nth: 0,
        write,
    };
    vec![
        answer("i/equal", |p, x| p.nym = Nym::from_value(x)),
        answer("j/equal", |p, x| p.rtag = RevocationTag::from_value(x)),
    ]
}

/// Begins with a note and demands that it may or may not meet.
fn begin(f: F<'_, '_>, state: NoteState, demands: Demands) {
    (f.public, f.private) = pass_of(state, demands, &mut f.rng);
}

fn demanding(f: F<'_, '_>, demands: Demands) {
    begin(f, healthy(), demands);
}

fn power(n: i64) -> Fr {
    let power = Fr::from(2u64).pow([n.unsigned_abs()]);
    if n < 0 {
        power.inverse().expect("not zero")
    } else {
        power
    }
}

fn bend(f: F<'_, '_>, label: &str, tag: Tag) {
    let delta = f.random();
    f.bend_one(label, tag, delta);
}

const ONE_SLOT_LATE: Demands = Demands {
    min_slot: 2 * TODAY as u32 + 2,
    ..LENIENT
};
const LENIENT: Demands = Demands {
    min_slot: 0,
    min_normal: 0,
    window_a: 0,
    window_b: 0,
    accept_test: false,
    min_test_day: 0,
    accept_doses: false,
    min_doses: 0,
    min_reading_day: 0,
    min_itin_day: 0,
    fresh_from: u16::MAX,
    fresh_normal: 0,
    show_mask: false,
};
const TEST_TODAY: Demands = Demands {
    accept_test: true,
    min_test_day: TODAY,
    ..LENIENT
};
const THREE_DOSES: Demands = Demands {
    accept_doses: true,
    min_doses: 3,
    ..LENIENT
};
const ONE_NORMAL: Demands = Demands {
    min_normal: 1,
    window_a: 1,
    ..LENIENT
};
const FRESH: Demands = Demands {
    fresh_from: TODAY,
    fresh_normal: 14,
    ..LENIENT
};

fn blank_history(fresh_day: u16) -> NoteState {
    NoteState {
        history: History::default(),
        fresh_day: Day::new(fresh_day),
        ..healthy()
    }
}

/// A visited region, the sixth, and a risk list of it alone.
fn visit_a_risk_region(f: F<'_, '_>) {
    demanding(f, LENIENT);
    let region = Itinerary::from_regions(RegionIndex::new(5));
    f.private.note.itinerary = region;
    f.public.risk = region;
    f.replant();
}

pub(crate) fn forgers() -> Vec<Forger<Pass>> {
    let mut all = note_forgers();
    all.extend(opening());
    all.extend(history());
    all.extend(test_or_doses());
    all.extend(days_and_regions());
    all.extend(names());
    all
}

fn opening() -> Vec<Forger<Pass>> {
    let untrue = Forger::<Pass>::untrue;
    vec![
        // A visited region is left out.
        untrue("a/digest", |f| {
            let note = f.held().note;
            let before = note.itinerary.digest().value();
            note.itinerary = Itinerary::default();
            let delta = before - note.itinerary.digest().value();
            f.bend_one("a/digest", Tag::Itinerary, delta);
        }),
        // The slot borrows from the mask.
        untrue("b/state", |f| {
            demanding(f, ONE_SLOT_LATE);
            f.add("b/state", 0, Fr::from(1u64));
            f.add("b/state", 145, -power(-145));
        }),
        untrue("b/policy/sum", |f| {
            demanding(f, LENIENT);
            f.public.policy = PackedPolicy::from_value(f.public.policy.value() + power(139));
        }),
        // The least slot lends to the last flag.
        untrue("b/policy/bool", |f| {
            demanding(f, ONE_SLOT_LATE);
            f.add("b/policy/bool", 0, -Fr::from(1u64));
            f.add("b/policy/bool", 138, power(-138));
        }),
        untrue("c/sum", |f| demanding(f, ONE_SLOT_LATE)),
        untrue("c/bool", |f| {
            demanding(f, ONE_SLOT_LATE);
            f.stretch("c/bool", -Fr::from(1u64), 32);
        }),
    ]
}

fn history() -> Vec<Forger<Pass>> {
    let untrue = Forger::<Pass>::untrue;
    vec![
        untrue("d/normal", |f| {
            begin(f, blank_history(0), ONE_NORMAL);
            f.set("d/normal", 0, 1);
        }),
        untrue("d/window_a", |f| {
            begin(f, blank_history(0), ONE_NORMAL);
            f.set("d/window_a", 0, 1);
        }),
        untrue("d/window_a/sum", |f| begin(f, blank_history(0), ONE_NORMAL)),
        untrue("d/window_a/bool", |f| {
            begin(f, blank_history(0), ONE_NORMAL);
            f.stretch("d/window_a/bool", -Fr::from(1u64), 4);
        }),
        untrue("d/window_b", |f| {
            let feverish = History::from_bits(0b11).expect("28 bits");
            let state = NoteState {
                history: feverish,
                ..healthy()
            };
            begin(
                f,
                state,
                Demands {
                    window_b: 1,
                    ..LENIENT
                },
            );
        }),
        untrue("g/fresh/sum", |f| {
            begin(f, blank_history(TODAY), FRESH);
            f.set("g/fresh/bool", 16, 0);
        }),
        untrue("g/fresh/bool", |f| {
            begin(f, blank_history(TODAY), FRESH);
            f.set("g/fresh/bool", 16, 0);
            f.add("g/fresh/bool", 0, power(16));
        }),
        untrue("g/spare", |f| {
            begin(f, blank_history(TODAY), FRESH);
            f.set("g/spare", 0, 0);
        }),
        untrue("g/spare/sum", |f| begin(f, blank_history(TODAY), FRESH)),
        untrue("g/spare/bool", |f| {
            begin(f, blank_history(TODAY), FRESH);
            f.stretch("g/spare/bool", -Fr::from(14u64), 4);
        }),
    ]
}

fn test_or_doses() -> Vec<Forger<Pass>> {
    let untrue = Forger::<Pass>::untrue;
    vec![
        untrue("e/test_day/sum", |f| {
            demanding(f, TEST_TODAY);
            f.set("e/test_day/bool", 16, 1);
        }),
        untrue("e/test_day/bool", |f| {
            demanding(f, TEST_TODAY);
            f.set("e/test_day/bool", 16, 1);
            f.add("e/test_day/bool", 0, -power(16));
        }),
        untrue("e/doses/sum", |f| {
            demanding(f, THREE_DOSES);
            f.set("e/doses/bool", 4, 1);
        }),
        untrue("e/doses/bool", |f| {
            demanding(f, THREE_DOSES);
            f.set("e/doses/bool", 4, 1);
            f.add("e/doses/bool", 0, -power(4));
        }),
        untrue("e/test", |f| {
            demanding(f, TEST_TODAY);
            f.set("e/test", 1, 1);
        }),
        untrue("e/vaccinated", |f| {
            demanding(f, THREE_DOSES);
            f.set("e/vaccinated", 0, 1);
        }),
        untrue("e/neither", |f| {
            demanding(f, TEST_TODAY);
            f.set("e/neither", 0, 0);
        }),
        untrue("e/one holds", |f| demanding(f, TEST_TODAY)),
    ]
}

fn days_and_regions() -> Vec<Forger<Pass>> {
    let untrue = Forger::<Pass>::untrue;
    const READING: Demands = Demands {
        min_reading_day: TODAY - 2,
        ..LENIENT
    };
    const ITINERARY: Demands = Demands {
        min_itin_day: TODAY - 1,
        ..LENIENT
    };
    vec![
        untrue("f/reading/sum", |f| demanding(f, READING)),
        untrue("f/reading/bool", |f| {
            demanding(f, READING);
            f.stretch("f/reading/bool", -Fr::from(1u64), 16);
        }),
        untrue("f/itinerary/sum", |f| demanding(f, ITINERARY)),
        untrue("f/itinerary/bool", |f| {
            demanding(f, ITINERARY);
            f.stretch("f/itinerary/bool", -Fr::from(1u64), 16);
        }),
        untrue("h/visited", visit_a_risk_region),
        untrue("h/risk/sum", |f| {
            visit_a_risk_region(f);
            f.set("h/risk/bool", 5, 0);
        }),
        // The risk list names the region's neighbour twice over instead.
        untrue("h/risk/bool", |f| {
            visit_a_risk_region(f);
            f.set("h/risk/bool", 5, 0);
            f.add("h/risk/bool", 6, power(-1));
        }),
    ]
}

fn names() -> Vec<Forger<Pass>> {
    let untrue = Forger::<Pass>::untrue;
    vec![
        untrue("i/nym", |f| bend(f, "i/nym", Tag::Nym)),
        untrue("i/equal", |f| f.public.nym = Nym::from_value(f.random())),
        untrue("j/handle", |f| bend(f, "j/handle", Tag::RevDay)),
        untrue("j/tag", |f| bend(f, "j/tag", Tag::RevTag)),
        untrue("j/equal", |f| {
            f.public.rtag = RevocationTag::from_value(f.random())
        }),
        untrue("k", |f| {
            demanding(
                f,
                Demands {
                    show_mask: true,
                    ..LENIENT
                },
            );
            f.public.mask_out = Mask::from_bits(77);
        }),
        Forger {
            drops: "l",
            lie: Lie::Replayed,
            forge: |f| {
                let old = f.public.binding.value();
                f.public.binding = Binding::from_value(f.random());
                f.overrides.set("l", 0, old * old);
            },
        },
    ]
}
