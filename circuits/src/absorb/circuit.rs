use super::{Private, Public};
use crate::curve::Fr;
use crate::gadgets::{FIELDS, Field, StateVar, bits, hash, later, membership, worse};
use crate::opened::{Opened, day_of_slot};
use crate::r1cs::{Bit, Num, System};
use ark_ff::Field as _;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::hash::Tag;

pub(super) fn synthesise(cs: &mut System, public: &Public, private: &Private) {
    let [root, att_root, nf, cm_new, now_day, sealed_hash] =
        public.to_inputs().map(|x| cs.input(x));
    let Private {
        sk,
        note,
        path,
        r_new,
        ..
    } = private;
    let old = cs.within("a", |cs| {
        let state = StateVar::witness(cs, &note.state);
        let digest = |cs: &mut System| {
            cs.within("private", |cs| cs.witness(note.itinerary.digest().value()))
        };
        Opened::open(cs, sk, note, state, digest, path, &root)
    });
    cs.within("b", |cs| old.nullify(cs, &nf));
    let attested = cs.within("d", |cs| AttestedVar::witness(cs, private, &now_day));
    cs.within("c", |cs| {
        attested.enforce_in_tree(cs, &old.sk, private, &att_root)
    });
    let later = cs.within("e", |cs| attested.enforce_newer(cs, &old.state));
    let (fields, digest) = cs.within("f", |cs| attested.take_over(cs, &old, &later));
    cs.within("g", |cs| {
        old.succeed(cs, &fields, digest, &nf, *r_new, &cm_new);
        cs.within("sealed", |cs| cs.mul(&sealed_hash, &sealed_hash));
    });
}

/// The attestation: clause d.
struct AttestedVar {
    /// One-hot: test, vaccination, itinerary, reading.
    kinds: [Bit; 4],
    day: Num,
    value: Vec<Bit>,
    body0: Num,
    body1: Num,
}

impl AttestedVar {
    fn witness(cs: &mut System, private: &Private, now_day: &Num) -> Self {
        let attested = private.attested;
        let kinds = cs.within("kind", |cs| {
            AttestationKind::ALL.map(|kind| cs.bit(kind == attested.kind))
        });
        let one = Num::sum(kinds.iter().map(|k| (Fr::ONE, k.num())));
        cs.within("one kind", |cs| cs.enforce_equal(&one, &Num::small(1)));
        let body0 = cs.within("body0", |cs| cs.low_bits(attested.body0(), 20));
        let (day, value) = body0.split_at(16);
        let day = Num::packed(day);
        cs.within("now_day", |cs| bits(cs, now_day, 16));
        cs.within("past", |cs| bits(cs, &(now_day - &day), 16));
        let body1 = cs.within("private", |cs| cs.witness(attested.body1));
        let made = Self {
            day,
            value: value.to_vec(),
            body0: Num::packed(&body0),
            body1,
            kinds,
        };
        made.enforce_well_formed(cs);
        made
    }

    /// The values that each kind may have.
    fn enforce_well_formed(&self, cs: &mut System) {
        let zero = Num::small(0);
        let [test, _, itinerary, reading] = &self.kinds;
        let [v0, v1, v2, v3] = self.value_bits();
        let high = &(v1 + v2) + v3;
        cs.within("test value", |cs| cs.enforce(test.num(), &high, &zero));
        let any = &high + v0;
        cs.within("itinerary value", |cs| {
            cs.enforce(itinerary.num(), &any, &zero)
        });
        let odd = &(&Num::small(1) - v0) + &(v2 + v3);
        cs.within("reading value", |cs| cs.enforce(reading.num(), &odd, &zero));
        cs.within("no digest", |cs| {
            cs.enforce(itinerary.not().num(), &self.body1, &zero)
        });
    }

    fn value_bits(&self) -> [&Num; 4] {
        std::array::from_fn(|i| self.value[i].num())
    }

