use super::{Answers, Checkin, Private, Public};
use crate::audit::sample::{TODAY, checkin_of, healthy};
use crate::audit::{Answer, Forge, Forger, Held, Holds, Lie, note_forgers};
use crate::curve::Fr;
use ark_ff::Field;
use luyin_protocol::field::{CheckinTag, Disclosure, NoteCommitment, Nullifier, SealedHash};
use luyin_protocol::hash::Tag;
use luyin_protocol::note::{History, MAX_SLEEP, NoteState};
use luyin_protocol::time::Slot;

type F<'a, 'b> = &'a mut Forge<'b, Checkin>;

impl Holds for Checkin {
    fn held<'a>(public: &'a mut Public, private: &'a mut Private) -> Held<'a> {
        let Private { sk, note, path, .. } = private;
        Held {
            sk,
            note,
            path,
            root: &mut public.root,
        }
    }
}

pub(crate) fn answers() -> Vec<Answer<Checkin>> {
    let answer = |label, write: fn(&mut Public, Fr)| Answer {
        label,
        nth: 0,
        write,
    };
    vec![
        answer("b/equal", |p, x| p.nf = Nullifier::from_value(x)),
        answer("f/equal", |p, x| p.cm_new = NoteCommitment::from_value(x)),
        answer("g/equal", |p, x| p.disclosure = Disclosure::from_value(x)),
        answer("h/equal", |p, x| p.ctag = CheckinTag::from_value(x)),
    ]
}

/// The old note's slot: noon of the day.
const OLD: u32 = 2 * TODAY as u32 + 1;
const WELL: Answers = Answers {
    temperature: 365,
    symptoms: 0,
    contacts: 0,
};
const FEVER: Answers = Answers {
    temperature: 390,
    ..WELL
};
const COUGH: Answers = Answers {
    symptoms: 1,
    ..WELL
};

fn begin(f: F<'_, '_>, state: NoteState, answers: Answers, slot: u32) {
    (f.public, f.private) = checkin_of(state, answers, Slot::new(slot), &mut f.rng);
}

fn answering(f: F<'_, '_>, answers: Answers) {
    begin(f, healthy(), answers, OLD + 1);
}

fn at_slot(f: F<'_, '_>, answers: Answers, slot: u32) {
    begin(f, healthy(), answers, slot);
}

/// A check-in five days after the last one.
fn after_five_days(f: F<'_, '_>) {
    at_slot(f, WELL, OLD + 10);
}

