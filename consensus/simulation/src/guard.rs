//! What keeps a key from signing twice: the newest thing it signed, kept across restarts.

use crate::context::{Height, Proposal, Vote};
use crate::signing::{proposal_bytes, vote_bytes};
use arc_malachitebft_core_types::{Round, VoteType};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The three things a validator signs in a round, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Proposal,
    Prevote,
    Precommit,
}

/// Where in consensus something is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub height: Height,
    pub round: Round,
    pub step: Step,
}

/// SHA-256 of the signed bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said([u8; 32]);

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().take(6).try_for_each(|b| write!(f, "{b:02x}"))
    }
}

/// Mark and digest of a vote.
#[must_use]
pub fn of_vote(vote: &Vote) -> (Mark, Said) {
    let step = match vote.kind {
        VoteType::Prevote => Step::Prevote,
        VoteType::Precommit => Step::Precommit,
    };
    let mark = Mark {
        height: vote.height,
        round: vote.round,
        step,
    };
    (mark, Said(Sha256::digest(vote_bytes(vote)).into()))
}

/// Mark and digest of a proposal.
#[must_use]
pub fn of_proposal(proposal: &Proposal) -> (Mark, Said) {
    let mark = Mark {
        height: proposal.height,
        round: proposal.round,
        step: Step::Proposal,
    };
    (mark, Said(Sha256::digest(proposal_bytes(proposal)).into()))
}

/// The guard refuses to sign.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// Something else was signed there.
    #[error("another message was signed at {0:?}")]
    Different(Mark),
    /// Something later was signed already.
    #[error("{asked:?} lies below {signed:?}, which is signed")]
    Below { asked: Mark, signed: Mark },
}

/// The newest mark a key signed at. Every admission is durable before the signature is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guard(Option<(Mark, Said)>);

impl Guard {
    /// The newest mark, where anything was signed.
    #[must_use]
    pub fn newest(&self) -> Option<Mark> {
        self.0.map(|(mark, _)| mark)
    }

    /// Admits what lies above everything that was signed, and the newest message itself once more.
    pub fn admit(&mut self, mark: Mark, said: Said) -> Result<(), Refusal> {
        if let Some((signed, before)) = self.0 {
            if mark < signed {
                return Err(Refusal::Below {
                    asked: mark,
                    signed,
                });
            }
            if mark == signed && said != before {
                return Err(Refusal::Different(mark));
            }
        }
        self.0 = Some((mark, said));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(height: u64, round: u32, step: Step) -> Mark {
        Mark {
            height: Height::new(height),
            round: Round::new(round),
            step,
        }
    }

    #[test]
    fn the_same_message_is_admitted_again_and_nothing_else_at_or_below_it() {
        let mut guard = Guard::default();
        let (a, b) = (Said([1; 32]), Said([2; 32]));
        let here = mark(2, 1, Step::Prevote);
        assert_eq!(guard.admit(here, a), Ok(()));
        assert_eq!(guard.admit(here, a), Ok(()));
        assert_eq!(guard.admit(here, b), Err(Refusal::Different(here)));
        let below = mark(2, 1, Step::Proposal);
        assert!(matches!(guard.admit(below, a), Err(Refusal::Below { .. })));
        assert_eq!(guard.admit(mark(2, 1, Step::Precommit), b), Ok(()));
        assert_eq!(guard.newest(), Some(mark(2, 1, Step::Precommit)));
    }
}
