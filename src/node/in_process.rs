//! The orderer of a network with one node: a bounded queue and two stages, so that the next batch's proofs are judged
//! while the one before is being written.
//!
//! ```text
//! submit → queue → [judge: gather, form, proofs] → [write: propose, commit, receipts, answer, publish]
//! ```
//!
//! A submitter is answered after `commit`, which has synced the block to the disk. A disk that fails answers everyone with
//! its failure, and the chain is opened anew until it works; what was acknowledged before is untouched by that.

use super::judge::Judge;
use super::orderer::{Condition, NotOrdered, NotQueued, Orderer, Pending, Receipt, Submission};
use super::published::Published;
use super::receipts::{BoundKey, Receipts, Row};
use crate::clock::Clock;
use crate::config::OrdererConfig;
use crate::telemetry::Metrics;
use luyin_ledger::chain::{Block, Chain, ChainError, Parts, Proposal};
use luyin_ledger::log::merkle::EntryIndex;
use luyin_ledger::state::{Network, State, keys};
use luyin_ledger::store::{Height, Store};
use luyin_ledger::tx::{Claim, Refusal, check_form, claim};
use luyin_protocol::codec::Canonical;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::tx::Tx;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

type Answer = oneshot::Sender<Result<Receipt, NotOrdered>>;

struct Waiting {
    tx: Tx,
    key: Option<BoundKey>,
    answer: Answer,
}

/// What the judging stage hands on.
struct Judged {
    waiting: Vec<Waiting>,
    claims: Vec<Claim>,
}

/// What the orderer needs besides the chain.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The time of blocks.
    pub clock: Clock,
    /// How blocks are made.
    pub config: OrdererConfig,
    /// Figures.
    pub metrics: Metrics,
    /// Judges proofs; the chain's own verifier.
    pub judge: Arc<Judge>,
    /// Receipts of the blocks.
    pub receipts: Receipts,
    /// Where the newest checkpoint is shown.
    pub published: Published,
}

/// Orders transactions in this process.
#[derive(Debug)]
pub struct InProcess {
    queue: Mutex<Option<SyncSender<Waiting>>>,
    condition: Arc<AtomicU8>,
    metrics: Metrics,
    stages: Mutex<Vec<JoinHandle<()>>>,
}

const WORKING: u8 = 0;
const FAILING: u8 = 1;
const CLOSED: u8 = 2;

impl InProcess {
    /// Starts both stages on threads of their own.
    ///
    /// # Errors
    /// Where a thread cannot be started.
    pub fn start(chain: Chain, parts: Parts, around: Surroundings) -> std::io::Result<Self> {
        let (queue, waiting) = mpsc::sync_channel(around.config.queue);
        let (hand_on, judged) = mpsc::sync_channel(1);
        let condition = Arc::new(AtomicU8::new(WORKING));
        let judging = Judging {
            waiting,
            hand_on,
            store: chain.store(),
            network: chain.network().clone(),
            around: around.clone(),
        };
        let metrics = around.metrics.clone();
        let writing = Writing {
            chain: Some(chain),
            parts,
            judged,
            condition: Arc::clone(&condition),
            around,
        };
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let stages = vec![
            thread("judge").spawn(move || judging.run())?,
            thread("write").spawn(move || writing.run())?,
        ];
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            condition,
            metrics,
            stages: Mutex::new(stages),
        })
    }
}

impl Orderer for InProcess {
    fn submit(&self, submission: Submission) -> Result<Pending, NotQueued> {
        match self.condition() {
            Condition::Working => {}
            Condition::Failing => return Err(NotQueued::Disk),
            Condition::Closed => return Err(NotQueued::Closed),
        }
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = queue.as_ref() else {
            return Err(NotQueued::Closed);
        };
        let (answer, pending) = oneshot::channel();
        let Submission { tx, key } = submission;
        match queue.try_send(Waiting { tx, key, answer }) {
            Ok(()) => {
                self.metrics.queued.inc();
                Ok(Pending::new(pending))
            }
            Err(TrySendError::Full(_)) => {
                self.metrics.overloaded.inc();
                Err(NotQueued::Full)
            }
            Err(TrySendError::Disconnected(_)) => Err(NotQueued::Closed),
        }
    }

    fn condition(&self) -> Condition {
        match self.condition.load(Ordering::SeqCst) {
            WORKING => Condition::Working,
            FAILING => Condition::Failing,
            _ => Condition::Closed,
        }
    }

    fn close(&self) {
        // Without its sender the first stage ends when the queue is empty, and the second after it.
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        for stage in stages.drain(..) {
            if stage.join().is_err() {
                tracing::error!("a stage of the orderer ended by a fault");
            }
        }
    }
}

