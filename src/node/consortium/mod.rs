//! The orderer of a network with several nodes: a consensus engine agrees on blocks, and this node takes part in it
//! (protocol chapter 12).
//!
//! ```text
//! submit, take over → queue → [judge: gather, form, proofs] → hand over; [engine: propose or check → votes → decide: commit, receipts, answer, publish]
//! ```
//!
//! A submitter is answered after the block with its transaction was decided by more than two thirds of the nodes and is durable
//! here. A node that cannot write any more leaves the consensus and says so; the others go on without it.

mod handed;
mod handover;
mod ledger;
mod waiting;

use super::in_process::{Judged, Surroundings};
use super::judging::Judging;
use super::orderer::{Condition, NotQueued, Orderer, Pending, Submission};
use super::queue::Queue;
use crate::config::ConsensusConfig;
use crate::telemetry::Metrics;
use handed::{Handed, Taken};
use handover::OtherNodes;
use ledger::Ledger;
use luyin_consensus::{Engine, EngineConfig, EngineError, Running, Status, Timeouts};
use luyin_device::client::RequestSigner;
use luyin_keys::signing::SigningKey;
use luyin_ledger::chain::Chain;
use luyin_protocol::signature::NetworkId;
use luyin_protocol::tx::Tx;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a step of a round is waited for: long enough for a block to be run by nodes that share two cores, whose proofs were
/// judged before; short enough that those who write hardly notice the turn of a node that is dead.
const TIMEOUTS: Timeouts = Timeouts {
    propose: Duration::from_millis(600),
    prevote: Duration::from_millis(300),
    precommit: Duration::from_millis(200),
    more: Duration::from_millis(300),
};
/// How long proofs wait for company: judged together they cost less each, and every node judges all.
const COMPANY: Duration = Duration::from_millis(50);
/// How long an end waits for what was taken to be decided.
const LAST_BLOCKS: Duration = Duration::from_secs(5);
/// How long the figures of the engine stand, where nothing changes.
const FIGURES: Duration = Duration::from_secs(5);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(20);

/// Takes part in a consortium's consensus.
pub struct Consortium {
    queue: Queue,
    engine: Mutex<Option<Arc<Engine>>>,
    stages: Mutex<Vec<JoinHandle<()>>>,
    handed: Handed,
    /// How many that one other node hands over may wait for a decision.
    share: usize,
    /// How many may wait for a decision.
    most: i64,
    metrics: Metrics,
}

impl std::fmt::Debug for Consortium {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consortium").finish_non_exhaustive()
    }
}

impl Consortium {
    /// Joins the network's other nodes. The engine's own files stand below `home`.
    ///
    /// # Errors
    /// [`EngineError`]: a damaged file, a guard of another key, an address that is taken.
    pub fn start(
        chain: Chain,
        key: &SigningKey,
        config: &ConsensusConfig,
        home: &Path,
        around: Surroundings,
    ) -> Result<Self, EngineError> {
        let network = *chain.network().id();
        let (queue, waiting) = Queue::of(around.config.queue, around.metrics.clone());
        let (hand_on, judged) = mpsc::sync_channel(1);
        let judging = Judging {
            waiting,
            gather: around.config.gather().max(COMPANY),
            hand_on,
            store: chain.store(),
            network: chain.network().clone(),
            around: around.clone(),
        };
        let metrics = around.metrics.clone();
        let most = i64::try_from(around.config.queue).unwrap_or(i64::MAX);
        let nodes = &chain.network().parameters().nodes;
        let place = nodes.iter().position(|node| *node == key.public());
        let place = place.ok_or_else(|| EngineError::Signer("it is no node's".to_owned()))?;
        // Half of the queue is for those who write here.
        let share = around.config.queue / 2 / nodes.len();
        let others = OtherNodes::at(
            &config.urls,
            &RequestSigner::node(place, key.clone()),
            &around.clock,
        );
        let others = others.map_err(|error| EngineError::Build(error.to_string()))?;
        let (admit, admitted) = mpsc::channel();
        let ledger = Ledger::new(chain, admitted, around);
        let config = engine_config(config, home, network);
        let engine = Arc::new(Engine::start(config, Box::new(key.clone()), ledger)?);
        let (watched, figures) = (Arc::clone(&engine), metrics.clone());
        let handed = Handed::default();
        let admission = Admission {
            judged,
            admit,
            engine: Arc::clone(&engine),
            handed: handed.clone(),
            others,
        };
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let started = || -> std::io::Result<Vec<JoinHandle<()>>> {
            Ok(vec![
                thread("judge").spawn(move || judging.run())?,
                thread("admit").spawn(move || admission.run())?,
                thread("figures").spawn(move || keep_figures(&watched, &figures))?,
            ])
        };
        let stages = started().map_err(|error| EngineError::Build(error.to_string()))?;
        Ok(Self {
            queue,
            engine: Mutex::new(Some(engine)),
            stages: Mutex::new(stages),
            handed,
            share,
            most,
            metrics,
        })
    }
}

