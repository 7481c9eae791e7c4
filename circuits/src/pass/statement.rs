use super::demands::PackedPolicy;
use super::{Demands, circuit, relation};
use crate::curve::Fr;
use crate::gadgets::Path;
use crate::opened::NOTE_LEVELS;
use crate::r1cs::System;
use crate::statement::{CircuitName, Statement};
use ark_ff::AdditiveGroup;
use luyin_protocol::field::{Binding, EpochRoot, Nym, RevocationTag, Scope};
use luyin_protocol::hash::{Tag, hash};
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{IdentitySecret, Mask, Note, RevocationHandle};
use luyin_protocol::scope;
use luyin_protocol::time::{Day, Slot};

/// The number of public inputs.
pub const INPUTS: usize = 11;

/// What the gate sees or derives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The epoch root the note stands under.
    pub root: EpochRoot,
    /// The policy's predicates on the day.
    pub policy: PackedPolicy,
    /// The risk list.
    pub risk: Itinerary,
    /// The day.
    pub day: Day,
    /// What the pass is shown for.
    pub scope: Scope,
    /// The holder's name in the scope.
    pub nym: Nym,
    /// Belongs to a live notice, or to none.
    pub rtag: RevocationTag,
    /// The mask, or zero where the policy does not ask for it.
    pub mask_out: Mask,
    /// Hash of the ephemeral key and context.
    pub binding: Binding,
}

impl Public {
    /// The public inputs in the protocol's order.
    #[must_use]
    pub fn to_inputs(&self) -> [Fr; INPUTS] {
        let [r0, r1, r2] = self.risk.values();
        [
            self.root.value(),
            self.policy.value(),
            r0,
            r1,
            r2,
            Fr::from(self.day.get()),
            self.scope.value(),
            self.nym.value(),
            self.rtag.value(),
            Fr::from(self.mask_out.bits()),
            self.binding.value(),
        ]
    }
}

/// What the wallet alone knows.
#[derive(Clone)]
pub struct Private {
    /// The identity secret.
    pub sk: IdentitySecret,
    /// The note.
    pub note: Note,
    /// Its way to the epoch root.
    pub path: Path<NOTE_LEVELS>,
}

/// What a pass is shown for: everything public that the wallet does not compute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// The epoch root proved against.
    pub root: EpochRoot,
    /// The policy's predicates on the day.
    pub policy: PackedPolicy,
    /// The risk list.
    pub risk: Itinerary,
    /// The day.
    pub day: Day,
    /// The scope.
    pub scope: Scope,
    /// Hash of the ephemeral key and context.
    pub binding: Binding,
}

impl Private {
    /// The public side of this pass.
    #[must_use]
    pub fn public(&self, occasion: &Occasion) -> Public {
        let Occasion {
            root,
            policy,
            risk,
            day,
            scope,
            binding,
        } = *occasion;
        let shows = Demands::unpack(policy).is_some_and(|d| d.show_mask);
        Public {
            root,
            policy,
            risk,
            day,
            scope,
            nym: self.nym(scope),
            rtag: self.tag(day, scope),
            mask_out: if shows {
                self.note.state.mask
            } else {
                Mask::default()
            },
            binding,
        }
    }

    /// Clause i.
    pub(super) fn nym(&self, scope: Scope) -> Nym {
        scope::nym(&self.sk, scope)
    }

    /// Clause j.
    pub(super) fn tag(&self, day: Day, scope: Scope) -> RevocationTag {
        let handle = hash(Tag::RevDay, &[self.note.rh.expose(), Fr::from(day.get())]);
        RevocationTag::from_value(hash(Tag::RevTag, &[handle, scope.value()]))
    }
}

/// Protocol 5.6.
pub struct Pass;

impl Statement for Pass {
    const NAME: CircuitName = CircuitName::Pass;
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
        let note = Note::first(&sk, rh, Mask::default(), Day::new(0), Slot::new(0));
        let private = Private {
            sk,
            note,
            path: Path::blank(),
        };
        let public = private.public(&Occasion {
            root: EpochRoot::from_value(Fr::ZERO),
            policy: Demands::default().pack(),
            risk: Itinerary::default(),
            day: Day::new(0),
            scope: Scope::from_value(Fr::ZERO),
            binding: Binding::from_value(Fr::ZERO),
        });
        (public, private)
    }
}
