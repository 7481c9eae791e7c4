use super::{Private, Public};
use crate::curve::Fr;
use crate::gadgets::{Field, StateVar, at_least, bits, hash, later, worse};
use crate::opened::{Opened, day_of_slot};
use crate::r1cs::{Bit, Num, System};
use ark_ff::Field as _;
use luyin_protocol::hash::Tag;
use luyin_protocol::note::{HISTORY_DAYS, MAX_SLEEP};
use luyin_protocol::scope;

/// Bits of what is left of a sleep: they reach as far as the longest does, and no further than needed.
const SLEEP_BITS: usize = 7;
/// Bits of a packed `thresholds`.
const THRESHOLD_BITS: usize = 40;

pub(super) fn synthesise(cs: &mut System, public: &Public, private: &Private) {
    let [
        root,
        nf,
        cm_new,
        slot,
        thresholds,
        disclosure,
        ctag,
        sealed_hash,
    ] = public.to_inputs().map(|x| cs.input(x));
    let Private {
        sk,
        note,
        path,
        r_new,
        answers: _,
        scope,
        salt,
    } = private;
    let old = cs.within("a", |cs| {
        let state = StateVar::witness(cs, &note.state);
        let digest = |cs: &mut System| {
            cs.within("private", |cs| cs.witness(note.itinerary.digest().value()))
        };
        Opened::open(cs, sk, note, state, digest, path, &root)
    });
    cs.within("b", |cs| old.nullify(cs, &nf));
    let status = cs.within("c", |cs| day_status(cs, private, &thresholds));
    let days = cs.within("d", |cs| days_since(cs, &old, &slot, &status));
    let slept = &slot - &old.field(Field::Slot);
    let (history, low) = cs.within("e", |cs| moved_history(cs, &old.state, &days, &status));
    let rh = old.note.rh.clone();
    let secret = old.sk.clone();
    cs.within("f", |cs| {
        let mut fields = old.state.nums();
        fields[Field::Slot as usize] = slot.clone();
        fields[Field::History as usize] = history;
        let digest = old.note.digest.clone();
        old.succeed(cs, &fields, digest, &nf, *r_new, &cm_new);
    });
    cs.within("g", |cs| {
        let [scope, salt] = cs.within("private", |cs| {
            [scope.value(), *salt].map(|x| cs.witness(x))
        });
        let nym = cs.within("nym", |cs| hash(cs, Tag::Nym, &[&secret, &scope]));
        let parts = [&nym, &low, &slot, &salt];
        let computed = cs.within("disclosure", |cs| hash(cs, Tag::Disclosure, &parts));
        cs.within("equal", |cs| cs.enforce_equal(&computed, &disclosure));
    });
    cs.within("h", |cs| {
        let handle = cs.within("handle", |cs| hash(cs, Tag::RevSlot, &[&rh, &slot]));
        let scope = Num::constant(scope::checkin().value());
        let computed = cs.within("tag", |cs| hash(cs, Tag::RevTag, &[&handle, &scope]));
        cs.within("equal", |cs| cs.enforce_equal(&computed, &ctag));
    });
    cs.within("i", |cs| {
        cs.mul(&sealed_hash, &sealed_hash);
    });
    // Clause d holds the sleep to be no less than zero and below 2^32.
    cs.within("j", |cs| {
        let left = &Num::small(MAX_SLEEP.into()) - &slept;
        bits(cs, &left, SLEEP_BITS);
    });
}

