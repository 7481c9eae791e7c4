use super::demands::{POLICY_BITS, WIDTHS};
use super::{Private, Public};
use crate::curve::Fr;
use crate::gadgets::{Field, StateVar, at_least, bits, hash};
use crate::opened::Opened;
use crate::r1cs::{Bit, Num, System};
use ark_ff::{BigInteger, Field as _, PrimeField};
use luyin_protocol::hash::Tag;
use luyin_protocol::itinerary::{BITS, WORDS};

pub(super) fn synthesise(cs: &mut System, public: &Public, private: &Private) {
    let [
        root,
        policy,
        r0,
        r1,
        r2,
        day,
        scope,
        nym,
        rtag,
        mask_out,
        binding,
    ] = public.to_inputs().map(|x| cs.input(x));
    let (policy, state) = cs.within("b", |cs| {
        let policy = PolicyVar::unpack(cs, &policy);
        (policy, StateVar::witness(cs, &private.note.state))
    });
    let itinerary = cs.within("h", |cs| clear_of_risk(cs, private, [r0, r1, r2]));
    let opened = cs.within("a", |cs| {
        let Private { sk, note, path } = private;
        let [i0, i1, i2] = &itinerary;
        let digest =
            |cs: &mut System| cs.within("digest", |cs| hash(cs, Tag::Itinerary, &[i0, i1, i2]));
        Opened::open(cs, sk, note, state, digest, path, &root)
    });
    satisfy(cs, &policy, &opened.state);
    cs.within("i", |cs| {
        let computed = cs.within("nym", |cs| hash(cs, Tag::Nym, &[&opened.sk, &scope]));
        cs.within("equal", |cs| cs.enforce_equal(&computed, &nym));
    });
    cs.within("j", |cs| {
        let handle = cs.within("handle", |cs| {
            hash(cs, Tag::RevDay, &[&opened.note.rh, &day])
        });
        let computed = cs.within("tag", |cs| hash(cs, Tag::RevTag, &[&handle, &scope]));
        cs.within("equal", |cs| cs.enforce_equal(&computed, &rtag));
    });
    cs.within("k", |cs| {
        cs.enforce(
            policy.show_mask().num(),
            &opened.field(Field::Mask),
            &mask_out,
        );
    });
    cs.within("l", |cs| {
        cs.mul(&binding, &binding);
    });
}

/// Clause b: the fields of the policy in bits.
struct PolicyVar([Vec<Bit>; WIDTHS.len()]);

impl PolicyVar {
    fn unpack(cs: &mut System, packed: &Num) -> Self {
        let bits = cs.within("policy", |cs| bits(cs, packed, POLICY_BITS));
        let mut rest = bits.into_iter();
        Self(WIDTHS.map(|width| rest.by_ref().take(width).collect()))
    }

    fn nums(&self) -> [Num; WIDTHS.len()] {
        self.0.each_ref().map(Num::packed)
    }

    fn window_a(&self) -> &[Bit] {
        &self.0[2]
    }

    fn window_b(&self) -> &[Bit] {
        &self.0[3]
    }

    fn show_mask(&self) -> &Bit {
        &self.0[12][0]
    }
}

/// Clauses c to g.
fn satisfy(cs: &mut System, policy: &PolicyVar, state: &StateVar) {
    let [
        min_slot,
        min_normal,
        _,
        _,
        accept_test,
        min_test_day,
        accept_doses,
        min_doses,
        min_reading_day,
        min_itin_day,
        fresh_from,
        fresh_normal,
        _,
    ] = policy.nums();
    cs.within("c", |cs| {
        bits(cs, &(&state.num(Field::Slot) - &min_slot), 32)
    });
    let normal = cs.within("d", |cs| {
        let normal = normal_days(cs, state);
        cs.within("window_a", |cs| {
            let counted = policy.window_a().iter().zip(&normal);
            let counted: Vec<Num> = counted.map(|(w, n)| cs.mul(w.num(), n)).collect();
            let count = Num::sum(counted.iter().map(|c| (Fr::ONE, c)));
            bits(cs, &(&count - &min_normal), 4);
        });
        cs.within("window_b", |cs| {
            for (window, (_, high)) in policy.window_b().iter().zip(state.pairs()) {
                cs.enforce(window.num(), high.num(), &Num::small(0));
            }
        });
        Num::sum(normal.iter().map(|n| (Fr::ONE, n)))
    });
    cs.within("e", |cs| {
        let test_ok = state.num(Field::TestOk);
        let recent = cs.within("test_day", |cs| {
            at_least(cs, &state.num(Field::TestDay), &min_test_day, 16)
        });
        let enough = cs.within("doses", |cs| {
            at_least(cs, &state.num(Field::DoseCount), &min_doses, 4)
        });
        let test = cs.within("test", |cs| {
            let accepted = cs.mul(&accept_test, &test_ok);
            cs.mul(&accepted, recent.num())
        });
        let vaccinated = cs.within("vaccinated", |cs| cs.mul(&accept_doses, enough.num()));
        let one = Num::small(1);
        let neither = cs.within("neither", |cs| {
            cs.mul(&(&one - &test), &(&one - &vaccinated))
        });
        let demanded = &accept_test + &accept_doses;
        cs.within("one holds", |cs| {
            cs.enforce(&demanded, &neither, &Num::small(0))
        });
    });
    cs.within("f", |cs| {
        let reading = &state.num(Field::ReadingDay) - &min_reading_day;
        cs.within("reading", |cs| bits(cs, &reading, 16));
        let itinerary = &state.num(Field::ItinDay) - &min_itin_day;
        cs.within("itinerary", |cs| bits(cs, &itinerary, 16));
    });
    cs.within("g", |cs| {
        let fresh = cs.within("fresh", |cs| {
            at_least(cs, &state.num(Field::FreshDay), &fresh_from, 16)
        });
        let spare = cs.within("spare", |cs| {
            cs.mul(fresh.num(), &(&normal - &fresh_normal))
        });
        cs.within("spare", |cs| bits(cs, &spare, 4));
    });
}

/// Clause d: low bit and not high bit of each pair.
fn normal_days(cs: &mut System, state: &StateVar) -> Vec<Num> {
    cs.within("normal", |cs| {
        let pairs = state.pairs();
        pairs
            .map(|(low, high)| cs.mul(low.num(), high.not().num()))
            .collect()
    })
}

/// Clause h: the bitmaps of the itinerary, none of whose bits is set in the risk list.
///
/// One row a region does both jobs: where `r = 0` it says that `v` is a bit, where `r = 1` that
/// it is zero. `v` stands alone on the right, so `r` stays out of that matrix.
fn clear_of_risk(cs: &mut System, private: &Private, risk: [Num; WORDS]) -> [Num; WORDS] {
    let itinerary = private.note.itinerary.values();
    let mut words = itinerary.into_iter().zip(risk);
    std::array::from_fn(|_| {
        let Some((word, risk)) = words.next() else {
            return Num::small(0);
        };
        let risk = cs.within("risk", |cs| bits(cs, &risk, BITS));
        let word = word.into_bigint();
        let visited = risk.iter().enumerate().map(|(i, r)| {
            let v = cs.within("visited", |cs| cs.witness(Fr::from(word.get_bit(i))));
            let left = &(&v - &Num::small(1)) + r.num();
            cs.within("visited", |cs| cs.enforce(&left, &v, &Num::small(0)));
            Bit::known(v)
        });
        Num::packed(&visited.collect::<Vec<_>>())
    })
}
