use super::{Absorb, Attested, Private, Public};
use crate::audit::sample::{TODAY, absorb_of, attested, healthy, path};
use crate::audit::{Answer, Forge, Forger, Held, Holds, Lie, note_forgers};
use crate::curve::Fr;
use crate::opened::ATTESTATION_LEVELS;
use ark_ff::{AdditiveGroup, Field};
use luyin_protocol::attestation::AttestationKind as Kind;
use luyin_protocol::field::{AttestationRoot, IssuerId, NoteCommitment, Nullifier, SealedHash};
use luyin_protocol::hash::Tag;
use luyin_protocol::note::IdentitySecret;
use luyin_protocol::scope::nym;
use luyin_protocol::time::Day;

type F<'a, 'b> = &'a mut Forge<'b, Absorb>;

impl Holds for Absorb {
    fn held<'a>(public: &'a mut Public, private: &'a mut Private) -> Held<'a> {
        let Private { sk, note, path, .. } = private;
        Held {
            sk,
            note,
            path,
            root: &mut public.root,
        }
    }

    fn follow(f: &mut Forge<'_, Self>) {
        let leaf = f.private.attested.leaf(&f.private.sk).value();
        let (path, root) = path(leaf, &mut f.rng);
        (f.private.att_path, f.public.att_root) = (path, AttestationRoot::from_value(root));
    }
}

pub(crate) fn answers() -> Vec<Answer<Absorb>> {
    let answer = |label, write: fn(&mut Public, Fr)| Answer {
        label,
        nth: 0,
        write,
    };
    vec![
        answer("b/equal", |p, x| p.nf = Nullifier::from_value(x)),
        answer("g/equal", |p, x| p.cm_new = NoteCommitment::from_value(x)),
    ]
}

/// An attestation of a kind, changed, and issued as changed.
fn issued(f: F<'_, '_>, kind: Kind, change: fn(&mut Attested)) {
    let state = healthy();
    let mut attested = attested(kind, &state, &mut f.rng);
    attested.day = Day::new(TODAY);
    change(&mut attested);
    (f.public, f.private) = absorb_of(state, attested, &mut f.rng);
}

/// A test of the day before the newest one.
fn an_older_test(f: F<'_, '_>) {
    issued(f, Kind::Test, |a| a.day = Day::new(TODAY - 3));
}

fn a_reading_of_fever(f: F<'_, '_>) {
    issued(f, Kind::Reading, |a| a.value = 3);
}

fn power(n: i64) -> Fr {
    let power = Fr::from(2u64).pow([n.unsigned_abs()]);
    if n < 0 {
        power.inverse().expect("not zero")
    } else {
        power
    }
}

fn half() -> Fr {
    power(-1)
}

fn bend(f: F<'_, '_>, label: &str, tag: Tag) {
    let delta = f.random();
    f.bend_one(label, tag, delta);
}

/// Makes one of the products of clause f wrong.
fn nudge(f: F<'_, '_>, label: &str, nth: usize) {
    f.add(label, nth, Fr::from(1u64));
}

pub(crate) fn forgers() -> Vec<Forger<Absorb>> {
    let mut all = note_forgers();
    all.extend(spending());
    all.extend(issuing());
    all.extend(forming());
    all.extend(dating());
    all.extend(taking_over());
    all
}

fn spending() -> Vec<Forger<Absorb>> {
    let untrue = Forger::<Absorb>::untrue;
    vec![
        // The day of the newest test borrows from the mask.
        untrue("a/state", |f| {
            an_older_test(f);
            f.add("a/state", 60, -Fr::from(1u64));
            f.add("a/state", 145, power(60 - 145));
        }),
        untrue("b/nf", |f| bend(f, "b/nf", Tag::Nullifier)),
        untrue("b/equal", |f| {
            f.public.nf = Nullifier::from_value(f.random())
        }),
        untrue("g/tail", |f| bend(f, "g/tail", Tag::NoteTail)),
        untrue("g/cm", |f| bend(f, "g/cm", Tag::Note)),
        untrue("g/equal", |f| {
            f.public.cm_new = NoteCommitment::from_value(f.random())
        }),
        Forger {
            drops: "g/sealed",
            lie: Lie::Replayed,
            forge: |f| {
                let old = f.public.sealed_hash.value();
                f.public.sealed_hash = SealedHash::from_value(f.random());
                f.overrides.set("g/sealed", 0, old * old);
            },
        },
    ]
}

