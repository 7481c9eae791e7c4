//! Random honest witnesses.

use crate::absorb::{self, Attested};
use crate::checkin::{self, Answers};
use crate::curve::Fr;
use crate::gadgets::{ARITY, Path};
use crate::opened::NOTE_LEVELS;
use crate::pass::{self, Demands, Occasion};
use crate::{Statement, enrol};
use ark_ff::UniformRand;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::field::{AttestationRoot, Binding, EpochRoot, IssuerId, Scope, SealedHash};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{
    DayStatus, History, IdentitySecret, MAX_SLEEP, Mask, Note, NoteState, RevocationHandle,
};
use luyin_protocol::policy::Thresholds;
use luyin_protocol::time::{Day, Slot};
use rand::Rng;
use rand::rngs::StdRng;

/// A day in 2024, so that subtractions of a few weeks stay in range.
pub(crate) const TODAY: u16 = 19_900;

/// A statement that random honest witnesses can be drawn for.
pub(crate) trait Sample: Statement {
    fn honest(rng: &mut StdRng) -> (Self::Public, Self::Private);
}

pub(crate) fn path<const LEVELS: usize>(leaf: Fr, rng: &mut StdRng) -> (Path<LEVELS>, Fr) {
    let mut current = leaf;
    let children = std::array::from_fn(|_| {
        let mut children: [Fr; ARITY] = std::array::from_fn(|_| Fr::rand(rng));
        children[rng.gen_range(0..ARITY)] = current;
        current = hash(Tag::Tree, &children);
        children
    });
    (Path::new(children), current)
}

pub(crate) fn note_path(note: &Note, rng: &mut StdRng) -> (Path<NOTE_LEVELS>, EpochRoot) {
    let (path, root) = path(note.commitment().value(), rng);
    (path, EpochRoot::from_value(root))
}

fn bitmap(rng: &mut StdRng, density: f64) -> Itinerary {
    let word = |rng: &mut StdRng| {
        (0..253).fold(Fr::from(0u64), |sum, _| {
            sum + sum + Fr::from(rng.gen_bool(density))
        })
    };
    let words = [word(rng), word(rng), word(rng)];
    Itinerary::from_values(words).expect("253 bits")
}

/// A fixed state to forge from: normal days throughout, the newest check-in at noon today.
pub(crate) fn healthy() -> NoteState {
    let today = Day::new(TODAY);
    NoteState {
        slot: Slot::new(2 * u32::from(TODAY) + 1),
        history: History::from_bits(0x0555_5555).expect("28 bits"),
        test_day: today.minus(2),
        test_ok: true,
        dose_count: 2,
        dose_day: today.minus(2),
        reading_day: today.minus(3),
        itin_day: today.minus(2),
        fresh_day: Day::new(0),
        mask: Mask::default(),
    }
}

