//! From candidates to a block: what is refused falls out, what is left has been checked in its order.
//!
//! Proofs are judged in one batch, against the state before the block, so that a wrong one can never keep a right one out:
//! of two transactions with one nullifier the first whose proof holds is taken. A claim that the block itself changes
//! (a policy published in it, say) is judged again by itself.

use super::block::Block;
use super::run::{Outcome, Run};
use super::{BlockError, ChainError, TimeBounds, Trees};
use crate::state::{Network, State, StateError};
use crate::store::{Height, Store};
use crate::tx::{self, CheckError, Claim, ProofVerifier, Refusal, Verdict};
use luyin_protocol::codec::Canonical;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::{BlockHeader, Tx};
use rayon::prelude::*;

/// Bytes of transactions that a block takes; more waits for the next.
pub const MAX_BLOCK_BYTES: usize = 16 << 20;

/// A candidate that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its place among the candidates.
    pub candidate: usize,
    /// Why.
    pub refusal: Refusal,
}

/// A block that has been checked and not been written.
#[derive(Debug)]
pub struct Proposal {
    pub(super) block: Block,
    pub(super) outcome: Outcome,
    taken: Vec<usize>,
    refused: Vec<Refused>,
    deferred: Vec<usize>,
}

impl Proposal {
    /// The block.
    #[must_use]
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// The candidates that became transactions, in the block's order.
    #[must_use]
    pub fn taken(&self) -> &[usize] {
        &self.taken
    }

    /// The candidates that were refused.
    #[must_use]
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// The candidates that found no room and wait for the next block.
    #[must_use]
    pub fn deferred(&self) -> &[usize] {
        &self.deferred
    }

    pub(super) fn height(&self) -> Height {
        Height::new(self.block.header.height)
    }
}

/// What is known of a candidate before its turn.
enum Standing {
    Refused(Refusal),
    /// The proof's claim that holds, where there was one.
    Sound(Option<Claim>),
}

/// What a block is built on.
#[derive(Clone, Copy)]
pub(super) struct Base<'a> {
    pub store: &'a dyn Store,
    pub trees: &'a Trees,
    pub network: &'a Network,
}

impl Base<'_> {
    /// The block after the newest one.
    pub fn next_height(&self) -> Result<u64, StateError> {
        let tip = State::new(self.store).tip()?;
        let tip = tip.ok_or(StateError::Contradiction("no newest block"))?;
        let next = tip.height.get().checked_add(1);
        next.ok_or(StateError::Full("blocks"))
    }

    /// Checks a block that was made elsewhere: nothing in it may be refused.
    pub fn check_block(
        &self,
        verifier: &dyn ProofVerifier,
        block: Block,
        bounds: TimeBounds,
    ) -> Result<Proposal, ChainError> {
        let Block {
            header,
            transactions,
        } = block;
        let height = header.height;
        let refused = |source| Err(ChainError::Block { height, source });
        let due = self.next_height()?;
        if height != due {
            return refused(BlockError::Height(due));
        }
        let tip = State::new(self.store).tip()?;
        if tip.map(|tip| tip.roots()) != Some(header.before) {
            return refused(BlockError::Before);
        }
        if !(bounds.earliest..=bounds.latest).contains(&header.time) {
            return refused(BlockError::Time);
        }
        if usize::try_from(header.transactions) != Ok(transactions.len()) {
            return refused(BlockError::Count);
        }
        let proposal = match propose(self, verifier, header.time, transactions) {
            Err(ChainError::TimeRunsBack { .. }) => return refused(BlockError::Time),
            other => other?,
        };
        if let Some(first) = proposal.refused().first() {
            return refused(BlockError::Transaction {
                place: first.candidate,
                refusal: first.refusal.clone(),
            });
        }
        match proposal.deferred() {
            [] => Ok(proposal),
            [..] => refused(BlockError::TooLong),
        }
    }
}

/// See [`super::Chain::propose`].
pub(super) fn propose(
    base: &Base<'_>,
    verifier: &dyn ProofVerifier,
    time: Timestamp,
    candidates: Vec<Tx>,
) -> Result<Proposal, ChainError> {
    propose_within(base, verifier, time, candidates, MAX_BLOCK_BYTES)
}

