//! The orderer of a network with one node: a bounded queue and two stages, so that the next batch's proofs are judged
//! while the one before is being written.
//!
//! ```text
//! submit → queue → [judge: gather, form, proofs] → [write: propose, commit, receipts, answer; publish]
//! ```
//!
//! Each stage has threads of its own to compute on: in a pool that both share, the little that writing has to compute would
//! wait until a batch of proofs is done, tens of milliseconds at a time, and the stages would take turns.
//!
//! A submitter is answered after `commit`, which has synced the block to the disk. A disk that fails answers everyone with
//! its failure, and the chain is opened anew until it works; what was acknowledged before is untouched by that.

use super::judge::Judge;
use super::judging::Judging;
use super::orderer::{Condition, NotOrdered, NotQueued, Orderer, Pending, Receipt, Submission};
use super::published::Published;
use super::queue::Queue;
use super::receipts::Receipts;
use super::turn::Turns;
use super::writing::Writing;
use crate::clock::Clock;
use crate::config::OrdererConfig;
use crate::telemetry::Metrics;
use luyin_ledger::chain::{Chain, Parts};
use luyin_ledger::tx::Claim;
use luyin_protocol::tx::Tx;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

type Answer = oneshot::Sender<Result<Receipt, NotOrdered>>;

pub(super) struct Waiting {
    pub submission: Submission,
    pub answer: Answer,
}

/// What the judging stage hands on: transactions, each with the claim that it makes.
pub(super) struct Judged(pub Vec<(Waiting, Option<Claim>)>);

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
    queue: Queue,
    condition: Arc<AtomicU8>,
    stages: Mutex<Vec<JoinHandle<()>>>,
}

pub(super) const WORKING: u8 = 0;
pub(super) const FAILING: u8 = 1;
pub(super) const CLOSED: u8 = 2;

impl InProcess {
    /// Starts both stages on threads of their own.
    ///
    /// # Errors
    /// Where a thread cannot be started.
    pub fn start(chain: Chain, parts: Parts, around: Surroundings) -> std::io::Result<Self> {
        let (queue, waiting) = Queue::of(around.config.queue, around.metrics.clone());
        let (hand_on, judged) = mpsc::sync_channel(1);
        let condition = Arc::new(AtomicU8::new(WORKING));
        let judging = Judging {
            waiting,
            gather: around.config.gather(),
            hand_on,
            store: chain.store(),
            network: chain.network().clone(),
            around: around.clone(),
        };
        let writing = Writing {
            chain: Some(chain),
            parts,
            turns: Turns::new(judged, Duration::from_millis(around.config.tick_ms)),
            condition: Arc::clone(&condition),
            around,
        };
        let hashing = rayon::ThreadPoolBuilder::new()
            .thread_name(|n| format!("write-{n}"))
            .build()
            .map_err(std::io::Error::other)?;
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let stages = vec![
            thread("judge").spawn(move || judging.run())?,
            thread("write").spawn(move || hashing.install(|| writing.run()))?,
        ];
        Ok(Self {
            queue,
            condition,
            stages: Mutex::new(stages),
        })
    }
}

impl Orderer for InProcess {
    fn submit(&self, submission: Submission) -> Result<Pending, NotQueued> {
        self.condition().takes()?;
        self.queue.push(submission)
    }

    /// A node alone has nobody who hands it anything; what it signed itself is a transaction like any other.
    fn take_over(&self, _: u8, txs: Vec<Tx>) -> Result<usize, NotQueued> {
        let mut taken = 0;
        for tx in txs {
            match self.submit(Submission::of(tx)) {
                Ok(_) => taken += 1,
                Err(NotQueued::Full) => break,
                Err(refused) => return Err(refused),
            }
        }
        Ok(taken)
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
        self.queue.close();
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        for stage in stages.drain(..) {
            if stage.join().is_err() {
                tracing::error!("a stage of the orderer ended by a fault");
            }
        }
    }
}

/// Answers who waits.
pub(super) fn answer(metrics: &Metrics, to: Answer, what: Result<Receipt, NotOrdered>) {
    metrics.queued.dec();
    // Who has stopped waiting can ask again with the same idempotency key.
    let _ = to.send(what);
}
