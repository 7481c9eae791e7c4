//! The second stage of the orderer: proposes, commits, answers; publishes when nothing else waits, or has to wait no
//! longer; and opens a failed chain anew.

use super::in_process::{CLOSED, FAILING, Judged, Surroundings, WORKING, Waiting, answer};
use super::orderer::{NotOrdered, Receipt};
use super::receipts::{Row, make_up_receipts};
use super::turn::{Turn, Turns};
use crate::clock::Clock;
use luyin_ledger::chain::{Block, Chain, ChainError, Parts, Proposal};
use luyin_ledger::log::merkle::EntryIndex;
use luyin_ledger::tx::Refusal;
use luyin_protocol::tx::Tx;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Instant;

/// The stage with its end of the pipe.
pub(super) struct Writing {
    /// `None` after a failure, until the chain is opened anew.
    pub chain: Option<Chain>,
    pub parts: Parts,
    pub turns: Turns,
    pub condition: Arc<AtomicU8>,
    pub around: Surroundings,
}

impl Writing {
    pub fn run(mut self) {
        loop {
            match self.turns.next() {
                Turn::Write(Judged(judged)) => {
                    let (waiting, claims): (Vec<_>, Vec<_>) = judged.into_iter().unzip();
                    self.write(waiting);
                    let claims: Vec<_> = claims.into_iter().flatten().collect();
                    self.around.judge.forget(&claims);
                }
                Turn::Publish => self.publish(),
                Turn::Tick => self.tick(),
                Turn::End => break,
            }
        }
        self.condition.store(CLOSED, Ordering::SeqCst);
        if let Some(chain) = &self.chain
            && let Err(error) = chain.store().flush()
        {
            tracing::warn!(%error, "the index was not flushed; it is made up for from the log");
        }
    }

    /// Without transactions a block is made for an epoch that is due, and a failed chain is tried again.
    fn tick(&mut self) {
        let Some(chain) = &self.chain else {
            return self.reopen();
        };
        match chain.epoch_is_due(self.around.clock.now()) {
            Ok(true) => self.write(Vec::new()),
            Ok(false) => {}
            Err(error) => self.failed(&error),
        }
    }

    /// Writes blocks until each of these is in one or refused.
    fn write(&mut self, mut waiting: Vec<Waiting>) {
        loop {
            let Some(chain) = &mut self.chain else {
                return self.turn_away(waiting);
            };
            let started = Instant::now();
            let candidates: Vec<Tx> = waiting.iter().map(|w| w.submission.tx.clone()).collect();
            let proposal = match propose(chain, &self.around.clock, candidates) {
                Ok(proposal) => proposal,
                Err(error) => {
                    self.failed(&error);
                    return self.turn_away(waiting);
                }
            };
            let Sorted {
                taken,
                refused,
                deferred,
            } = Sorted::by(waiting, &proposal);
            if !is_wanted(chain, &proposal) {
                return self.refuse(refused);
            }
            match chain.commit(proposal) {
                Ok(receipt) => self.acknowledge(receipt, taken, refused, started),
                Err(error) => {
                    self.failed(&error);
                    // A refusal may rest on a transaction of this block, so it does not stand either.
                    let refused = refused.into_iter().map(|(waiting, _)| waiting);
                    let all = taken.into_iter().chain(refused).chain(deferred);
                    return self.turn_away(all.collect());
                }
            }
            if deferred.is_empty() {
                return;
            }
            waiting = deferred;
        }
    }

