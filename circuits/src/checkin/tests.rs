use super::forgers::{answers, forgers};
use super::*;
use crate::audit::sample::{answers as any_answers, checkin_of, healthy, note_path};
use crate::audit::{
    Tamper, Vary, check_every_label_has_a_forger, check_inputs_determine_the_witness,
    check_relation_and_circuit_agree, check_tampers_break_their_clause,
    check_the_forgery_end_to_end, other,
};
use crate::curve::Fr;
use crate::statement::Statement;
use luyin_protocol::field::{
    CheckinTag, Disclosure, EpochRoot, NoteCommitment, Nullifier, Scope, SealedHash,
};
use luyin_protocol::note::{
    DayStatus, History, IdentitySecret, MAX_SLEEP, MAX_SLEEP_DAYS, Mask, NoteState,
    RevocationHandle, commitment,
};
use luyin_protocol::policy::Thresholds;
use luyin_protocol::time::{Day, Slot};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

#[test]
fn every_group_of_rows_has_a_forger_that_only_it_stops() {
    check_every_label_has_a_forger::<Checkin>(&forgers(), &answers());
}

#[test]
fn the_declared_inputs_determine_the_witness() {
    check_inputs_determine_the_witness::<Checkin>(&forgers().iter().map(|f| f.drops).collect());
}

#[test]
fn a_hidden_symptom_is_believed_only_without_its_rows() {
    check_the_forgery_end_to_end(&forgers(), &answers(), "c/symptoms");
}

/// The public side again, after the private one has changed.
fn rederive(public: &mut Public, private: &Private) {
    let Public {
        root,
        slot,
        thresholds,
        sealed_hash,
        ..
    } = *public;
    *public = private.public(root, slot, thresholds, sealed_hash);
}

impl Vary for Checkin {
    fn vary(public: &mut Public, private: &mut Private, rng: &mut StdRng) {
        match rng.gen_range(0..7) {
            6 => {
                let old = private.note.state.slot.get();
                public.slot = Slot::new(old + MAX_SLEEP + 4 - rng.gen_range(0..8));
                rederive(public, private);
            }
            0 => {
                let old = private.note.state.slot.get();
                public.slot = Slot::new(old + 30 - rng.gen_range(0..32));
                rederive(public, private);
            }
            1 => {
                private.answers = any_answers(rng);
                if rng.r#gen() {
                    rederive(public, private);
                }
            }
            2 => {
                private.answers.temperature = [299, 300, 372, 373, 450, 451][rng.gen_range(0..6)];
                rederive(public, private);
            }
            3 => {
                public.thresholds = Thresholds {
                    fever: rng.gen_range(300..=450),
                    symptom_mask: rng.r#gen(),
                    contact_mask: rng.r#gen(),
                };
                if rng.r#gen() {
                    rederive(public, private);
                }
            }
            4 => {
                let history = History::from_bits(rng.gen_range(0..1 << 28)).unwrap();
                private.note.state.history = history;
                (private.path, public.root) = note_path(&private.note, rng);
                rederive(public, private);
            }
            _ => public.sealed_hash = SealedHash::from_value(other(public.sealed_hash.value())),
        }
    }
}

#[test]
fn the_relation_and_the_circuit_agree() {
    check_relation_and_circuit_agree::<Checkin>();
}

const NOON: u32 = 2 * 19_900 + 1;
const WELL: Answers = Answers {
    temperature: 365,
    symptoms: 0,
    contacts: 0,
};

fn two_days_later(rng: &mut StdRng) -> (Public, Private) {
    checkin_of(healthy(), WELL, Slot::new(NOON + 4), rng)
}

/// Claims a new note with another state than the one that follows.
fn claim(public: &mut Public, private: &Private, change: fn(&mut NoteState)) {
    let mut state = private.new_state(public.slot, &public.thresholds);
    change(&mut state);
    let Private {
        sk, note, r_new, ..
    } = private;
    let (packed, digest) = (state.pack(), note.itinerary.digest());
    let nf = public.nf.value();
    public.cm_new = commitment(sk.owner(), note.rh, packed, digest, nf, *r_new);
}

