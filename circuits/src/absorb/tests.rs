use super::forgers::{answers, forgers};
use super::*;
use crate::audit::sample::Sample;
use crate::audit::sample::{TODAY, absorb_of, attested, healthy, note_path, path, state};
use crate::audit::{
    Tamper, Vary, check_every_label_has_a_forger, check_inputs_determine_the_witness,
    check_relation_and_circuit_agree, check_tampers_break_their_clause,
    check_the_forgery_end_to_end, other,
};
use crate::curve::Fr;
use crate::statement::Statement;
use luyin_protocol::attestation::AttestationKind as Kind;
use luyin_protocol::field::{
    AttestationRoot, EpochRoot, IssuerId, NoteCommitment, Nullifier, Scope, SealedHash,
};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{
    DayStatus, IdentitySecret, Mask, NoteState, RevocationHandle, commitment,
};
use luyin_protocol::time::{Day, Slot};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

#[test]
fn every_group_of_rows_has_a_forger_that_only_it_stops() {
    check_every_label_has_a_forger::<Absorb>(&forgers(), &answers());
}

#[test]
fn the_declared_inputs_determine_the_witness() {
    check_inputs_determine_the_witness::<Absorb>(&forgers().iter().map(|f| f.drops).collect());
}

#[test]
fn a_lent_attestation_is_believed_only_without_its_rows() {
    check_the_forgery_end_to_end(&forgers(), &answers(), "c/binding");
}

/// Issues the attestation as it now is, and derives the public side again.
fn reissue(public: &mut Public, private: &mut Private, rng: &mut StdRng) {
    let (path, root) = path(private.attested.leaf(&private.sk).value(), rng);
    private.att_path = path;
    public.att_root = AttestationRoot::from_value(root);
    let Public {
        root,
        att_root,
        now_day,
        sealed_hash,
        ..
    } = *public;
    *public = private.public(root, att_root, now_day, sealed_hash);
}

impl Vary for Absorb {
    fn vary(public: &mut Public, private: &mut Private, rng: &mut StdRng) {
        let attested = &mut private.attested;
        match rng.gen_range(0..7) {
            0 => attested.day = Day::new(attested.day.get() + 1 - rng.gen_range(0..3)),
            1 => attested.value = rng.gen_range(0..16),
            2 => attested.body1 = Fr::from(rng.gen_range(0..2u64)),
            3 => attested.kind = Kind::ALL[rng.gen_range(0..4)],
            4 => public.now_day = Day::new(attested.day.get() + rng.gen_range(0..2)),
            5 => {
                private.note.state = state(rng);
                (private.path, public.root) = note_path(&private.note, rng);
            }
            _ => public.sealed_hash = SealedHash::from_value(other(public.sealed_hash.value())),
        }
        if rng.gen_range(0..8) > 0 {
            reissue(public, private, rng);
        }
    }
}

#[test]
fn the_relation_and_the_circuit_agree() {
    check_relation_and_circuit_agree::<Absorb>();
}

fn todays_test(rng: &mut StdRng) -> (Public, Private) {
    issued(Kind::Test, healthy(), 1, TODAY, rng)
}

fn issued(
    kind: Kind,
    state: NoteState,
    value: u8,
    day: u16,
    rng: &mut StdRng,
) -> (Public, Private) {
    let attested = Attested {
        value,
        day: Day::new(day),
        ..attested(kind, &state, rng)
    };
    let (mut public, private) = absorb_of(state, attested, rng);
    public.now_day = Day::new(TODAY.max(day));
    (public, private)
}

fn again(public: &mut Public, private: &mut Private) {
    reissue(public, private, &mut StdRng::seed_from_u64(4));
}

/// Claims a new note with another state than the one that follows.
fn claim(public: &mut Public, private: &Private, change: fn(&mut NoteState)) {
    let mut state = private.new_state();
    change(&mut state);
    let Private {
        sk, note, r_new, ..
    } = private;
    let (packed, digest) = (state.pack(), private.new_digest());
    public.cm_new = commitment(
        sk.owner(),
        note.rh,
        packed,
        digest,
        public.nf.value(),
        *r_new,
    );
}