    /// The block is durable: receipts and answers; its checkpoint follows.
    fn acknowledge(
        &mut self,
        receipt: luyin_ledger::chain::Receipt,
        taken: Vec<Waiting>,
        refused: Vec<(Waiting, Refusal)>,
        started: Instant,
    ) {
        let luyin_ledger::chain::Receipt {
            height,
            time,
            entries,
            epoch: _,
        } = receipt;
        let row = |(waiting, entry): (&Waiting, &EntryIndex)| Row {
            tx: waiting.submission.name,
            receipt: Receipt {
                entry: *entry,
                height,
                time,
            },
            key: waiting.submission.key,
        };
        let rows: Vec<Row> = taken.iter().zip(&entries).map(row).collect();
        let metrics = &self.around.metrics;
        if let Err(error) = self.around.receipts.cover(height, time, &rows) {
            tracing::warn!(%error, "receipts were not written; opening makes them up");
        }
        metrics.writing.observe(started.elapsed().as_secs_f64());
        metrics.block_size.observe(taken.len() as f64);
        metrics
            .height
            .set(i64::try_from(height.get()).unwrap_or(i64::MAX));
        for (waiting, row) in taken.into_iter().zip(rows) {
            answer(metrics, waiting.answer, Ok(row.receipt));
        }
        // Behind the receipts: who sent the same twice finds the first one's.
        self.refuse(refused);
        self.turns.committed();
    }

    /// Publishes everything that is durable.
    fn publish(&mut self) {
        self.turns.settled();
        let published = self.chain.as_mut().map(Chain::publish);
        match published {
            Some(Ok(checkpoint)) => self.around.published.show(checkpoint),
            Some(Err(error)) => {
                let error = error.to_string();
                tracing::error!(error, "the checkpoint was not published");
                self.fail();
            }
            None => {}
        }
    }

    fn failed(&mut self, error: &ChainError) {
        tracing::error!(%error, "the chain failed; nothing new is acknowledged");
        self.fail();
    }

    fn fail(&mut self) {
        self.condition.store(FAILING, Ordering::SeqCst);
        self.around.published.stall();
        self.turns.settled();
        self.chain = None;
    }

    fn refuse(&self, refused: Vec<(Waiting, Refusal)>) {
        for (waiting, refusal) in refused {
            answer(&self.around.metrics, waiting.answer, Err(refusal.into()));
        }
    }

    fn turn_away(&self, waiting: Vec<Waiting>) {
        for waiting in waiting {
            answer(&self.around.metrics, waiting.answer, Err(NotOrdered::Disk));
        }
    }

    /// Opens the chain anew: only that tells what is durable.
    fn reopen(&mut self) {
        match Chain::open(self.parts.clone()) {
            Ok(chain) => {
                if let Err(error) = make_up_receipts(&chain, &self.around.receipts) {
                    return tracing::warn!(%error, "receipts could not be made up");
                }
                if let Some(checkpoint) = chain.checkpoint() {
                    self.around.published.show(checkpoint);
                }
                tracing::info!("the chain works again");
                self.chain = Some(chain);
                self.condition.store(WORKING, Ordering::SeqCst);
            }
            Err(error) => tracing::warn!(%error, "the chain still fails"),
        }
    }
}

/// What became of a block's candidates.
struct Sorted {
    taken: Vec<Waiting>,
    refused: Vec<(Waiting, Refusal)>,
    deferred: Vec<Waiting>,
}

impl Sorted {
    fn by(waiting: Vec<Waiting>, proposal: &Proposal) -> Self {
        let mut places: HashMap<usize, Waiting> = waiting.into_iter().enumerate().collect();
        let refused = proposal.refused().iter().filter_map(|refused| {
            let waiting = places.remove(&refused.candidate)?;
            Some((waiting, refused.refusal.clone()))
        });
        let refused = refused.collect();
        let mut take = |wanted: &[usize]| -> Vec<Waiting> {
            wanted.iter().filter_map(|n| places.remove(n)).collect()
        };
        Self {
            taken: take(proposal.taken()),
            deferred: take(proposal.deferred()),
            refused,
        }
    }
}

/// An empty block is wanted only where it makes an epoch.
fn is_wanted(chain: &Chain, proposal: &Proposal) -> bool {
    let Block {
        header,
        transactions,
    } = proposal.block();
    !transactions.is_empty() || chain.epoch_is_due(header.time).unwrap_or(false)
}

/// Proposes at the clock's time, or at the newest block's where the clock is behind it.
fn propose(chain: &Chain, clock: &Clock, candidates: Vec<Tx>) -> Result<Proposal, ChainError> {
    let newest = chain.state().tip()?.map(|tip| tip.time);
    let now = clock.now();
    chain.propose(newest.map_or(now, |newest| newest.max(now)), candidates)
}