/// Clause c: the status that the private answers give under the thresholds.
fn day_status(cs: &mut System, private: &Private, thresholds: &Num) -> Num {
    let answers = private.answers;
    let temperature = cs.within("private", |cs| cs.witness(Fr::from(answers.temperature)));
    cs.within("coldest", |cs| {
        bits(cs, &(&temperature - &Num::small(300)), 8)
    });
    cs.within("hottest", |cs| {
        bits(cs, &(&Num::small(450) - &temperature), 8)
    });
    let limits = cs.within("thresholds", |cs| bits(cs, thresholds, THRESHOLD_BITS));
    let (fever_limit, masks) = limits.split_at(16);
    let fever = cs.within("fever", |cs| {
        at_least(cs, &temperature, &Num::packed(fever_limit), 16)
    });
    let mut reported = cs.within("symptoms", |cs| cs.low_bits(Fr::from(answers.symptoms), 16));
    reported.extend(cs.within("contacts", |cs| cs.low_bits(Fr::from(answers.contacts), 8)));
    let counted = cs.within("counted", |cs| {
        let counted = reported.iter().zip(masks);
        counted
            .map(|(r, m)| cs.mul(r.num(), m.num()))
            .collect::<Vec<_>>()
    });
    let count = Num::sum(counted.iter().map(|c| (Fr::ONE, c)));
    let unwell = cs.within("unwell", |cs| at_least(cs, &count, &Num::small(1), 5));
    // 1, or 2 if unwell, or 3 if fever.
    let step = cs.within("status", |cs| {
        cs.mul(fever.num(), &(&Num::small(2) - unwell.num()))
    });
    &(&Num::small(1) + unwell.num()) + &step
}

/// Clause d; returns the days between the two slots.
fn days_since(cs: &mut System, old: &Opened, slot: &Num, status: &Num) -> Num {
    let slot_bits = cs.within("slot", |cs| bits(cs, slot, 32));
    let gap = slot - &old.field(Field::Slot);
    let is_later = cs.within("later", |cs| later(cs, &gap, 32));
    // Where the slot is the same: status - old - 1 is not negative.
    let pair = Num::packed(old.state.bits(Field::History).iter().take(2));
    let rise = &(status - &pair) - &Num::small(1);
    let rise = cs.within("worsens", |cs| cs.mul(is_later.not().num(), &rise));
    cs.within("worsens", |cs| bits(cs, &rise, 2));
    &day_of_slot(&slot_bits) - &day_of_slot(old.state.bits(Field::Slot))
}

/// Clause e: the new history and its low pair.
fn moved_history(cs: &mut System, old: &StateVar, days: &Num, status: &Num) -> (Num, Num) {
    let days_value = days.value();
    let hot: Vec<Bit> = cs.within("hot", |cs| {
        let hot = (0u64..).take(HISTORY_DAYS);
        hot.map(|k| cs.bit(days_value == Fr::from(k))).collect()
    });
    let any = Num::sum(hot.iter().map(|h| (Fr::ONE, h.num())));
    cs.within("one hot", |cs| cs.enforce_boolean(&any));
    let index = Num::sum((0u64..).zip(&hot).map(|(k, h)| (Fr::from(k), h.num())));
    cs.within("days", |cs| cs.enforce(&any, days, &index));
    let beyond = Bit::known(&Num::small(1) - &any);
    cs.within("beyond", |cs| {
        let excess = &(days - &Num::small(HISTORY_DAYS as u64));
        let excess = cs.mul(beyond.num(), excess);
        bits(cs, &excess, 31);
    });
    let kept = old.bits(Field::History);
    let moved = cs.within("moved", |cs| {
        let moved = hot.iter().enumerate().map(|(k, h)| {
            // What stays after k days, in the place where it then stands.
            let stays = Num::packed(kept.iter().take(kept.len() - 2 * k));
            cs.mul(h.num(), &stays.scale(Fr::from(4u64).pow([k as u64])))
        });
        moved.collect::<Vec<_>>()
    });
    let moved = Num::sum(moved.iter().map(|m| (Fr::ONE, m)));
    let pair = Num::packed(kept.iter().take(2));
    let today = cs.within("today", |cs| match hot.first() {
        Some(same_day) => cs.mul(same_day.num(), &pair),
        None => Num::small(0),
    });
    let low = cs.within("merge", |cs| worse(cs, &today, status));
    (&(&moved - &today) + &low, low)
}