/// What was judged goes to the other nodes, where this one took it first, and to the engine's application, which has to hear of
/// it where it has nothing to do.
struct Admission {
    judged: Receiver<Judged>,
    admit: Sender<Judged>,
    engine: Arc<Engine>,
    handed: Handed,
    others: OtherNodes,
}

impl Admission {
    fn run(self) {
        while let Ok(judged) = self.judged.recv() {
            self.others.hand(&self.handed.own(&judged));
            if self.admit.send(judged).is_err() {
                return;
            }
            self.engine.wake();
        }
    }
}

/// Shows how the engine fares, until it ends.
fn keep_figures(engine: &Engine, metrics: &Metrics) {
    let mut last = engine.status();
    loop {
        let signing = last.running == Running::Running;
        let peers = i64::try_from(last.peers).unwrap_or(i64::MAX);
        metrics.consensus_peers.set(peers);
        metrics.consensus_round.set(i64::from(last.round));
        metrics.consensus_signing.set(i64::from(signing));
        if matches!(last.running, Running::Ended | Running::Stopped(_)) {
            return;
        }
        // Many heights a second change nothing that is shown.
        let shown = |status: &Status| (status.peers, status.round, status.running.clone());
        let before = shown(&last);
        last = engine.wait(FIGURES, |now| shown(now) != before);
    }
}

fn engine_config(config: &ConsensusConfig, home: &Path, network: NetworkId) -> EngineConfig {
    let home = home.to_owned();
    EngineConfig {
        peers: config.peers.clone(),
        pace: Duration::from_millis(config.pace_ms),
        timeouts: TIMEOUTS,
        ..EngineConfig::new(home, config.guard.clone(), network, config.listen)
    }
}

impl Orderer for Consortium {
    fn submit(&self, submission: Submission) -> Result<Pending, NotQueued> {
        self.condition().takes()?;
        // What was judged waits elsewhere, and counts as well.
        if self.metrics.queued.get() >= self.most {
            return Err(self.queue.full());
        }
        self.queue.push(submission)
    }

    fn take_over(&self, from: u8, txs: Vec<Tx>) -> Result<usize, NotQueued> {
        let queue = |submission| self.submit(submission);
        let Taken { places, new } = self.handed.take((from, self.share), txs, queue)?;
        self.metrics
            .handed_over
            .inc_by(u64::try_from(new).unwrap_or_default());
        Ok(places)
    }

    fn condition(&self) -> Condition {
        let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        match engine.as_ref().map(|engine| engine.status().running) {
            // One that only listens for a while still hears what the others decide, but has no turn of its own.
            Some(Running::Running | Running::Observing(_)) => Condition::Working,
            Some(Running::Stopped(_)) => Condition::Failing,
            Some(Running::Ended) | None => Condition::Closed,
        }
    }

    fn close(&self) {
        self.queue.close();
        // The others need not be there: what is not decided by then is answered with "ended", and may be sent again.
        let until = Instant::now() + LAST_BLOCKS;
        while self.metrics.queued.get() > 0
            && self.condition() == Condition::Working
            && Instant::now() < until
        {
            std::thread::sleep(LOOK);
        }
        let engine = self
            .engine
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(engine) = engine {
            engine.stop();
        }
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        for stage in stages.drain(..) {
            if stage.join().is_err() {
                tracing::error!("a stage before the engine ended by a fault");
            }
        }
    }
}