const TAMPERS: &[Tamper<Checkin>] = &[
    (Clause::A, |p, _| {
        p.root = EpochRoot::from_value(other(p.root.value()))
    }),
    (Clause::A, |_, w| {
        w.sk = IdentitySecret::from_value(other(w.sk.expose()))
    }),
    (Clause::A, |_, w| w.note.state.mask = Mask::from_bits(5)),
    (Clause::B, |p, _| {
        p.nf = Nullifier::from_value(other(p.nf.value()))
    }),
    (Clause::C, |_, w| w.answers.temperature = 299),
    (Clause::C, |_, w| w.answers.temperature = 451),
    (Clause::D, |p, w| {
        p.slot = Slot::new(NOON);
        rederive(p, w);
    }),
    (Clause::D, |p, w| {
        p.slot = Slot::new(NOON - 1);
        rederive(p, w);
    }),
    (Clause::F, |p, _| {
        p.cm_new = NoteCommitment::from_value(other(p.cm_new.value()))
    }),
    (Clause::F, |_, w| w.r_new = other(w.r_new)),
    (Clause::F, |_, w| w.answers.symptoms = 1),
    (Clause::F, |p, _| p.thresholds.fever = 360),
    (Clause::F, |p, w| {
        claim(p, w, |s| s.history = History::default())
    }),
    (Clause::F, |p, w| {
        claim(p, w, |s| s.history = s.history.after_days(1))
    }),
    (Clause::G, |p, _| {
        p.disclosure = Disclosure::from_value(other(p.disclosure.value()))
    }),
    (Clause::G, |_, w| w.salt = other(w.salt)),
    (Clause::G, |_, w| {
        w.scope = Scope::from_value(other(w.scope.value()))
    }),
    (Clause::H, |p, _| {
        p.ctag = CheckinTag::from_value(other(p.ctag.value()))
    }),
    (Clause::J, |p, w| {
        p.slot = Slot::new(NOON + MAX_SLEEP + 1);
        rederive(p, w);
    }),
    (Clause::J, |p, w| {
        p.slot = Slot::new(u32::MAX);
        rederive(p, w);
    }),
];

#[test]
fn each_tamper_breaks_the_clause_it_names() {
    check_tampers_break_their_clause::<Checkin>(Clause::ALL, two_days_later, TAMPERS);
}

fn refused(public: &Public, private: &Private) -> Option<Clause> {
    let satisfied = crate::shape_of::<Checkin>()
        .matrices()
        .are_satisfied_by(crate::assign::<Checkin>(public, private).values());
    let verdict = Checkin::check(public, private);
    assert_eq!(verdict.is_ok(), satisfied);
    verdict.err()
}

#[test]
fn a_checkin_that_changes_a_field_it_does_not_name_is_refused() {
    let changes: [fn(&mut NoteState); 8] = [
        |s| s.test_day = s.test_day.plus(1),
        |s| s.test_ok = !s.test_ok,
        |s| s.dose_count += 1,
        |s| s.dose_day = s.dose_day.plus(1),
        |s| s.reading_day = s.reading_day.plus(1),
        |s| s.itin_day = s.itin_day.plus(1),
        |s| s.fresh_day = Day::new(1),
        |s| s.mask = Mask::from_bits(1),
    ];
    for change in changes {
        let (mut public, private) = two_days_later(&mut StdRng::seed_from_u64(1));
        claim(&mut public, &private, change);
        assert_eq!(refused(&public, &private), Some(Clause::F));
    }
    // Nor owner, handle, itinerary or rho.
    let (public, private) = two_days_later(&mut StdRng::seed_from_u64(1));
    let Private {
        sk, note, r_new, ..
    } = &private;
    let state = private.new_state(public.slot, &public.thresholds).pack();
    let (nf, digest) = (public.nf.value(), note.itinerary.digest());
    let alien = IdentitySecret::from_value(Fr::from(1u64)).owner();
    let handle = RevocationHandle::from_value(Fr::from(2u64));
    let nowhere = luyin_protocol::itinerary::Itinerary::default().digest();
    let claims = [
        commitment(alien, note.rh, state, digest, nf, *r_new),
        commitment(sk.owner(), handle, state, digest, nf, *r_new),
        commitment(sk.owner(), note.rh, state, nowhere, nf, *r_new),
        commitment(sk.owner(), note.rh, state, digest, note.rho, *r_new),
    ];
    for cm_new in claims {
        let public = Public {
            cm_new,
            ..public.clone()
        };
        assert_eq!(refused(&public, &private), Some(Clause::F));
    }
}

#[test]
fn a_wrong_checkin_tag_is_refused() {
    let (public, private) = two_days_later(&mut StdRng::seed_from_u64(2));
    let earlier = Public {
        ctag: private.tag(Slot::new(NOON)),
        ..public
    };
    assert_eq!(refused(&earlier, &private), Some(Clause::H));
}