fn issuing() -> Vec<Forger<Absorb>> {
    let untrue = Forger::<Absorb>::untrue;
    vec![
        // A friend's attestation.
        untrue("c/binding", |f| {
            let friend = IdentitySecret::from_value(f.random());
            let attested = f.private.attested;
            let (path, root) = path(attested.leaf(&friend).value(), &mut f.rng);
            (f.private.att_path, f.public.att_root) = (path, AttestationRoot::from_value(root));
            let names = [&friend, &f.private.sk].map(|sk| nym(sk, attested.scope).value());
            f.bend_one("c/binding", Tag::Nym, names[0] - names[1]);
        }),
        // One's own attestation under another date.
        untrue("c/body", |f| {
            issued(f, Kind::Test, |_| {});
            let sk = f.private.sk;
            let before = f.private.attested.body(&sk).value();
            f.private.attested.day = Day::new(TODAY - 1);
            let delta = before - f.private.attested.body(&sk).value();
            f.bend_one("c/body", Tag::AttestationBody, delta);
        }),
        untrue("c/leaf", |f| {
            let sk = f.private.sk;
            let before = f.private.attested.leaf(&sk).value();
            f.private.attested.issuer = IssuerId::from_value(f.random());
            let delta = before - f.private.attested.leaf(&sk).value();
            f.bend_one("c/leaf", Tag::Attestation, delta);
        }),
        untrue("c/path/among", |f| f.private.attested.nonce = f.random()),
        // An attestation of one's own making in a tree of one's own.
        untrue("c/path/node", |f| {
            f.private.attested.nonce = f.random();
            let leaf = f.private.attested.leaf(&f.private.sk).value();
            let (path, root) = path(leaf, &mut f.rng);
            f.private.att_path = path;
            let delta = f.public.att_root.value() - root;
            let last = (ATTESTATION_LEVELS - 1, ATTESTATION_LEVELS);
            f.bend("c/path/node", Tag::Tree, last, delta);
        }),
        untrue("c/root", |f| {
            f.public.att_root = AttestationRoot::from_value(f.random())
        }),
    ]
}

