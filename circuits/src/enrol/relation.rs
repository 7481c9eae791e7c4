use super::{Private, Public};
use crate::curve::Fr;
use crate::statement::clauses;
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{NoteState, commitment};

clauses! { "5.2":
    A "the owner is made from the secret";
    B "the mask opens its commitment";
    C "the commitment is that of a blank note";
    D "the five shares lie on one polynomial over the handle";
}

/// The native check. Clause e holds of every value.
pub(super) fn check(public: &Public, private: &Private) -> Result<(), Clause> {
    let demand = |held: bool, clause| if held { Ok(()) } else { Err(clause) };
    demand(public.owner == private.sk.owner(), Clause::A)?;
    let mask = Fr::from(private.mask.bits());
    let mask_commitment = hash(Tag::Mask, &[mask, private.mask_salt]);
    demand(public.mask_commitment.value() == mask_commitment, Clause::B)?;
    let blank = NoteState::blank(private.mask, public.fresh_day, public.first_slot).pack();
    let digest = Itinerary::default().digest();
    let cm = commitment(
        public.owner,
        private.rh,
        blank,
        digest,
        private.rho,
        private.r,
    );
    demand(public.cm == cm, Clause::C)?;
    demand(public.shares == private.share_commitments(), Clause::D)
}
