//! The types with which the engine is told what it decides on.

use crate::scheme::Ed25519;
use crate::{Address, Height, Part, Proposal, Validator, Validators, Value, ValueId, Vote};
use malachitebft_core_types::{self as core, NilOrVal, Round, VoteType};

/// A consortium's consensus.
#[derive(Clone, Copy, Debug, Default)]
pub struct Consortium;

impl core::Context for Consortium {
    type Address = Address;
    type Height = Height;
    type ProposalPart = Part;
    type Proposal = Proposal;
    type Validator = Validator;
    type ValidatorSet = Validators;
    type Timeouts = core::LinearTimeouts;
    type Value = Value;
    type Vote = Vote;
    type Extension = bytes::Bytes;
    type SigningScheme = Ed25519;

    fn select_proposer<'a>(
        &self,
        validators: &'a Validators,
        height: Height,
        round: Round,
    ) -> &'a Validator {
        validators.proposer(height, round.as_u32().unwrap_or(0))
    }

    fn new_proposal(
        &self,
        height: Height,
        round: Round,
        value: Value,
        valid_round: Round,
        validator: Address,
    ) -> Proposal {
        Proposal {
            height,
            round,
            value,
            valid_round,
            validator,
        }
    }

    fn new_prevote(
        &self,
        height: Height,
        round: Round,
        value: NilOrVal<ValueId>,
        validator: Address,
    ) -> Vote {
        Vote {
            kind: VoteType::Prevote,
            height,
            round,
            value,
            validator,
        }
    }

    fn new_precommit(
        &self,
        height: Height,
        round: Round,
        value: NilOrVal<ValueId>,
        validator: Address,
    ) -> Vote {
        Vote {
            kind: VoteType::Precommit,
            height,
            round,
            value,
            validator,
        }
    }
}