fn forming() -> Vec<Forger<Absorb>> {
    let untrue = Forger::<Absorb>::untrue;
    let out_of_type = |drops, forge| Forger {
        drops,
        lie: Lie::OutOfType,
        forge,
    };
    fn far_ahead(f: F<'_, '_>) {
        issued(f, Kind::Test, |a| a.day = Day::new(u16::MAX));
        f.public.now_day = Day::new(u16::MAX);
        f.add("input", 4, Fr::from(3u64));
    }
    fn tomorrow(f: F<'_, '_>) {
        issued(f, Kind::Test, |_| {});
        f.public.now_day = Day::new(TODAY - 1);
    }
    vec![
        // A vaccination as half a test and half an itinerary.
        untrue("d/kind", |f| {
            issued(f, Kind::Vaccination, |a| a.value = 0);
            f.add("d/kind", 0, half());
            f.add("d/kind", 1, -Fr::from(1u64));
            f.add("d/kind", 2, half());
        }),
        // An itinerary (3) as a test (1) and a vaccination (2).
        untrue("d/one kind", |f| {
            issued(f, Kind::Itinerary, |a| a.body1 = Fr::ZERO);
            f.set("d/kind", 0, 1);
            f.set("d/kind", 1, 1);
            f.set("d/kind", 2, 0);
        }),
        // The day borrows from the value.
        untrue("d/body0", |f| {
            issued(f, Kind::Vaccination, |a| a.day = Day::new(TODAY - 1));
            f.public.now_day = Day::new(TODAY);
            f.add("d/body0", 0, Fr::from(1u64));
            f.add("d/body0", 18, -power(-18));
        }),
        out_of_type("d/now_day/sum", far_ahead),
        out_of_type("d/now_day/bool", |f| {
            far_ahead(f);
            f.stretch("d/now_day/bool", Fr::from(65_538u64), 16);
        }),
        untrue("d/past/sum", tomorrow),
        untrue("d/past/bool", |f| {
            tomorrow(f);
            f.stretch("d/past/bool", -Fr::from(1u64), 16);
        }),
        untrue("d/test value", |f| issued(f, Kind::Test, |a| a.value = 3)),
        untrue("d/itinerary value", |f| {
            issued(f, Kind::Itinerary, |a| a.value = 1)
        }),
        untrue("d/reading value", |f| {
            issued(f, Kind::Reading, |a| a.value = 0)
        }),
        untrue("d/no digest", |f| {
            issued(f, Kind::Test, |a| a.body1 = Fr::from(1u64))
        }),
    ]
}

fn dating() -> Vec<Forger<Absorb>> {
    let untrue = Forger::<Absorb>::untrue;
    vec![
        untrue("e/gap", |f| {
            an_older_test(f);
            f.set("e/gap", 0, 0);
        }),
        untrue("e/later/same", an_older_test),
        untrue("e/later/sum", |f| {
            an_older_test(f);
            f.set("e/later/bool", 16, 1);
        }),
        untrue("e/later/bool", |f| {
            an_older_test(f);
            f.set("e/later/bool", 16, 1);
            f.add("e/later/bool", 0, -power(16));
        }),
        // The same day's doses once more.
        untrue("e/strictly", |f| {
            issued(f, Kind::Vaccination, |a| a.day = Day::new(TODAY - 2));
        }),
        // Yesterday's reading for today's check-in.
        untrue("e/same day", |f| {
            issued(f, Kind::Reading, |a| a.day = Day::new(TODAY - 1))
        }),
    ]
}

fn taking_over() -> Vec<Forger<Absorb>> {
    let untrue = Forger::<Absorb>::untrue;
    vec![
        untrue("f/test_day", |f| nudge(f, "f/test_day", 0)),
        untrue("f/equal day", |f| {
            issued(f, Kind::Test, |a| a.value = 0);
            nudge(f, "f/equal day", 1);
        }),
        untrue("f/test_ok", |f| nudge(f, "f/test_ok", 0)),
        untrue("f/dose_count", |f| nudge(f, "f/dose_count", 0)),
        untrue("f/dose_day", |f| nudge(f, "f/dose_day", 0)),
        untrue("f/itin_day", |f| nudge(f, "f/itin_day", 0)),
        // A test that counts as a reading.
        untrue("f/normal", |f| {
            issued(f, Kind::Test, |_| {});
            nudge(f, "f/normal", 0);
        }),
        untrue("f/reading_day", |f| nudge(f, "f/reading_day", 0)),
        // Fever that leaves the day normal.
        untrue("f/merge/order/sum", |f| {
            a_reading_of_fever(f);
            f.set("f/merge/order/bool", 2, 0);
        }),
        untrue("f/merge/order/bool", |f| {
            a_reading_of_fever(f);
            f.set("f/merge/order/bool", 2, 0);
            f.add("f/merge/order/bool", 0, power(2));
        }),
        untrue("f/merge/select", |f| {
            a_reading_of_fever(f);
            f.set("f/merge/select", 0, 0);
        }),
        untrue("f/history", |f| nudge(f, "f/history", 0)),
        untrue("f/digest", |f| nudge(f, "f/digest", 0)),
    ]
}