/// Checks in and returns the new note's history.
fn history_after(old: u32, from: u32, to: u32, answers: Answers) -> Option<History> {
    let history = History::from_bits(old).unwrap();
    let state = NoteState {
        history,
        slot: Slot::new(from),
        ..healthy()
    };
    let mut rng = StdRng::seed_from_u64(3);
    let (public, private) = checkin_of(state, answers, Slot::new(to), &mut rng);
    let verdict = refused(&public, &private);
    verdict
        .is_none()
        .then(|| private.new_state(public.slot, &public.thresholds).history)
}

#[test]
fn the_same_slot_may_only_worsen() {
    let fever = Answers {
        temperature: 373,
        ..WELL
    };
    let cough = Answers {
        symptoms: 4,
        ..WELL
    };
    let at = |old, answers| history_after(old, NOON, NOON, answers).map(|h| h.at(0));
    assert_eq!(at(0b01, WELL), None);
    assert_eq!(at(0b01, cough), Some(DayStatus::Unwell));
    assert_eq!(at(0b10, fever), Some(DayStatus::Fever));
    assert_eq!(at(0b11, fever), None);
    assert_eq!(at(0b11, WELL), None);
}

#[test]
fn the_history_moves_by_whole_days_and_forgets_after_fourteen() {
    let morning = NOON - 1;
    let same_day = history_after(0b11, morning, NOON, WELL).unwrap();
    assert_eq!(
        (same_day.at(0), same_day.at(1)),
        (DayStatus::Fever, DayStatus::None)
    );
    let overnight = history_after(0b11, NOON, NOON + 1, WELL).unwrap();
    assert_eq!(
        (overnight.at(0), overnight.at(1)),
        (DayStatus::Normal, DayStatus::Fever)
    );
    let thirteen = history_after(0b11, NOON, NOON + 26, WELL).unwrap();
    assert_eq!(thirteen.at(13), DayStatus::Fever);
    for days in [14, 15, 50] {
        let later = history_after(0x0fff_ffff, NOON, NOON + 2 * days, WELL).unwrap();
        assert_eq!(later, History::from_bits(1).unwrap());
    }
    let born = NoteState::first_slot(Day::new(19_900)).get();
    let first = history_after(0, born, NOON, WELL).unwrap();
    assert_eq!(first, History::from_bits(1).unwrap());
}

#[test]
fn a_note_sleeps_for_a_hundred_slots_and_no_longer() {
    let awake = |gap| history_after(1, NOON, NOON + gap, WELL).is_some();
    assert!(awake(MAX_SLEEP - 1) && awake(MAX_SLEEP));
    assert!(!awake(MAX_SLEEP + 1) && !awake(2 * MAX_SLEEP) && !awake(u32::MAX - NOON));
}

#[test]
fn a_note_that_its_notice_refused_from_one_day_on_never_wakes_behind_the_notice() {
    let first_day = Day::new(19_900);
    // Before the day's values were released the note could still check in on that day, in the afternoon at the latest.
    let [_, newest] = first_day.slots();
    // All slots of the notice's days are refused; the next open one is the morning after, or a later one.
    let last_day = first_day.plus(MAX_SLEEP_DAYS);
    let [next, _] = last_day.plus(1).slots();
    assert!(history_after(1, newest.get(), next.get(), WELL).is_none());
    // A day less would let it in.
    let [next, _] = last_day.slots();
    assert!(history_after(1, newest.get(), next.get(), WELL).is_some());
}

#[test]
fn a_note_that_never_checked_in_sleeps_from_its_making() {
    let made = Day::new(19_900);
    let born = NoteState::first_slot(made);
    let after = |days| history_after(0, born.get(), made.plus(days).slots()[1].get(), WELL);
    for days in [0, 1, 34] {
        assert_eq!(after(days), History::from_bits(1).ok(), "{days} days");
    }
    assert_eq!(after(35), None);
}

#[test]
fn the_thresholds_decide_and_37_3_degrees_is_fever() {
    let status = |temperature, symptoms, contacts| {
        Answers {
            temperature,
            symptoms,
            contacts,
        }
        .status(&Thresholds::standard())
    };
    assert_eq!(status(372, 0, 0), DayStatus::Normal);
    assert_eq!(status(373, 0, 0), DayStatus::Fever);
    assert_eq!(status(372, 0, 1), DayStatus::Unwell);
    assert_eq!(status(372, 1 << 15, 0), DayStatus::Unwell);
    let blind = Thresholds {
        symptom_mask: 0xfffe,
        contact_mask: 0,
        fever: 450,
    };
    let answers = Answers {
        temperature: 449,
        symptoms: 1,
        contacts: 255,
    };
    assert_eq!(answers.status(&blind), DayStatus::Normal);
}