/// With room for so many bytes of transactions.
pub(super) fn propose_within(
    base: &Base<'_>,
    verifier: &dyn ProofVerifier,
    time: Timestamp,
    candidates: Vec<Tx>,
    mut room: usize,
) -> Result<Proposal, ChainError> {
    let mut run = Run::begin(base.store, base.trees, base.network, time)?;
    let standings = judge(base.network, verifier, &run, &candidates)?;
    let (mut refused, mut deferred) = (Vec::new(), Vec::new());
    let (mut taken, mut transactions) = (Vec::new(), Vec::new());
    for (candidate, (tx, standing)) in candidates.into_iter().zip(standings).enumerate() {
        let checked = match standing {
            Standing::Refused(refusal) => Err(refusal),
            Standing::Sound(claim) => check(&run, verifier, &tx, claim.as_ref())?,
        };
        match (checked, room.checked_sub(tx.to_vec().len())) {
            (Err(refusal), _) => refused.push(Refused { candidate, refusal }),
            (Ok(()), None) => deferred.push(candidate),
            (Ok(()), Some(left)) => {
                room = left;
                run.take(&tx)?;
                taken.push(candidate);
                transactions.push(tx);
            }
        }
    }
    let header = BlockHeader {
        height: run.height().get(),
        time,
        transactions: u32::try_from(transactions.len()).map_err(|_| ChainError::BlockTooLong)?,
        before: run.before(),
    };
    Ok(Proposal {
        block: Block {
            header,
            transactions,
        },
        outcome: run.finish()?,
        taken,
        refused,
        deferred,
    })
}

/// Form, state before the block, and proof of every candidate.
fn judge(
    network: &Network,
    verifier: &dyn ProofVerifier,
    run: &Run<'_>,
    candidates: &[Tx],
) -> Result<Vec<Standing>, ChainError> {
    let forms: Vec<Option<Refusal>> = candidates
        .par_iter()
        .map(|tx| tx::check_form(network, tx).err())
        .collect();
    let mut standings = Vec::with_capacity(candidates.len());
    let (mut claims, mut owners) = (Vec::new(), Vec::new());
    for (candidate, (tx, form)) in candidates.iter().zip(forms).enumerate() {
        if let Some(refusal) = form {
            standings.push(Standing::Refused(refusal));
            continue;
        }
        standings.push(Standing::Sound(None));
        match run.check(tx) {
            Ok(Some(claim)) => {
                claims.push(claim);
                owners.push(candidate);
            }
            // Refused for now: what stands before it in the block may change that.
            Ok(None) | Err(CheckError::Refused(_)) => {}
            Err(CheckError::State(error)) => return Err(error.into()),
        }
    }
    let mut verdicts = verifier.verify_batch(&claims).into_iter();
    for (candidate, claim) in owners.into_iter().zip(claims) {
        if let Some(standing) = standings.get_mut(candidate) {
            *standing = match verdicts.next() {
                Some(Verdict::Holds) => Standing::Sound(Some(claim)),
                Some(Verdict::Rejected) | None => {
                    Standing::Refused(Refusal::ProofRejected(claim.statement))
                }
            };
        }
    }
    Ok(standings)
}

/// Checks a candidate in its turn; the outer error is the state's.
fn check(
    run: &Run<'_>,
    verifier: &dyn ProofVerifier,
    tx: &Tx,
    judged: Option<&Claim>,
) -> Result<Result<(), Refusal>, ChainError> {
    let claim = match run.check(tx) {
        Ok(claim) => claim,
        Err(CheckError::Refused(refusal)) => return Ok(Err(refusal)),
        Err(CheckError::State(error)) => return Err(error.into()),
    };
    let Some(claim) = claim.filter(|claim| judged != Some(claim)) else {
        return Ok(Ok(()));
    };
    let verdicts = verifier.verify_batch(std::slice::from_ref(&claim));
    Ok(match verdicts.first() {
        Some(Verdict::Holds) => Ok(()),
        Some(Verdict::Rejected) | None => Err(Refusal::ProofRejected(claim.statement)),
    })
}