const TAMPERS: &[Tamper<Absorb>] = &[
    (Clause::A, |p, _| {
        p.root = EpochRoot::from_value(other(p.root.value()))
    }),
    (Clause::A, |_, w| w.note.rho = other(w.note.rho)),
    (Clause::B, |p, _| {
        p.nf = Nullifier::from_value(other(p.nf.value()))
    }),
    (Clause::C, |p, _| {
        p.att_root = AttestationRoot::from_value(other(p.att_root.value()))
    }),
    (Clause::C, |_, w| {
        w.attested.issuer = IssuerId::from_value(other(w.attested.issuer.value()))
    }),
    (Clause::C, |_, w| {
        w.attested.scope = Scope::from_value(other(w.attested.scope.value()))
    }),
    (Clause::C, |_, w| w.attested.kind = Kind::Vaccination),
    (Clause::C, |_, w| w.attested.value = 0),
    (Clause::C, |_, w| w.attested.nonce = other(w.attested.nonce)),
    (Clause::D, |p, _| p.now_day = Day::new(TODAY - 1)),
    (Clause::D, |p, w| {
        w.attested.value = 2;
        again(p, w);
    }),
    (Clause::D, |p, w| {
        w.attested.body1 = Fr::from(1u64);
        again(p, w);
    }),
    (Clause::E, |p, w| {
        w.attested.day = Day::new(TODAY - 3);
        again(p, w);
    }),
    (Clause::G, |p, _| {
        p.cm_new = NoteCommitment::from_value(other(p.cm_new.value()))
    }),
    (Clause::G, |p, w| claim(p, w, |s| s.test_ok = false)),
    (Clause::G, |p, w| {
        claim(p, w, |s| s.test_day = s.test_day.plus(1))
    }),
];

#[test]
fn each_tamper_breaks_the_clause_it_names() {
    check_tampers_break_their_clause::<Absorb>(Clause::ALL, todays_test, TAMPERS);
}

fn refused(public: &Public, private: &Private) -> Option<Clause> {
    let satisfied = crate::shape_of::<Absorb>()
        .matrices()
        .are_satisfied_by(crate::assign::<Absorb>(public, private).values());
    let verdict = Absorb::check(public, private);
    assert_eq!(verdict.is_ok(), satisfied);
    verdict.err()
}

#[test]
fn a_lent_attestation_is_refused() {
    let mut rng = StdRng::seed_from_u64(5);
    let (mut public, mut private) = todays_test(&mut rng);
    let friend = IdentitySecret::from_value(Fr::from(3u64));
    let (path, root) = path(private.attested.leaf(&friend).value(), &mut rng);
    (private.att_path, public.att_root) = (path, AttestationRoot::from_value(root));
    assert_eq!(refused(&public, &private), Some(Clause::C));
}

#[test]
fn a_re_dated_attestation_is_refused() {
    let mut rng = StdRng::seed_from_u64(6);
    let (mut public, mut private) = issued(Kind::Test, healthy(), 1, TODAY - 1, &mut rng);
    private.attested.day = Day::new(TODAY);
    let Public {
        root,
        att_root,
        now_day,
        sealed_hash,
        ..
    } = public;
    public = private.public(root, att_root, now_day, sealed_hash);
    assert_eq!(refused(&public, &private), Some(Clause::C));
}

#[test]
fn an_absorption_that_changes_a_field_it_does_not_name_is_refused() {
    let changes: [fn(&mut NoteState); 8] = [
        |s| s.slot = Slot::new(s.slot.get() + 1),
        |s| s.history = s.history.after_days(1),
        |s| s.dose_count += 1,
        |s| s.dose_day = s.dose_day.plus(1),
        |s| s.reading_day = s.reading_day.plus(1),
        |s| s.itin_day = s.itin_day.plus(1),
        |s| s.fresh_day = Day::new(1),
        |s| s.mask = Mask::from_bits(1),
    ];
    for change in changes {
        let (mut public, private) = todays_test(&mut StdRng::seed_from_u64(7));
        claim(&mut public, &private, change);
        assert_eq!(refused(&public, &private), Some(Clause::G));
    }
    let (public, private) = todays_test(&mut StdRng::seed_from_u64(7));
    let Private {
        sk, note, r_new, ..
    } = &private;
    let (state, nf) = (private.new_state().pack(), public.nf.value());
    let (digest, nowhere) = (private.new_digest(), Itinerary::default().digest());
    let alien = IdentitySecret::from_value(Fr::from(1u64)).owner();
    let handle = RevocationHandle::from_value(Fr::from(2u64));
    for cm_new in [
        commitment(alien, note.rh, state, digest, nf, *r_new),
        commitment(sk.owner(), handle, state, digest, nf, *r_new),
        commitment(sk.owner(), note.rh, state, nowhere, nf, *r_new),
        commitment(sk.owner(), note.rh, state, digest, note.rho, *r_new),
    ] {
        let public = Public {
            cm_new,
            ..public.clone()
        };
        assert_eq!(refused(&public, &private), Some(Clause::G));
    }
}

