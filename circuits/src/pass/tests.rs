use super::forgers::{answers, forgers};
use super::*;
use crate::audit::sample::{TODAY, demands, healthy, note_path, pass_of, state};
use crate::audit::{
    Tamper, Vary, check_every_label_has_a_forger, check_inputs_determine_the_witness,
    check_relation_and_circuit_agree, check_tampers_break_their_clause,
    check_the_forgery_end_to_end, other,
};
use crate::curve::Fr;
use crate::statement::Statement;
use ark_ff::Field;
use luyin_protocol::field::{Binding, EpochRoot, Nym, RevocationTag, Scope};
use luyin_protocol::note::{History, IdentitySecret, Mask, NoteState, RevocationHandle};
use luyin_protocol::time::{Day, Slot};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

#[test]
fn every_group_of_rows_has_a_forger_that_only_it_stops() {
    check_every_label_has_a_forger::<Pass>(&forgers(), &answers());
}

#[test]
fn the_declared_inputs_determine_the_witness() {
    check_inputs_determine_the_witness::<Pass>(&forgers().iter().map(|f| f.drops).collect());
}

#[test]
fn a_hidden_risk_region_is_believed_only_without_its_rows() {
    check_the_forgery_end_to_end(&forgers(), &answers(), "h/visited");
}

impl Vary for Pass {
    fn vary(public: &mut Public, private: &mut Private, rng: &mut StdRng) {
        let state = private.note.state;
        match rng.gen_range(0..6) {
            0 | 1 => {
                // Each bound off by one either way, so that equality and both sides occur.
                let mut policy = demands(&state, rng);
                policy.min_slot = policy.min_slot + 1 - rng.gen_range(0..2);
                policy.min_reading_day += rng.gen_range(0..2);
                policy.min_test_day += rng.gen_range(0..2);
                policy.accept_test = rng.r#gen();
                policy.min_doses = (policy.min_doses + rng.gen_range(0..2)) & 15;
                policy.fresh_normal = rng.gen_range(0..8);
                public.policy = policy.pack();
                public.mask_out = if policy.show_mask {
                    state.mask
                } else {
                    Mask::default()
                };
            }
            2 => {
                let mut visited = private.note.itinerary.regions();
                if rng.r#gen()
                    && let Some(region) = visited.next()
                {
                    public.risk.insert(region);
                }
            }
            3 => {
                public.mask_out = if rng.r#gen() {
                    state.mask
                } else {
                    Mask::default()
                }
            }
            4 => public.binding = Binding::from_value(other(public.binding.value())),
            _ => {
                let history = History::from_bits(rng.gen_range(0..1 << 28)).unwrap();
                private.note.state = NoteState { history, ..state };
                let (path, root) = note_path(&private.note, rng);
                (private.path, public.root) = (path, root);
            }
        }
    }
}

#[test]
fn the_relation_and_the_circuit_agree() {
    check_relation_and_circuit_agree::<Pass>();
}

/// A healthy note and demands that it just meets.
fn just_met(rng: &mut StdRng) -> (Public, Private) {
    let state = NoteState {
        fresh_day: Day::new(TODAY - 10),
        ..healthy()
    };
    let demands = Demands {
        min_slot: state.slot.get(),
        min_normal: 14,
        window_a: 0x3fff,
        window_b: 0x3fff,
        accept_test: true,
        min_test_day: state.test_day.get(),
        accept_doses: false,
        min_doses: 3,
        min_reading_day: state.reading_day.get(),
        min_itin_day: state.itin_day.get(),
        fresh_from: TODAY - 10,
        fresh_normal: 14,
        show_mask: true,
    };
    pass_of(
        NoteState {
            mask: Mask::new(9, 42).unwrap(),
            ..state
        },
        demands,
        rng,
    )
}

fn demand(public: &mut Public, change: fn(&mut Demands)) {
    let mut demands = Demands::unpack(public.policy).unwrap();
    change(&mut demands);
    public.policy = demands.pack();
}

