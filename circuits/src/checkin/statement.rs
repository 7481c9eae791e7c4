use super::{circuit, relation};
use crate::curve::Fr;
use crate::gadgets::Path;
use crate::opened::{NOTE_LEVELS, successor};
use crate::r1cs::System;
use crate::statement::{CircuitName, Statement};
use ark_ff::AdditiveGroup;
use luyin_protocol::field::{
    CheckinTag, Disclosure, EpochRoot, NoteCommitment, Nullifier, Scope, SealedHash,
};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::note::{DayStatus, IdentitySecret, Mask, Note, NoteState, RevocationHandle};
use luyin_protocol::policy::Thresholds;
use luyin_protocol::scope::{self, nym};
use luyin_protocol::time::{Day, Slot};

/// The number of public inputs.
pub const INPUTS: usize = 8;

/// What the ledger sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The epoch root the old note stands under.
    pub root: EpochRoot,
    /// The old note's nullifier.
    pub nf: Nullifier,
    /// The new note.
    pub cm_new: NoteCommitment,
    /// The slot checked in for.
    pub slot: Slot,
    /// The policy's thresholds.
    pub thresholds: Thresholds,
    /// What the employer opens.
    pub disclosure: Disclosure,
    /// Belongs to a live notice, or to none.
    pub ctag: CheckinTag,
    /// Hash of the new note sealed to its owner.
    pub sealed_hash: SealedHash,
}

impl Public {
    /// The public inputs in the protocol's order.
    #[must_use]
    pub fn to_inputs(&self) -> [Fr; INPUTS] {
        [
            self.root.value(),
            self.nf.value(),
            self.cm_new.value(),
            Fr::from(self.slot.get()),
            self.thresholds.pack(),
            self.disclosure.value(),
            self.ctag.value(),
            self.sealed_hash.value(),
        ]
    }
}

/// The private answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Answers {
    /// Tenths of a degree Celsius, 300 to 450.
    pub temperature: u16,
    /// One bit a symptom.
    pub symptoms: u16,
    /// One bit a kind of contact.
    pub contacts: u8,
}

impl Answers {
    /// What the answers say of the day (clause 5.4.c).
    #[must_use]
    pub fn status(&self, thresholds: &Thresholds) -> DayStatus {
        let symptoms = self.symptoms & thresholds.symptom_mask;
        let contacts = self.contacts & thresholds.contact_mask;
        if self.temperature >= thresholds.fever {
            DayStatus::Fever
        } else if symptoms != 0 || contacts != 0 {
            DayStatus::Unwell
        } else {
            DayStatus::Normal
        }
    }
}

/// What the wallet alone knows.
#[derive(Clone)]
pub struct Private {
    /// The identity secret.
    pub sk: IdentitySecret,
    /// The old note.
    pub note: Note,
    /// Its way to the epoch root.
    pub path: Path<NOTE_LEVELS>,
    /// The new note's blinding.
    pub r_new: Fr,
    /// The answers.
    pub answers: Answers,
    /// The scope of the employer.
    pub scope: Scope,
    /// Blinds the disclosure.
    pub salt: Fr,
}

impl Private {
    /// The state of the new note (clauses 5.4.d to f).
    #[must_use]
    pub fn new_state(&self, slot: Slot, thresholds: &Thresholds) -> NoteState {
        let old = self.note.state;
        let days = (slot.get() / 2).saturating_sub(old.slot.get() / 2);
        let history = old
            .history
            .after_days(days)
            .with_today_at_least(self.answers.status(thresholds));
        NoteState {
            slot,
            history,
            ..old
        }
    }

    /// The public side of this check-in.
    #[must_use]
    pub fn public(
        &self,
        root: EpochRoot,
        slot: Slot,
        thresholds: Thresholds,
        sealed_hash: SealedHash,
    ) -> Public {
        let state = self.new_state(slot, &thresholds);
        let digest = self.note.itinerary.digest();
        Public {
            root,
            nf: self.sk.nullifier(self.note.rho),
            cm_new: successor(&self.sk, &self.note, &state, digest, self.r_new),
            slot,
            thresholds,
            disclosure: self.disclosure(&state),
            ctag: self.tag(slot),
            sealed_hash,
        }
    }

    /// Clause g.
    #[must_use]
    pub(super) fn disclosure(&self, state: &NoteState) -> Disclosure {
        let nym = nym(&self.sk, self.scope).value();
        let status = Fr::from(state.history.at(0).code());
        let slot = Fr::from(state.slot.get());
        Disclosure::from_value(hash(Tag::Disclosure, &[nym, status, slot, self.salt]))
    }

    /// Clause h.
    #[must_use]
    pub(super) fn tag(&self, slot: Slot) -> CheckinTag {
        let handle = hash(Tag::RevSlot, &[self.note.rh.expose(), Fr::from(slot.get())]);
        CheckinTag::from_value(hash(Tag::RevTag, &[handle, scope::checkin().value()]))
    }
}

/// Protocol 5.4.
pub struct Checkin;

impl Statement for Checkin {
    const NAME: CircuitName = CircuitName::Checkin;
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
        let sk = IdentitySecret::from_value(Fr::ZERO);
        let rh = RevocationHandle::from_value(Fr::ZERO);
        let private = Private {
            note: Note::first(&sk, rh, Mask::default(), Day::new(0), Slot::new(0)),
            sk,
            path: Path::blank(),
            r_new: Fr::ZERO,
            answers: Answers {
                temperature: 300,
                symptoms: 0,
                contacts: 0,
            },
            scope: Scope::from_value(Fr::ZERO),
            salt: Fr::ZERO,
        };
        let root = EpochRoot::from_value(Fr::ZERO);
        let sealed = SealedHash::from_value(Fr::ZERO);
        let public = private.public(root, Slot::new(0), Thresholds::standard(), sealed);
        (public, private)
    }
}