/// The state after absorbing, or the clause that refuses.
fn absorbed(kind: Kind, state: NoteState, value: u8, day: u16) -> Result<NoteState, Clause> {
    let mut rng = StdRng::seed_from_u64(8);
    let (public, private) = issued(kind, state, value, day, &mut rng);
    match refused(&public, &private) {
        Some(clause) => Err(clause),
        None => Ok(private.new_state()),
    }
}

#[test]
fn a_test_of_the_same_day_keeps_the_worse_result() {
    let newest = healthy().test_day.get();
    for (old, new, kept) in [(true, 1, true), (true, 0, false), (false, 1, false)] {
        let state = NoteState {
            test_ok: old,
            ..healthy()
        };
        assert_eq!(
            absorbed(Kind::Test, state, new, newest).map(|s| s.test_ok),
            Ok(kept)
        );
    }
    let failed = NoteState {
        test_ok: false,
        ..healthy()
    };
    assert_eq!(
        absorbed(Kind::Test, failed, 1, newest + 1).map(|s| s.test_ok),
        Ok(true)
    );
    assert_eq!(
        absorbed(Kind::Test, healthy(), 1, newest - 1),
        Err(Clause::E)
    );
}

#[test]
fn doses_and_itineraries_are_taken_only_if_newer() {
    let (dosed, derived) = (healthy().dose_day.get(), healthy().itin_day.get());
    let after = absorbed(Kind::Vaccination, healthy(), 15, dosed + 1).unwrap();
    assert_eq!((after.dose_count, after.dose_day.get()), (15, dosed + 1));
    assert_eq!(
        absorbed(Kind::Vaccination, healthy(), 3, dosed),
        Err(Clause::E)
    );
    let after = absorbed(Kind::Itinerary, healthy(), 0, derived + 1).unwrap();
    assert_eq!(after.itin_day.get(), derived + 1);
    assert_eq!(
        absorbed(Kind::Itinerary, healthy(), 0, derived),
        Err(Clause::E)
    );
}

#[test]
fn a_reading_counts_for_the_day_of_the_newest_checkin_alone() {
    let today = healthy().slot.day().get();
    let normal = absorbed(Kind::Reading, healthy(), 1, today).unwrap();
    assert_eq!(
        (normal.reading_day.get(), normal.history),
        (today, healthy().history)
    );
    let fever = absorbed(Kind::Reading, healthy(), 3, today).unwrap();
    assert_eq!(fever.history.at(0), DayStatus::Fever);
    assert_eq!(fever.reading_day, healthy().reading_day);
    assert_eq!(
        absorbed(Kind::Reading, healthy(), 1, today - 1),
        Err(Clause::E)
    );
    assert_eq!(
        absorbed(Kind::Reading, healthy(), 1, today + 1),
        Err(Clause::E)
    );
}

#[test]
fn an_attestation_as_the_issuer_makes_it_is_the_one_the_holder_opens() {
    use luyin_protocol::attestation::{Attestation, Statement as Said};
    let sk = IdentitySecret::from_value(Fr::from(5u64));
    let scope = Scope::from_value(Fr::from(6u64));
    for statement in [
        Said::Test { negative: true },
        Said::Vaccination { doses: 2 },
        Said::Itinerary {
            regions: Itinerary::default(),
        },
        Said::Reading { fever: true },
    ] {
        let attestation = Attestation {
            issuer: IssuerId::from_value(Fr::from(7u64)),
            binding: luyin_protocol::scope::nym(&sk, scope),
            day: Day::new(TODAY),
            statement,
            nonce: Fr::from(8u64),
        };
        assert_eq!(
            Attested::new(&attestation, scope).leaf(&sk),
            attestation.leaf()
        );
    }
}

#[test]
fn every_kind_has_honest_witnesses_among_the_samples() {
    let mut rng = StdRng::seed_from_u64(10);
    let kinds: std::collections::BTreeSet<_> = (0..64)
        .map(|_| Absorb::honest(&mut rng).1.attested.kind)
        .collect();
    assert_eq!(kinds.len(), Kind::ALL.len());
}
