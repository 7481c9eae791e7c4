use super::{Enrol, Public};
use crate::audit::{Answer, Forge, Forger, Lie};
use crate::curve::Fr;
use ark_ff::Field;
use luyin_protocol::field::{MaskCommitment, NoteCommitment, Owner, ShareCommitment};
use luyin_protocol::hash::Tag;

type F<'a, 'b> = &'a mut Forge<'b, Enrol>;

pub(crate) fn answers() -> Vec<Answer<Enrol>> {
    let answer = |label, nth, write: fn(&mut Public, Fr)| Answer { label, nth, write };
    vec![
        answer("a/equal", 0, |p, x| p.owner = Owner::from_value(x)),
        answer("b/equal", 0, |p, x| {
            p.mask_commitment = MaskCommitment::from_value(x)
        }),
        answer("c/equal", 0, |p, x| p.cm = NoteCommitment::from_value(x)),
        answer("d/equal", 0, |p, x| {
            p.shares[0] = ShareCommitment::from_value(x)
        }),
        answer("d/equal", 1, |p, x| {
            p.shares[1] = ShareCommitment::from_value(x)
        }),
        answer("d/equal", 2, |p, x| {
            p.shares[2] = ShareCommitment::from_value(x)
        }),
        answer("d/equal", 3, |p, x| {
            p.shares[3] = ShareCommitment::from_value(x)
        }),
        answer("d/equal", 4, |p, x| {
            p.shares[4] = ShareCommitment::from_value(x)
        }),
    ]
}

fn bend(f: F<'_, '_>, label: &str, tag: Tag) {
    let delta = f.random();
    f.bend_one(label, tag, delta);
}

pub(crate) fn forgers() -> Vec<Forger<Enrol>> {
    let untrue = Forger::<Enrol>::untrue;
    let out_of_type = |drops, forge| Forger {
        drops,
        lie: Lie::OutOfType,
        forge,
    };
    vec![
        // Another's owner, or one that nobody has the secret of.
        untrue("a/owner", |f| bend(f, "a/owner", Tag::Owner)),
        untrue("a/equal", |f| {
            f.public.owner = Owner::from_value(f.random())
        }),
        // A mask the registrar has not seen.
        untrue("b/commitment", |f| bend(f, "b/commitment", Tag::Mask)),
        untrue("b/equal", |f| {
            f.public.mask_commitment = MaskCommitment::from_value(f.random())
        }),
        // A mask that spills into what lies beside it.
        untrue("b/mask", |f| f.add("b/mask", 0, Fr::from(2u64).pow([40]))),
        // A day that spills into the mask.
        out_of_type("b/fresh_day/sum", |f| {
            f.add("input", 3, Fr::from(1u64 << 16))
        }),
        out_of_type("b/fresh_day/bool", |f| {
            f.add("input", 3, Fr::from(1u64 << 16));
            f.add("b/fresh_day/bool", 0, Fr::from(1u64 << 16));
        }),
        // A slot that spills into the history: fourteen days that nobody reported.
        out_of_type("b/first_slot/sum", |f| {
            f.add("input", 4, Fr::from(0x0555_5555u64 << 32))
        }),
        out_of_type("b/first_slot/bool", |f| {
            let days = Fr::from(0x0555_5555u64 << 32);
            f.add("input", 4, days);
            f.add("b/first_slot/bool", 0, days);
        }),
        // A note that is not blank.
        untrue("c/tail", |f| bend(f, "c/tail", Tag::NoteTail)),
        untrue("c/cm", |f| bend(f, "c/cm", Tag::Note)),
        untrue("c/equal", |f| {
            f.public.cm = NoteCommitment::from_value(f.random())
        }),
        // A share that does not help to rebuild the handle.
        untrue("d/share", |f| {
            let delta = f.random();
            f.bend("d/share", Tag::Share, (2, 5), delta);
        }),
        untrue("d/equal", |f| {
            f.public.shares[4] = ShareCommitment::from_value(f.random())
        }),
        // Another sealed note under the same proof.
        Forger {
            drops: "e",
            lie: Lie::Replayed,
            forge: |f| {
                let old = f.public.sealed_hash.value();
                f.public.sealed_hash = luyin_protocol::field::SealedHash::from_value(f.random());
                f.overrides.set("e", 0, old * old);
            },
        },
    ]
}
