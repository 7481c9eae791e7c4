//! What a validator says at one step: the guard's unit.

use crate::round::MAX_ROUND;
use crate::{Height, Proposal, ValueId, Vote};
use luyin_protocol::codec::{Canonical, DecodeError, Reader, Writer};
use malachitebft_core_types::{NilOrVal, Round, Value as _, VoteType};

/// The three things that a validator signs in a round, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Proposing.
    Propose,
    /// The first vote.
    Prevote,
    /// The second.
    Precommit,
}

/// What is said, and where: one of these a step, or the validator lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ballot {
    /// The height.
    pub height: Height,
    /// The round.
    pub round: u32,
    /// The step.
    pub step: Step,
    /// For which value; none for nil. A proposal always has one.
    pub value: Option<ValueId>,
    /// Of a proposal: the earlier round in which its value was prevoted.
    pub valid_round: Option<u32>,
}

impl Ballot {
    /// What a vote says.
    #[must_use]
    pub fn of_vote(vote: &Vote) -> Self {
        Self {
            height: vote.height,
            round: vote.round.as_u32().unwrap_or(0),
            step: match vote.kind {
                VoteType::Prevote => Step::Prevote,
                VoteType::Precommit => Step::Precommit,
            },
            value: match vote.value {
                NilOrVal::Nil => None,
                NilOrVal::Val(id) => Some(id),
            },
            valid_round: None,
        }
    }

    /// What a proposal says.
    #[must_use]
    pub fn of_proposal(proposal: &Proposal) -> Self {
        Self {
            height: proposal.height,
            round: proposal.round.as_u32().unwrap_or(0),
            step: Step::Propose,
            value: Some(proposal.value.id()),
            valid_round: proposal.valid_round.as_u32(),
        }
    }

    /// Where it stands among all steps.
    #[must_use]
    pub fn place(&self) -> (Height, u32, Step) {
        (self.height, self.round, self.step)
    }
}

impl Canonical for Ballot {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.height)
            .u32(self.round)
            .u8(match self.step {
                Step::Propose => 0,
                Step::Prevote => 1,
                Step::Precommit => 2,
            })
            .option(self.value.as_ref());
        crate::round::put(w, Round::from(self.valid_round));
    }

    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (height, round) = (r.value()?, r.u32("the round")?);
        if round > MAX_ROUND {
            return Err(DecodeError::Invalid("the round"));
        }
        Ok(Self {
            height,
            round,
            step: match r.u8("the step")? {
                0 => Step::Propose,
                1 => Step::Prevote,
                2 => Step::Precommit,
                _ => return Err(DecodeError::Invalid("the step")),
            },
            value: r.option("the value")?,
            valid_round: crate::round::get_any(r)?.as_u32(),
        })
    }
}