pub(crate) fn state(rng: &mut StdRng) -> NoteState {
    let day = |rng: &mut StdRng| Day::new(TODAY - rng.gen_range(0..40));
    NoteState {
        slot: Slot::new(2 * u32::from(TODAY) - rng.gen_range(0..40)),
        history: History::from_bits(rng.gen_range(0..1 << 28)).expect("28 bits"),
        test_day: day(rng),
        test_ok: rng.r#gen(),
        dose_count: rng.gen_range(0..16),
        dose_day: day(rng),
        reading_day: day(rng),
        itin_day: day(rng),
        fresh_day: if rng.r#gen() { day(rng) } else { Day::new(0) },
        mask: Mask::new(rng.r#gen(), rng.gen_range(0..100)).expect("two digits"),
    }
}

pub(crate) fn note(state: NoteState, rng: &mut StdRng) -> (IdentitySecret, Note) {
    let sk = IdentitySecret::from_value(Fr::rand(rng));
    let note = Note {
        owner: sk.owner(),
        rh: RevocationHandle::from_value(Fr::rand(rng)),
        state,
        itinerary: bitmap(rng, 0.02),
        rho: Fr::rand(rng),
        r: Fr::rand(rng),
    };
    (sk, note)
}

fn sealed(rng: &mut StdRng) -> SealedHash {
    SealedHash::from_value(Fr::rand(rng))
}

impl Sample for enrol::Enrol {
    fn honest(rng: &mut StdRng) -> (enrol::Public, enrol::Private) {
        let private = enrol::Private {
            sk: IdentitySecret::from_value(Fr::rand(rng)),
            rh: RevocationHandle::from_value(Fr::rand(rng)),
            mask: Mask::new(rng.r#gen(), 7).expect("two digits"),
            mask_salt: Fr::rand(rng),
            coefficients: [Fr::rand(rng), Fr::rand(rng)],
            salts: std::array::from_fn(|_| Fr::rand(rng)),
            rho: Fr::rand(rng),
            r: Fr::rand(rng),
        };
        let public = private.public(Day::new(rng.r#gen()), Slot::new(rng.r#gen()), sealed(rng));
        (public, private)
    }
}

pub(crate) fn checkin_of(
    state: NoteState,
    answers: Answers,
    slot: Slot,
    rng: &mut StdRng,
) -> (checkin::Public, checkin::Private) {
    let (sk, note) = note(state, rng);
    let (path, root) = note_path(&note, rng);
    let private = checkin::Private {
        sk,
        note,
        path,
        r_new: Fr::rand(rng),
        answers,
        scope: Scope::from_value(Fr::rand(rng)),
        salt: Fr::rand(rng),
    };
    let public = private.public(root, slot, Thresholds::standard(), sealed(rng));
    (public, private)
}

pub(crate) fn answers(rng: &mut StdRng) -> Answers {
    let healthy = rng.r#gen();
    Answers {
        temperature: if rng.r#gen() {
            365
        } else {
            rng.gen_range(300..=450)
        },
        symptoms: if healthy { 0 } else { rng.r#gen() },
        contacts: if healthy { 0 } else { rng.r#gen() },
    }
}

impl Sample for checkin::Checkin {
    fn honest(rng: &mut StdRng) -> (checkin::Public, checkin::Private) {
        let state = state(rng);
        let gap =
            [0, 1, 2, 3, 26, 27, 28, 29, rng.gen_range(0..100), MAX_SLEEP][rng.gen_range(0..10)];
        let slot = Slot::new(state.slot.get() + gap);
        let (public, private) = checkin_of(state, answers(rng), slot, rng);
        // The same slot and no worse a status: not honest, so the next half-day it is.
        if checkin::Checkin::check(&public, &private) == Err(checkin::Clause::D) {
            let answers = private.answers;
            return checkin_of(state, answers, Slot::new(slot.get() + 1), rng);
        }
        (public, private)
    }
}

pub(crate) fn attested(kind: AttestationKind, state: &NoteState, rng: &mut StdRng) -> Attested {
    let (value, day) = match kind {
        AttestationKind::Test => (
            rng.gen_range(0..2),
            state.test_day.get() + rng.gen_range(0..3),
        ),
        AttestationKind::Vaccination => (
            rng.gen_range(0..16),
            state.dose_day.get() + rng.gen_range(1..9),
        ),
        AttestationKind::Itinerary => (0, state.itin_day.get() + rng.gen_range(1..9)),
        AttestationKind::Reading => ([1, 3][rng.gen_range(0..2)], state.slot.day().get()),
    };
    let is_itinerary = kind == AttestationKind::Itinerary;
    Attested {
        kind,
        issuer: IssuerId::from_value(Fr::rand(rng)),
        scope: Scope::from_value(Fr::rand(rng)),
        day: Day::new(day),
        value,
        body1: if is_itinerary {
            bitmap(rng, 0.01).digest().value()
        } else {
            Fr::from(0u64)
        },
        nonce: Fr::rand(rng),
    }
}

pub(crate) fn absorb_of(
    state: NoteState,
    attested: Attested,
    rng: &mut StdRng,
) -> (absorb::Public, absorb::Private) {
    let (sk, note) = note(state, rng);
    let (note_path, root) = note_path(&note, rng);
    let (att_path, att_root) = path(attested.leaf(&sk).value(), rng);
    let private = absorb::Private {
        sk,
        note,
        path: note_path,
        r_new: Fr::rand(rng),
        attested,
        att_path,
    };
    let now_day = attested.day.plus(rng.gen_range(0..3));
    let public = private.public(
        root,
        AttestationRoot::from_value(att_root),
        now_day,
        sealed(rng),
    );
    (public, private)
}

impl Sample for absorb::Absorb {
    fn honest(rng: &mut StdRng) -> (absorb::Public, absorb::Private) {
        let state = state(rng);
        let kind = AttestationKind::ALL[rng.gen_range(0..4)];
        let attested = attested(kind, &state, rng);
        absorb_of(state, attested, rng)
    }
}

/// A policy that the state just satisfies: every bound is tight or nearly so.
pub(crate) fn demands(state: &NoteState, rng: &mut StdRng) -> Demands {
    let (mut window_a, mut window_b) = (rng.r#gen::<u16>() & 0x3fff, rng.r#gen::<u16>() & 0x3fff);
    let at = |i: u16| state.history.at(usize::from(i));
    let normal = |window: u16| {
        (0..14)
            .filter(|i| window >> i & 1 == 1 && at(*i) == DayStatus::Normal)
            .count()
    };
    window_a |= 1;
    for i in 0..14 {
        if at(i) >= DayStatus::Unwell {
            window_b &= !(1 << i);
        }
    }
    let fewer = |n: usize, rng: &mut StdRng| {
        u8::try_from(n - rng.gen_range(0..=n.min(1))).expect("at most 14")
    };
    let doses = rng.r#gen();
    Demands {
        min_slot: state.slot.get() - rng.gen_range(0..2),
        min_normal: fewer(normal(window_a), rng),
        window_a,
        window_b,
        accept_test: state.test_ok && rng.r#gen(),
        min_test_day: state.test_day.get() - rng.gen_range(0..2),
        accept_doses: doses,
        min_doses: state.dose_count,
        min_reading_day: state.reading_day.get() - rng.gen_range(0..2),
        min_itin_day: state.itin_day.get() - rng.gen_range(0..2),
        fresh_from: rng.gen_range(0..TODAY),
        fresh_normal: fewer(normal(0x3fff), rng),
        show_mask: rng.r#gen(),
    }
}

/// The regions that a random risk list has and the itinerary has not.
pub(crate) fn risk(itinerary: &Itinerary, rng: &mut StdRng) -> Itinerary {
    let list = bitmap(rng, 0.1);
    Itinerary::from_regions(list.regions().filter(|r| !itinerary.contains(*r)))
}

pub(crate) fn pass_of(
    state: NoteState,
    demands: Demands,
    rng: &mut StdRng,
) -> (pass::Public, pass::Private) {
    let (sk, note) = note(state, rng);
    let (path, root) = note_path(&note, rng);
    let private = pass::Private { sk, note, path };
    let public = private.public(&Occasion {
        root,
        policy: demands.pack(),
        risk: risk(&note.itinerary, rng),
        day: Day::new(TODAY),
        scope: Scope::from_value(Fr::rand(rng)),
        binding: Binding::from_value(Fr::rand(rng)),
    });
    (public, private)
}

impl Sample for pass::Pass {
    fn honest(rng: &mut StdRng) -> (pass::Public, pass::Private) {
        let state = state(rng);
        let demands = demands(&state, rng);
        pass_of(state, demands, rng)
    }
}