/// The note as changed, in a tree of its own, so that only what it says is wrong.
fn hold(public: &mut Public, private: &mut Private, change: fn(&mut NoteState)) {
    change(&mut private.note.state);
    let (path, root) = note_path(&private.note, &mut StdRng::seed_from_u64(5));
    (private.path, public.root) = (path, root);
}

const TAMPERS: &[Tamper<Pass>] = &[
    (Clause::A, |p, _| {
        p.root = EpochRoot::from_value(other(p.root.value()))
    }),
    (Clause::A, |_, w| {
        w.sk = IdentitySecret::from_value(other(w.sk.expose()))
    }),
    (Clause::A, |_, w| w.note.r = other(w.note.r)),
    (Clause::A, |_, w| w.note.state.test_ok = false),
    (Clause::B, |p, _| {
        let beyond = Fr::from(2u64).pow([139]);
        p.policy = PackedPolicy::from_value(p.policy.value() + beyond);
    }),
    (Clause::C, |p, _| demand(p, |d| d.min_slot += 1)),
    (Clause::D, |p, w| {
        hold(p, w, |s| {
            s.history = History::from_bits(0x0555_5554).unwrap()
        })
    }),
    (Clause::D, |p, w| {
        demand(p, |d| d.min_normal = 13);
        hold(p, w, |s| {
            s.history = History::from_bits(0x0955_5555).unwrap()
        });
    }),
    (Clause::E, |p, w| hold(p, w, |s| s.test_ok = false)),
    (Clause::E, |p, _| demand(p, |d| d.min_test_day += 1)),
    (Clause::E, |p, _| {
        demand(p, |d| (d.accept_test, d.accept_doses) = (false, true))
    }),
    (Clause::F, |p, _| demand(p, |d| d.min_reading_day += 1)),
    (Clause::F, |p, _| demand(p, |d| d.min_itin_day += 1)),
    (Clause::G, |p, w| {
        demand(p, |d| (d.min_normal, d.window_b) = (13, 0));
        hold(p, w, |s| {
            s.history = History::from_bits(0x0955_5555).unwrap()
        });
    }),
    (Clause::H, |p, w| {
        p.risk.insert(w.note.itinerary.regions().next().unwrap())
    }),
    (Clause::I, |p, _| {
        p.nym = Nym::from_value(other(p.nym.value()))
    }),
    (Clause::I, |p, _| {
        p.scope = Scope::from_value(other(p.scope.value()))
    }),
    (Clause::J, |p, _| p.day = p.day.minus(1)),
    (Clause::J, |p, _| {
        p.rtag = RevocationTag::from_value(other(p.rtag.value()))
    }),
    (Clause::K, |p, _| p.mask_out = Mask::default()),
    (Clause::K, |p, _| demand(p, |d| d.show_mask = false)),
];

#[test]
fn each_tamper_breaks_the_clause_it_names() {
    check_tampers_break_their_clause::<Pass>(Clause::ALL, just_met, TAMPERS);
}

fn refused(public: &Public, private: &Private) -> Option<Clause> {
    let satisfied = crate::shape_of::<Pass>()
        .matrices()
        .are_satisfied_by(crate::assign::<Pass>(public, private).values());
    let verdict = Pass::check(public, private);
    assert_eq!(verdict.is_ok(), satisfied);
    verdict.err()
}

#[test]
fn a_pass_from_anothers_note_is_refused() {
    let mut rng = StdRng::seed_from_u64(1);
    let (public, theirs) = just_met(&mut rng);
    let mine = IdentitySecret::from_value(Fr::from(99u64));
    let private = Private { sk: mine, ..theirs };
    let claimed = Public {
        nym: private.nym(public.scope),
        ..public
    };
    assert_eq!(refused(&claimed, &private), Some(Clause::A));
    // Nor does writing oneself into the note help.
    let note = luyin_protocol::note::Note {
        owner: mine.owner(),
        ..private.note
    };
    assert_eq!(
        refused(&claimed, &Private { note, ..private }),
        Some(Clause::A)
    );
}