    /// Clause c.
    fn enforce_in_tree(&self, cs: &mut System, sk: &Num, private: &Private, root: &Num) {
        let attested = private.attested;
        let [scope, nonce, issuer] = cs.within("private", |cs| {
            [
                attested.scope.value(),
                attested.nonce,
                attested.issuer.value(),
            ]
            .map(|x| cs.witness(x))
        });
        let binding = cs.within("binding", |cs| hash(cs, Tag::Nym, &[sk, &scope]));
        let parts = [&binding, &self.body0, &self.body1, &nonce];
        let body = cs.within("body", |cs| hash(cs, Tag::AttestationBody, &parts));
        let kind = Num::sum(
            (1u64..)
                .zip(&self.kinds)
                .map(|(n, k)| (Fr::from(n), k.num())),
        );
        let leaf = cs.within("leaf", |cs| {
            hash(cs, Tag::Attestation, &[&kind, &issuer, &body])
        });
        let reached = cs.within("path", |cs| membership(cs, &leaf, &private.att_path));
        cs.within("root", |cs| cs.enforce_equal(&reached, root));
    }

    /// Clause e: returns whether the day is later than what the note has of the same kind.
    fn enforce_newer(&self, cs: &mut System, old: &StateVar) -> Bit {
        let [test, vaccination, itinerary, reading] = &self.kinds;
        let dated = [
            (test, Field::TestDay),
            (vaccination, Field::DoseDay),
            (itinerary, Field::ItinDay),
        ];
        let gaps = cs.within("gap", |cs| {
            dated.map(|(kind, field)| cs.mul(kind.num(), &(&self.day - &old.num(field))))
        });
        let gap = Num::sum(gaps.iter().map(|g| (Fr::ONE, g)));
        let is_later = cs.within("later", |cs| later(cs, &gap, 16));
        let strict = vaccination.num() + itinerary.num();
        cs.within("strictly", |cs| {
            cs.enforce(&strict, is_later.not().num(), &Num::small(0));
        });
        let elsewhen = &self.day - &day_of_slot(old.bits(Field::Slot));
        cs.within("same day", |cs| {
            cs.enforce(reading.num(), &elsewhen, &Num::small(0))
        });
        is_later
    }

    /// Clause f: the new fields and digest.
    fn take_over(&self, cs: &mut System, old: &Opened, later: &Bit) -> ([Num; FIELDS], Num) {
        let [test, vaccination, itinerary, reading] = &self.kinds;
        let [v0, v1, ..] = self.value_bits();
        let mut fields = old.state.nums();
        let day = &self.day;
        let mut set = |cs: &mut System, name, field: Field, when: &Num, to: &Num| {
            let slot = &mut fields[field as usize];
            *slot = cs.within(name, |cs| choose(cs, when, slot, to));
        };
        set(cs, "test_day", Field::TestDay, test.num(), day);
        let still_ok = cs.within("equal day", |cs| {
            let earlier = cs.mul(later.not().num(), &old.field(Field::TestOk));
            cs.mul(v0, &(later.num() + &earlier))
        });
        set(cs, "test_ok", Field::TestOk, test.num(), &still_ok);
        let count = Num::packed(&self.value);
        set(
            cs,
            "dose_count",
            Field::DoseCount,
            vaccination.num(),
            &count,
        );
        set(cs, "dose_day", Field::DoseDay, vaccination.num(), day);
        set(cs, "itin_day", Field::ItinDay, itinerary.num(), day);
        let normal = cs.within("normal", |cs| cs.mul(reading.num(), &(&Num::small(1) - v1)));
        set(cs, "reading_day", Field::ReadingDay, &normal, day);
        let pair = Num::packed(old.state.bits(Field::History).iter().take(2));
        let read = Num::packed(self.value.iter().take(2));
        let merged = cs.within("merge", |cs| worse(cs, &pair, &read));
        let low = cs.within("history", |cs| choose(cs, reading.num(), &pair, &merged));
        let history = &mut fields[Field::History as usize];
        *history = &(&*history - &pair) + &low;
        let old_digest = &old.note.digest;
        let digest = cs.within("digest", |cs| {
            choose(cs, itinerary.num(), old_digest, &self.body1)
        });
        (fields, digest)
    }
}

/// `to` where `when` is one, `from` where it is zero.
fn choose(cs: &mut System, when: &Num, from: &Num, to: &Num) -> Num {
    let step = cs.mul(when, &(to - from));
    from + &step
}