/// Well at noon of a day whose morning had fever.
fn after_a_morning_with_fever(f: F<'_, '_>) {
    let history = History::from_bits(0b11).expect("28 bits");
    let state = NoteState {
        history,
        slot: Slot::new(OLD - 1),
        ..healthy()
    };
    begin(f, state, WELL, OLD);
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

pub(crate) fn forgers() -> Vec<Forger<Checkin>> {
    let mut all = note_forgers();
    all.extend(spending());
    all.extend(answers_hidden());
    all.extend(slots());
    all.extend(days());
    all.extend(merging());
    all.extend(outputs());
    all
}

fn spending() -> Vec<Forger<Checkin>> {
    let untrue = Forger::<Checkin>::untrue;
    vec![
        // A check-in for an earlier slot: the old slot borrows from the mask.
        untrue("a/state", |f| {
            at_slot(f, WELL, OLD - 1);
            f.add("a/state", 0, -Fr::from(2u64));
            f.add("a/state", 145, power(-144));
        }),
        // The note is spent twice under two nullifiers.
        untrue("b/nf", |f| bend(f, "b/nf", Tag::Nullifier)),
        untrue("b/equal", |f| {
            f.public.nf = Nullifier::from_value(f.random())
        }),
    ]
}

fn answers_hidden() -> Vec<Forger<Checkin>> {
    let untrue = Forger::<Checkin>::untrue;
    vec![
        untrue("c/coldest/sum", |f| {
            answering(
                f,
                Answers {
                    temperature: 299,
                    ..WELL
                },
            )
        }),
        untrue("c/coldest/bool", |f| {
            answering(
                f,
                Answers {
                    temperature: 299,
                    ..WELL
                },
            );
            f.stretch("c/coldest/bool", -Fr::from(1u64), 8);
        }),
        untrue("c/hottest/sum", |f| {
            answering(
                f,
                Answers {
                    temperature: 451,
                    ..WELL
                },
            )
        }),
        untrue("c/hottest/bool", |f| {
            answering(
                f,
                Answers {
                    temperature: 451,
                    ..WELL
                },
            );
            f.stretch("c/hottest/bool", -Fr::from(1u64), 8);
        }),
        // Other thresholds than the policy's: fever from 45.0 degrees.
        untrue("c/thresholds/sum", |f| {
            answering(f, FEVER);
            for i in 0..16 {
                f.set("c/thresholds/bool", i, 450 >> i & 1);
            }
        }),
        untrue("c/thresholds/bool", |f| {
            answering(f, FEVER);
            f.add("c/thresholds/bool", 0, Fr::from(77u64));
            f.add("c/thresholds/bool", 39, -Fr::from(77u64) * power(-39));
        }),
        untrue("c/fever/sum", |f| {
            answering(f, FEVER);
            f.set("c/fever/bool", 16, 0);
        }),
        untrue("c/fever/bool", |f| {
            answering(f, FEVER);
            f.set("c/fever/bool", 16, 0);
            f.add("c/fever/bool", 0, power(16));
        }),
        // Two symptoms that make up for each other.
        untrue("c/symptoms", |f| {
            answering(
                f,
                Answers {
                    symptoms: 0b11,
                    ..WELL
                },
            );
            f.add("c/symptoms", 1, -Fr::from(2u64));
        }),
        untrue("c/contacts", |f| {
            answering(
                f,
                Answers {
                    contacts: 0b11,
                    ..WELL
                },
            );
            f.add("c/contacts", 1, -Fr::from(2u64));
        }),
        untrue("c/counted", |f| {
            answering(f, COUGH);
            f.set("c/counted", 0, 0);
        }),
        untrue("c/unwell/sum", |f| {
            answering(f, COUGH);
            f.set("c/unwell/bool", 5, 0);
        }),
        untrue("c/unwell/bool", |f| {
            answering(f, COUGH);
            f.set("c/unwell/bool", 5, 0);
            f.add("c/unwell/bool", 0, power(5));
        }),
        untrue("c/status", |f| {
            answering(f, FEVER);
            f.set("c/status", 0, 0);
        }),
    ]
}

fn slots() -> Vec<Forger<Checkin>> {
    let untrue = Forger::<Checkin>::untrue;
    vec![
        // Two days pass and the history stays where it is.
        untrue("d/slot/sum", |f| {
            at_slot(f, WELL, OLD + 4);
            for i in 0..32 {
                f.set("d/slot/bool", i, u64::from(OLD >> i & 1));
            }
        }),
        untrue("d/slot/bool", |f| {
            at_slot(f, WELL, OLD + 4);
            f.add("d/slot/bool", 0, Fr::from(4u64));
            f.add("d/slot/bool", 1, -Fr::from(2u64));
        }),
        // Back to the morning.
        untrue("d/later/same", |f| at_slot(f, FEVER, OLD - 1)),
        untrue("d/later/sum", |f| {
            at_slot(f, WELL, OLD - 1);
            f.set("d/later/bool", 32, 1);
        }),
        untrue("d/later/bool", |f| {
            at_slot(f, WELL, OLD - 1);
            f.set("d/later/bool", 32, 1);
            f.add("d/later/bool", 0, -power(32));
        }),
        // Once more in the same slot, with nothing worse to say.
        untrue("d/worsens", |f| {
            at_slot(f, WELL, OLD);
            f.set("d/worsens", 0, 0);
        }),
        untrue("d/worsens/sum", |f| at_slot(f, WELL, OLD)),
        untrue("d/worsens/bool", |f| {
            at_slot(f, WELL, OLD);
            f.stretch("d/worsens/bool", -Fr::from(1u64), 2);
        }),
    ]
}

fn days() -> Vec<Forger<Checkin>> {
    let untrue = Forger::<Checkin>::untrue;
    vec![
        // Five days as minus four times none and five times one.
        untrue("e/hot", |f| {
            let history = History::from_bits(0b11 << 6).expect("28 bits");
            begin(
                f,
                NoteState {
                    history,
                    ..healthy()
                },
                WELL,
                OLD + 10,
            );
            f.add("e/hot", 0, -Fr::from(4u64));
            f.add("e/hot", 1, Fr::from(5u64));
            f.add("e/hot", 5, -Fr::from(1u64));
        }),
        // Twice five days as three and seven.
        untrue("e/one hot", |f| {
            after_five_days(f);
            f.set("e/hot", 3, 1);
            f.set("e/hot", 5, 0);
            f.set("e/hot", 7, 1);
        }),
        untrue("e/days", |f| {
            after_five_days(f);
            f.set("e/hot", 0, 1);
            f.set("e/hot", 5, 0);
        }),
        // Five days that are said to be fourteen: all is forgotten.
        untrue("e/beyond", |f| {
            after_five_days(f);
            f.set("e/hot", 5, 0);
            f.set("e/beyond", 0, 0);
        }),
        untrue("e/beyond/sum", |f| {
            after_five_days(f);
            f.set("e/hot", 5, 0);
        }),
        untrue("e/beyond/bool", |f| {
            after_five_days(f);
            f.set("e/hot", 5, 0);
            f.stretch("e/beyond/bool", -Fr::from(9u64), 31);
        }),
        untrue("e/moved", |f| {
            after_five_days(f);
            f.set("e/moved", 5, 0);
        }),
    ]
}

fn merging() -> Vec<Forger<Checkin>> {
    let untrue = Forger::<Checkin>::untrue;
    vec![
        // The morning's fever is gone at noon.
        untrue("e/today", |f| {
            after_a_morning_with_fever(f);
            f.set("e/today", 0, 0);
        }),
        untrue("e/merge/order/sum", |f| {
            after_a_morning_with_fever(f);
            f.set("e/merge/order/bool", 2, 1);
        }),
        untrue("e/merge/order/bool", |f| {
            after_a_morning_with_fever(f);
            f.set("e/merge/order/bool", 2, 1);
            f.add("e/merge/order/bool", 0, -power(2));
        }),
        untrue("e/merge/select", |f| {
            after_a_morning_with_fever(f);
            f.add("e/merge/select", 0, -Fr::from(2u64));
        }),
    ]
}

fn outputs() -> Vec<Forger<Checkin>> {
    let untrue = Forger::<Checkin>::untrue;
    vec![
        untrue("f/tail", |f| bend(f, "f/tail", Tag::NoteTail)),
        untrue("f/cm", |f| bend(f, "f/cm", Tag::Note)),
        untrue("f/equal", |f| {
            f.public.cm_new = NoteCommitment::from_value(f.random())
        }),
        untrue("g/nym", |f| bend(f, "g/nym", Tag::Nym)),
        untrue("g/disclosure", |f| bend(f, "g/disclosure", Tag::Disclosure)),
        untrue("g/equal", |f| {
            f.public.disclosure = Disclosure::from_value(f.random())
        }),
        untrue("h/handle", |f| bend(f, "h/handle", Tag::RevSlot)),
        untrue("h/tag", |f| bend(f, "h/tag", Tag::RevTag)),
        untrue("h/equal", |f| {
            f.public.ctag = CheckinTag::from_value(f.random())
        }),
        // The note of a lost phone wakes behind its notice.
        untrue("j/sum", |f| at_slot(f, WELL, OLD + MAX_SLEEP + 1)),
        untrue("j/bool", |f| {
            at_slot(f, WELL, OLD + MAX_SLEEP + 1);
            f.stretch("j/bool", -Fr::from(1u64), 7);
        }),
        Forger {
            drops: "i",
            lie: Lie::Replayed,
            forge: |f| {
                let old = f.public.sealed_hash.value();
                f.public.sealed_hash = SealedHash::from_value(f.random());
                f.overrides.set("i", 0, old * old);
            },
        },
    ]
}
