use super::{Private, Public};
use crate::curve::Fr;
use crate::gadgets::{FIELDS, Field, NoteVar, bits, commit, hash, pack};
use crate::r1cs::{Num, System};
use ark_ff::Field as _;
use luyin_protocol::hash::Tag;
use luyin_protocol::itinerary::Itinerary;

pub(super) fn synthesise(cs: &mut System, public: &Public, private: &Private) {
    let [
        owner,
        cm,
        mask_commitment,
        fresh_day,
        first_slot,
        c1,
        c2,
        c3,
        c4,
        c5,
        sealed_hash,
    ] = public.to_inputs().map(|x| cs.input(x));
    let [sk, rh, mask_salt, a1, a2, rho, r] = cs.within("private", |cs| {
        let [a1, a2] = private.coefficients;
        let Private {
            sk,
            rh,
            mask_salt,
            rho,
            r,
            ..
        } = private;
        [sk.expose(), rh.expose(), *mask_salt, a1, a2, *rho, *r].map(|x| cs.witness(x))
    });
    cs.within("a", |cs| {
        let computed = cs.within("owner", |cs| hash(cs, Tag::Owner, &[&sk]));
        cs.within("equal", |cs| cs.enforce_equal(&computed, &owner));
    });
    let mask = cs.within("b", |cs| {
        let mask = cs.within("mask", |cs| {
            let mask = Fr::from(private.mask.bits());
            Num::packed(&cs.low_bits(mask, 32))
        });
        cs.within("fresh_day", |cs| bits(cs, &fresh_day, 16));
        cs.within("first_slot", |cs| bits(cs, &first_slot, 32));
        let computed = cs.within("commitment", |cs| hash(cs, Tag::Mask, &[&mask, &mask_salt]));
        cs.within("equal", |cs| cs.enforce_equal(&computed, &mask_commitment));
        mask
    });
    cs.within("c", |cs| {
        let digest = Num::constant(Itinerary::default().digest().value());
        let note = NoteVar {
            owner: owner.clone(),
            rh: rh.clone(),
            digest,
            rho,
            r,
        };
        let mut fields: [Num; FIELDS] = std::array::from_fn(|_| Num::small(0));
        fields[Field::Slot as usize] = first_slot.clone();
        fields[Field::FreshDay as usize] = fresh_day.clone();
        fields[Field::Mask as usize] = mask;
        let computed = commit(cs, &note, &pack(&fields));
        cs.within("equal", |cs| cs.enforce_equal(&computed, &cm));
    });
    cs.within("d", |cs| {
        for ((i, c), salt) in (1u64..).zip([c1, c2, c3, c4, c5]).zip(private.salts) {
            let salt = cs.within("private", |cs| cs.witness(salt));
            let x = Fr::from(i);
            let share = Num::sum([(Fr::ONE, &rh), (x, &a1), (x * x, &a2)]);
            let computed = cs.within("share", |cs| {
                hash(cs, Tag::Share, &[&Num::constant(x), &share, &salt])
            });
            cs.within("equal", |cs| cs.enforce_equal(&computed, &c));
        }
    });
    cs.within("e", |cs| {
        cs.mul(&sealed_hash, &sealed_hash);
    });
}