struct Judging {
    waiting: Receiver<Waiting>,
    hand_on: SyncSender<Judged>,
    store: Arc<dyn Store>,
    network: Network,
    around: Surroundings,
}

impl Judging {
    fn run(self) {
        while let Ok(first) = self.waiting.recv() {
            let waiting = self.gather(first);
            let started = Instant::now();
            let (waiting, claims) = self.judge(waiting);
            let took = started.elapsed().as_secs_f64();
            self.around.metrics.judging.observe(took);
            if self.hand_on.send(Judged { waiting, claims }).is_err() {
                return;
            }
        }
    }

    /// The first and whatever comes within the gathering time, up to a block's fill.
    fn gather(&self, first: Waiting) -> Vec<Waiting> {
        let config = &self.around.config;
        let end = Instant::now() + Duration::from_millis(config.gather_ms);
        let mut gathered = vec![first];
        while gathered.len() < config.block {
            let left = end.saturating_duration_since(Instant::now());
            match self.waiting.recv_timeout(left) {
                Ok(next) => gathered.push(next),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        gathered
    }

    /// Refuses what its form alone refuses, and judges the proofs of the rest ahead.
    fn judge(&self, waiting: Vec<Waiting>) -> (Vec<Waiting>, Vec<Claim>) {
        let (store, network) = (&self.store, &self.network);
        let checked: Vec<(Waiting, Result<Option<Claim>, NotOrdered>)> = waiting
            .into_par_iter()
            .map(|waiting| {
                let state = State::new(store.as_ref());
                let found = match check_form(network, &waiting.tx) {
                    Err(refusal) => Err(refusal.into()),
                    // What the state refuses now, the block may allow: the chain says.
                    Ok(()) => Ok(claim(&state, &waiting.tx).ok().flatten()),
                };
                (waiting, found)
            })
            .collect();
        let (mut kept, mut claims) = (Vec::new(), Vec::new());
        for (waiting, found) in checked {
            match found {
                Ok(claim) => {
                    claims.extend(claim);
                    kept.push(waiting);
                }
                Err(refused) => answer(&self.around.metrics, waiting.answer, Err(refused)),
            }
        }
        self.around.judge.judge_ahead(&claims);
        (kept, claims)
    }
}

struct Writing {
    /// `None` after a failure, until the chain is opened anew.
    chain: Option<Chain>,
    parts: Parts,
    judged: Receiver<Judged>,
    condition: Arc<AtomicU8>,
    around: Surroundings,
}

impl Writing {
    fn run(mut self) {
        let tick = Duration::from_millis(self.around.config.tick_ms);
        loop {
            match self.judged.recv_timeout(tick) {
                Ok(Judged { waiting, claims }) => {
                    self.write(waiting);
                    self.around.judge.forget(&claims);
                }
                Err(RecvTimeoutError::Timeout) => self.tick(),
                Err(RecvTimeoutError::Disconnected) => break,
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
            let candidates: Vec<Tx> = waiting.iter().map(|w| w.tx.clone()).collect();
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

    /// The block is durable: receipts, answers, then the checkpoint.
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
            tx: Sha256Hash::of(&waiting.tx.to_vec()),
            receipt: Receipt {
                entry: *entry,
                height,
                time,
            },
            key: waiting.key,
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

fn answer(metrics: &Metrics, to: Answer, what: Result<Receipt, NotOrdered>) {
    metrics.queued.dec();
    // Who has stopped waiting can ask again with the same idempotency key.
    let _ = to.send(what);
}

/// Writes the receipts of blocks that a crash left without, as far back as receipts are kept.
///
/// # Errors
/// Those of the index and of the log's tiles.
pub fn make_up_receipts(chain: &Chain, receipts: &Receipts) -> Result<(), ChainError> {
    let state = chain.state();
    let Some(tip) = state.tip()? else {
        return Ok(());
    };
    let covered = receipts.covered()?.map_or(0, Height::get);
    let mut missing = Vec::new();
    for height in (covered.saturating_add(1)..=tip.height.get()).rev() {
        let height = Height::new(height);
        let Some(block) = state.get(&keys::block(height))? else {
            break;
        };
        if block.time.plus_ms(receipts.keep_ms()) < tip.time {
            break;
        }
        missing.push((height, block));
    }
    let tiles = chain.tiles();
    for (height, block) in missing.into_iter().rev() {
        let first = block.first.get().saturating_add(1);
        let mut rows = Vec::new();
        for number in first..first.saturating_add(block.transactions.get()) {
            let bytes = super::entry::read(&tiles, EntryIndex::new(number))?;
            rows.push(Row {
                tx: Sha256Hash::of(&bytes),
                receipt: Receipt {
                    entry: EntryIndex::new(number),
                    height,
                    time: block.time,
                },
                key: None,
            });
        }
        receipts.cover(height, block.time, &rows)?;
    }
    Ok(())
}
