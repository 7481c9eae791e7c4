use super::{circuit, relation};
use crate::curve::Fr;
use crate::gadgets::Path;
use crate::opened::{ATTESTATION_LEVELS, NOTE_LEVELS, successor};
use crate::r1cs::System;
use crate::statement::{CircuitName, Statement};
use ark_ff::AdditiveGroup;
use luyin_protocol::attestation::{Attestation, AttestationKind, leaf};
use luyin_protocol::field::{
    AttestationBody, AttestationLeaf, AttestationRoot, EpochRoot, IssuerId, ItineraryDigest,
    NoteCommitment, Nullifier, Scope, SealedHash,
};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::note::{
    DayStatus, IdentitySecret, Mask, Note, NoteState, RevocationHandle, pack,
};
use luyin_protocol::scope::nym;
use luyin_protocol::time::{Day, Slot};

/// The number of public inputs.
pub const INPUTS: usize = 6;

/// What the ledger sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The epoch root the old note stands under.
    pub root: EpochRoot,
    /// The day's attestation tree.
    pub att_root: AttestationRoot,
    /// The old note's nullifier.
    pub nf: Nullifier,
    /// The new note.
    pub cm_new: NoteCommitment,
    /// The day of the ledger's clock.
    pub now_day: Day,
    /// Hash of the new note sealed to its owner.
    pub sealed_hash: SealedHash,
}

impl Public {
    /// The public inputs in the protocol's order.
    #[must_use]
    pub fn to_inputs(&self) -> [Fr; INPUTS] {
        [
            self.root.value(),
            self.att_root.value(),
            self.nf.value(),
            self.cm_new.value(),
            Fr::from(self.now_day.get()),
            self.sealed_hash.value(),
        ]
    }
}

/// An attestation as its holder opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attested {
    /// What kind.
    pub kind: AttestationKind,
    /// By whom.
    pub issuer: IssuerId,
    /// The attester's scope of the day, in which it knew the holder.
    pub scope: Scope,
    /// The day attested.
    pub day: Day,
    /// What is attested, 4 bits.
    pub value: u8,
    /// The itinerary digest, or zero.
    pub body1: Fr,
    /// Blinding.
    pub nonce: Fr,
}

impl Attested {
    /// An attestation that was made for the holder's name in `scope`.
    #[must_use]
    pub fn new(attestation: &Attestation, scope: Scope) -> Self {
        Self {
            kind: attestation.kind(),
            issuer: attestation.issuer,
            scope,
            day: attestation.day,
            value: attestation.value(),
            body1: attestation.body1(),
            nonce: attestation.nonce,
        }
    }

    /// `day:16 | value:4`.
    #[must_use]
    pub fn body0(&self) -> Fr {
        pack(&[(self.day.get().into(), 16), (u64::from(self.value & 15), 4)])
    }

    /// `body`, bound to the holder's name in the attester's scope.
    #[must_use]
    pub fn body(&self, sk: &IdentitySecret) -> AttestationBody {
        let binding = nym(sk, self.scope).value();
        let parts = [binding, self.body0(), self.body1, self.nonce];
        AttestationBody::from_value(hash(Tag::AttestationBody, &parts))
    }

    /// The leaf of the attestation tree.
    #[must_use]
    pub fn leaf(&self, sk: &IdentitySecret) -> AttestationLeaf {
        leaf(self.kind, self.issuer, self.body(sk))
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
    /// The attestation.
    pub attested: Attested,
    /// Its way to the attestation root.
    pub att_path: Path<ATTESTATION_LEVELS>,
}

impl Private {
    /// The new note's state (clause f).
    #[must_use]
    pub fn new_state(&self) -> NoteState {
        let Attested {
            kind, day, value, ..
        } = self.attested;
        let value = value & 15;
        let old = self.note.state;
        match kind {
            AttestationKind::Test => {
                let negative = value & 1 == 1;
                let test_ok = if day == old.test_day {
                    negative && old.test_ok
                } else {
                    negative
                };
                NoteState {
                    test_day: day,
                    test_ok,
                    ..old
                }
            }
            AttestationKind::Vaccination => NoteState {
                dose_count: value,
                dose_day: day,
                ..old
            },
            AttestationKind::Itinerary => NoteState {
                itin_day: day,
                ..old
            },
            AttestationKind::Reading => {
                let status = DayStatus::from_low_bits(value.into());
                let history = old.history.with_today_at_least(status);
                let reading_day = if value & 2 == 0 { day } else { old.reading_day };
                NoteState {
                    history,
                    reading_day,
                    ..old
                }
            }
        }
    }

    /// The new note's itinerary digest (clause f).
    #[must_use]
    pub fn new_digest(&self) -> ItineraryDigest {
        match self.attested.kind {
            AttestationKind::Itinerary => ItineraryDigest::from_value(self.attested.body1),
            AttestationKind::Test | AttestationKind::Vaccination | AttestationKind::Reading => {
                self.note.itinerary.digest()
            }
        }
    }

    /// The public side.
    #[must_use]
    pub fn public(
        &self,
        root: EpochRoot,
        att_root: AttestationRoot,
        now_day: Day,
        sealed_hash: SealedHash,
    ) -> Public {
        let (state, digest) = (self.new_state(), self.new_digest());
        Public {
            root,
            att_root,
            nf: self.sk.nullifier(self.note.rho),
            cm_new: successor(&self.sk, &self.note, &state, digest, self.r_new),
            now_day,
            sealed_hash,
        }
    }
}

/// Protocol 5.5.
pub struct Absorb;

impl Statement for Absorb {
    const NAME: CircuitName = CircuitName::Absorb;
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
            attested: Attested {
                kind: AttestationKind::Test,
                issuer: IssuerId::from_value(Fr::ZERO),
                scope: Scope::from_value(Fr::ZERO),
                day: Day::new(0),
                value: 0,
                body1: Fr::ZERO,
                nonce: Fr::ZERO,
            },
            att_path: Path::blank(),
        };
        let (root, att_root) = (
            EpochRoot::from_value(Fr::ZERO),
            AttestationRoot::from_value(Fr::ZERO),
        );
        let public = private.public(
            root,
            att_root,
            Day::new(0),
            SealedHash::from_value(Fr::ZERO),
        );
        (public, private)
    }
}