#[test]
fn a_hidden_risk_region_is_refused() {
    let mut rng = StdRng::seed_from_u64(2);
    let (mut public, mut private) = just_met(&mut rng);
    let visited = private.note.itinerary.regions().next().unwrap();
    public.risk.insert(visited);
    assert_eq!(refused(&public, &private), Some(Clause::H));
    // Leaving it out of the note's bitmap makes another note, which is in no tree.
    let others = private.note.itinerary.regions().filter(|r| *r != visited);
    private.note.itinerary = luyin_protocol::itinerary::Itinerary::from_regions(others);
    assert_eq!(refused(&public, &private), Some(Clause::A));
}

#[test]
fn an_expired_test_is_refused() {
    let mut rng = StdRng::seed_from_u64(3);
    let (mut public, mut private) = just_met(&mut rng);
    demand(&mut public, |d| d.min_test_day += 1);
    assert_eq!(refused(&public, &private), Some(Clause::E));
    private.note.state.test_day = private.note.state.test_day.plus(1);
    assert_eq!(refused(&public, &private), Some(Clause::A));
}

#[test]
fn a_note_older_than_the_policy_s_grace_is_refused() {
    let mut rng = StdRng::seed_from_u64(5);
    let (mut public, mut private) = just_met(&mut rng);
    demand(&mut public, |d| d.min_slot += 1);
    assert_eq!(refused(&public, &private), Some(Clause::C));
    private.note.state.slot = Slot::new(private.note.state.slot.get() + 1);
    assert_eq!(refused(&public, &private), Some(Clause::A));
}

#[test]
fn a_wrong_revocation_tag_is_refused() {
    let mut rng = StdRng::seed_from_u64(4);
    let (public, mut private) = just_met(&mut rng);
    let yesterday = Public {
        rtag: private.tag(public.day.minus(1), public.scope),
        ..public.clone()
    };
    assert_eq!(refused(&yesterday, &private), Some(Clause::J));
    let elsewhere = Scope::from_value(Fr::from(8u64));
    let elsewhere = Public {
        rtag: private.tag(public.day, elsewhere),
        ..public.clone()
    };
    assert_eq!(refused(&elsewhere, &private), Some(Clause::J));
    // Another handle than the note's is another note.
    private.note.rh = RevocationHandle::from_value(Fr::from(7u64));
    let unlisted = Public {
        rtag: private.tag(public.day, public.scope),
        ..public
    };
    assert_eq!(refused(&unlisted, &private), Some(Clause::A));
}

#[test]
fn demands_survive_packing_and_follow_the_protocols_table() {
    let mut rng = StdRng::seed_from_u64(6);
    for _ in 0..64 {
        let demands = demands(&state(&mut rng), &mut rng);
        assert_eq!(Demands::unpack(demands.pack()), Some(demands));
    }
    let predicates = luyin_protocol::policy::Predicates {
        slot_lag: 1,
        min_normal: 3,
        window_a: 0x3fff,
        window_b: 0x2001,
        max_test_age: Some(7),
        min_doses: Some(2),
        max_reading_age: Some(4),
        max_itinerary_age: Some(2),
        fresh_horizon: 30,
        fresh_normal: 7,
        show_mask: true,
    };
    let packed = PackedPolicy::from_value(predicates.pack(Day::new(20_000)));
    let expected = Demands {
        min_slot: 39_999,
        min_normal: 3,
        window_a: 0x3fff,
        window_b: 0x2001,
        accept_test: true,
        min_test_day: 19_993,
        accept_doses: true,
        min_doses: 2,
        min_reading_day: 19_996,
        min_itin_day: 19_998,
        fresh_from: 19_970,
        fresh_normal: 7,
        show_mask: true,
    };
    assert_eq!(Demands::unpack(packed), Some(expected));
}
