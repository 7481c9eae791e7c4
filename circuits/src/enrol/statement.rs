use super::{circuit, relation};
use crate::curve::Fr;
use crate::r1cs::System;
use crate::statement::{CircuitName, Statement};
use ark_ff::AdditiveGroup;
use luyin_protocol::field::{MaskCommitment, NoteCommitment, Owner, SealedHash, ShareCommitment};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::network::TRUSTEES;
use luyin_protocol::note::{IdentitySecret, Mask, NoteState, RevocationHandle, commitment};
use luyin_protocol::time::{Day, Slot};

/// The number of public inputs.
pub const INPUTS: usize = 11;

/// What the ledger sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The new owner.
    pub owner: Owner,
    /// The blank note.
    pub cm: NoteCommitment,
    /// What the registrar opens.
    pub mask_commitment: MaskCommitment,
    /// Day of a re-enrolment, 0 for a first enrolment.
    pub fresh_day: Day,
    /// The slot that the note begins with.
    pub first_slot: Slot,
    /// One share of the handle for each trustee.
    pub shares: [ShareCommitment; TRUSTEES],
    /// Hash of the note sealed to its owner.
    pub sealed_hash: SealedHash,
}

impl Public {
    /// The public inputs in the protocol's order.
    #[must_use]
    pub fn to_inputs(&self) -> [Fr; INPUTS] {
        let [c1, c2, c3, c4, c5] = self.shares.map(|c| c.value());
        [
            self.owner.value(),
            self.cm.value(),
            self.mask_commitment.value(),
            Fr::from(self.fresh_day.get()),
            Fr::from(self.first_slot.get()),
            c1,
            c2,
            c3,
            c4,
            c5,
            self.sealed_hash.value(),
        ]
    }
}

/// What the wallet alone knows.
#[derive(Clone)]
pub struct Private {
    /// The identity secret.
    pub sk: IdentitySecret,
    /// The revocation handle.
    pub rh: RevocationHandle,
    /// The mask.
    pub mask: Mask,
    /// Blinds the mask commitment.
    pub mask_salt: Fr,
    /// Linear and quadratic coefficient of the sharing polynomial.
    pub coefficients: [Fr; 2],
    /// Blind the shares' commitments.
    pub salts: [Fr; TRUSTEES],
    /// The first note's `rho`.
    pub rho: Fr,
    /// The first note's blinding.
    pub r: Fr,
}

impl Private {
    /// Share `i` of the handle, `i` from 1.
    #[must_use]
    pub fn share(&self, i: u64) -> Fr {
        let x = Fr::from(i);
        let [a1, a2] = self.coefficients;
        self.rh.expose() + (a1 + a2 * x) * x
    }

    /// The commitments to the shares.
    #[must_use]
    pub fn share_commitments(&self) -> [ShareCommitment; TRUSTEES] {
        let mut i = 0u64;
        self.salts.map(|salt| {
            i += 1;
            let c = hash(Tag::Share, &[Fr::from(i), self.share(i), salt]);
            ShareCommitment::from_value(c)
        })
    }

    /// The public side of this enrolment.
    #[must_use]
    pub fn public(&self, fresh_day: Day, first_slot: Slot, sealed_hash: SealedHash) -> Public {
        let state = NoteState::blank(self.mask, fresh_day, first_slot).pack();
        let owner = self.sk.owner();
        let digest = Itinerary::default().digest();
        let mask = Fr::from(self.mask.bits());
        Public {
            owner,
            cm: commitment(owner, self.rh, state, digest, self.rho, self.r),
            mask_commitment: MaskCommitment::from_value(hash(Tag::Mask, &[mask, self.mask_salt])),
            fresh_day,
            first_slot,
            shares: self.share_commitments(),
            sealed_hash,
        }
    }
}

/// Protocol 5.2.
pub struct Enrol;

impl Statement for Enrol {
    const NAME: CircuitName = CircuitName::Enrol;
    type Public = Public;
    type Private = Private;
    type Clause = relation::Clause;

    fn inputs(public: &Public) -> Vec<Fr> {
        public.to_inputs().to_vec()
    }

    fn check(public: &Public, private: &Private) -> Result<(), relation::Clause> {
        relation::check(public, private)
    }

    fn synthesise(cs: &mut System, public: &Public, private: &Private) {
        circuit::synthesise(cs, public, private);
    }

    fn blank() -> (Public, Private) {
        let private = Private {
            sk: IdentitySecret::from_value(Fr::ZERO),
            rh: RevocationHandle::from_value(Fr::ZERO),
            mask: Mask::default(),
            mask_salt: Fr::ZERO,
            coefficients: [Fr::ZERO; 2],
            salts: [Fr::ZERO; TRUSTEES],
            rho: Fr::ZERO,
            r: Fr::ZERO,
        };
        let public = private.public(Day::new(0), Slot::new(0), SealedHash::from_value(Fr::ZERO));
        (public, private)
    }
}
