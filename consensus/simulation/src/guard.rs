//! What keeps a key from signing twice: the newest ballot it signed, kept across restarts.

use crate::context::{Height, Proposal, ValueId, Vote};
use arc_malachitebft_core_types::{NilOrVal, Value as _, VoteType};
use std::collections::BTreeMap;
use thiserror::Error;

/// The three things that a validator signs in a round, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    Propose,
    Prevote,
    Precommit,
}

/// What is said, and where: one of these a step, or the validator lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ballot {
    pub height: Height,
    pub round: u32,
    pub step: Step,
    /// For which value; none for nil.
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

/// The guard refuses to sign.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// Something else was signed at this step.
    #[error("{asked:?} is asked for, {held:?} was signed")]
    Conflict { asked: Ballot, held: Ballot },
    /// A later step was signed already.
    #[error("{asked:?} is asked for behind {held:?}")]
    Behind { asked: Ballot, held: Ballot },
    /// The height is closed to this node.
    #[error("{asked:?} is asked for, heights up to {closed} are closed")]
    Closed { asked: Ballot, closed: Height },
}

/// What a guard remembers. Every change is durable before the signature is made.
///
/// All ballots of the newest height, not the last one alone: the engine does not log what it signs while it replays its
/// log, so that it asks for the same ballot again after the next crash, when later ones have been signed.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    signed: BTreeMap<(Height, u32, Step), Ballot>,
    closed: Height,
    pinned: Option<ValueId>,
}

impl Guard {
    /// The newest signed step.
    #[must_use]
    pub fn last(&self) -> Option<Ballot> {
        self.signed.last_key_value().map(|(_, ballot)| *ballot)
    }

    /// The last height at which nothing is signed any more.
    #[must_use]
    pub fn closed(&self) -> Height {
        self.closed
    }

    /// Closes all heights up to one: this node has forgotten what it heard there, so it says nothing more.
    pub fn close(&mut self, height: Height) {
        self.closed = self.closed.max(height);
    }

    /// Lets a ballot through if it is new or the very one that was signed at its step.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn admit(&mut self, asked: Ballot) -> Result<(), Refusal> {
        let closed = self.closed;
        if asked.height <= closed {
            return Err(Refusal::Closed { asked, closed });
        }
        if let Some(held) = self.signed.get(&asked.place()).copied() {
            return if asked == held {
                Ok(())
            } else {
                Err(Refusal::Conflict { asked, held })
            };
        }
        if let Some(held) = self.last().filter(|held| asked.place() < held.place()) {
            return Err(Refusal::Behind { asked, held });
        }
        self.pinned = self.pinned_at(asked.height);
        self.signed
            .retain(|(height, _, _), _| *height == asked.height);
        self.signed.insert(asked.place(), asked);
        Ok(())
    }

    /// What may be signed when the engine asks for `asked`: that, or what was signed at this step already, or a nil
    /// prevote where a value is pinned.
    ///
    /// # Errors
    /// [`Refusal::Behind`], [`Refusal::Closed`].
    pub fn answer(&mut self, asked: Ballot) -> Result<Ballot, Refusal> {
        let allowed = Ballot {
            value: match self.pinned_at(asked.height) {
                Some(_) if asked.step == Step::Prevote && asked.value != self.pinned => None,
                _ => asked.value,
            },
            ..asked
        };
        match self.admit(allowed) {
            Ok(()) => Ok(allowed),
            Err(Refusal::Conflict { held, .. }) => {
                if held.step == Step::Precommit && held.value.is_some() {
                    self.pinned = held.value;
                }
                Ok(held)
            }
            Err(refusal) => Err(refusal),
        }
    }

    fn pinned_at(&self, height: Height) -> Option<ValueId> {
        let same = self.last().is_some_and(|last| last.height == height);
        self.pinned.filter(|_| same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ballot(height: u64, round: u32, step: Step, value: Option<u8>) -> Ballot {
        Ballot {
            height: Height::new(height),
            round,
            step,
            value: value.map(|n| ValueId::of(&[n])),
            valid_round: None,
        }
    }

    #[test]
    fn the_same_ballot_is_admitted_again_and_nothing_else_at_or_below_it() {
        let mut guard = Guard::default();
        let here = ballot(2, 1, Step::Prevote, Some(1));
        assert_eq!(guard.admit(here), Ok(()));
        assert_eq!(guard.admit(here), Ok(()));
        let other = ballot(2, 1, Step::Prevote, None);
        assert!(matches!(guard.admit(other), Err(Refusal::Conflict { .. })));
        assert_eq!(guard.answer(other), Ok(here));
        assert_eq!(guard.admit(ballot(2, 1, Step::Precommit, None)), Ok(()));
        assert_eq!(guard.admit(here), Ok(()));
        let below = ballot(2, 1, Step::Propose, Some(1));
        assert!(matches!(guard.admit(below), Err(Refusal::Behind { .. })));
        guard.close(Height::new(2));
        let later = ballot(2, 2, Step::Prevote, None);
        assert!(matches!(guard.admit(later), Err(Refusal::Closed { .. })));
        assert_eq!(guard.admit(ballot(3, 0, Step::Prevote, None)), Ok(()));
    }
}
