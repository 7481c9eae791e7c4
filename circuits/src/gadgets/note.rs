use super::hash;
use crate::curve::Fr;
use crate::r1cs::{Bit, Num, System};
use ark_ff::Field as _;
use luyin_protocol::hash::Tag;
use luyin_protocol::note::NoteState;

/// The packed fields of a state, from the low bit upward (protocol 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Field {
    /// Newest check-in.
    Slot,
    /// Fourteen pairs.
    History,
    /// Day of the newest test.
    TestDay,
    /// That test was negative.
    TestOk,
    /// Doses.
    DoseCount,
    /// Day of the newest dose.
    DoseDay,
    /// Day of the newest normal reading.
    ReadingDay,
    /// Day the itinerary was derived for.
    ItinDay,
    /// Day of a re-enrolment.
    FreshDay,
    /// Shown where a policy demands it.
    Mask,
}

/// How many fields a state has.
pub(crate) const FIELDS: usize = 10;

/// Their widths in bits, as `NoteState::fields` has them.
pub(super) const WIDTHS: [usize; FIELDS] = [32, 28, 16, 1, 4, 16, 16, 16, 16, 32];

/// A state in bits. The packed state is their sum, so that no further row ties the two.
pub struct StateVar([Vec<Bit>; FIELDS]);

impl StateVar {
    /// The bits of a state, all private.
    pub fn witness(cs: &mut System, state: &NoteState) -> Self {
        cs.within("state", |cs| {
            Self(
                state
                    .fields()
                    .map(|(value, width)| cs.low_bits(Fr::from(value), width)),
            )
        })
    }

    /// The bits of a field, the lowest first.
    #[must_use]
    pub fn bits(&self, field: Field) -> &[Bit] {
        &self.0[field as usize]
    }

    /// A field as a number.
    #[must_use]
    pub fn num(&self, field: Field) -> Num {
        Num::packed(self.bits(field))
    }

    /// All fields as numbers.
    #[must_use]
    pub fn nums(&self) -> [Num; FIELDS] {
        self.0.each_ref().map(Num::packed)
    }

    /// The pairs of the history, the newest first: low bit, high bit.
    pub fn pairs(&self) -> impl Iterator<Item = (&Bit, &Bit)> {
        self.bits(Field::History)
            .chunks_exact(2)
            .map(|pair| (&pair[0], &pair[1]))
    }
}

/// Packs fields into a state. Each must be known to fit its width.
#[must_use]
pub fn pack(fields: &[Num; FIELDS]) -> Num {
    let mut weight = Fr::ONE;
    Num::sum(fields.iter().zip(WIDTHS).map(|(field, width)| {
        let k = weight;
        weight *= Fr::from(2u64).pow([width as u64]);
        (k, field)
    }))
}

/// The parts of a note that no statement changes, and its `rho` and `r`.
pub struct NoteVar {
    /// The owner.
    pub owner: Num,
    /// The revocation handle.
    pub rh: Num,
    /// The itinerary digest.
    pub digest: Num,
    /// The predecessor's nullifier.
    pub rho: Num,
    /// Blinding.
    pub r: Num,
}

/// `cm` of a note with the given packed state (protocol 4.2).
pub fn commit(cs: &mut System, note: &NoteVar, state: &Num) -> Num {
    let NoteVar {
        owner,
        rh,
        digest,
        rho,
        r,
    } = note;
    let tail = cs.within("tail", |cs| hash(cs, Tag::NoteTail, &[digest, rho, r]));
    cs.within("cm", |cs| hash(cs, Tag::Note, &[owner, rh, state, &tail]))
}
