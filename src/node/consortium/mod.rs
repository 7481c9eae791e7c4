//! The orderer of a network with several nodes: a consensus engine agrees on blocks, and this node takes part in it
//! (protocol chapter 12).
//!
//! ```text
//! submit → queue → [judge: gather, form, proofs] → [engine: propose or check → votes → decide: commit, receipts, answer, publish]
//! ```
//!
//! A submitter is answered after the block with its transaction was decided by more than two thirds of the nodes and is durable
//! here. A node that cannot write any more leaves the consensus and says so; the others go on without it.

mod ledger;
mod waiting;

use super::in_process::{Judged, Surroundings, Waiting};
use super::judging::Judging;
use super::orderer::{Condition, NotQueued, Orderer, Pending, Submission};
use crate::config::ConsensusConfig;
use crate::telemetry::Metrics;
use ledger::Ledger;
use luyin_consensus::{Engine, EngineConfig, EngineError, Running, Timeouts, VoteSigner};
use luyin_ledger::chain::Chain;
use luyin_protocol::signature::NetworkId;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long a step of a round is waited for: long enough for a full block to be judged by nodes that share two cores, short
/// enough that a network which had stopped goes on within seconds.
const TIMEOUTS: Timeouts = Timeouts {
    propose: Duration::from_millis(1_200),
    prevote: Duration::from_millis(300),
    precommit: Duration::from_millis(300),
    more: Duration::from_millis(300),
};
/// How long an end waits for what was taken to be decided.
const LAST_BLOCKS: Duration = Duration::from_secs(5);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(20);

/// Takes part in a consortium's consensus.
pub struct Consortium {
    queue: Mutex<Option<SyncSender<Waiting>>>,
    engine: Mutex<Option<Arc<Engine>>>,
    stages: Mutex<Vec<JoinHandle<()>>>,
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
        signer: Box<dyn VoteSigner>,
        config: &ConsensusConfig,
        home: &Path,
        around: Surroundings,
    ) -> Result<Self, EngineError> {
        let network = *chain.network().id();
        let (queue, waiting) = mpsc::sync_channel(around.config.queue);
        let (hand_on, judged) = mpsc::sync_channel(1);
        let judging = Judging {
            waiting,
            hand_on,
            store: chain.store(),
            network: chain.network().clone(),
            around: around.clone(),
        };
        let metrics = around.metrics.clone();
        let most = i64::try_from(around.config.queue).unwrap_or(i64::MAX);
        let (admit, admitted) = mpsc::channel();
        let ledger = Ledger::new(chain, admitted, around);
        let config = engine_config(config, home, network);
        let engine = Arc::new(Engine::start(config, signer, ledger)?);
        let waked = Arc::clone(&engine);
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let started = || -> std::io::Result<Vec<JoinHandle<()>>> {
            Ok(vec![
                thread("judge").spawn(move || judging.run())?,
                thread("admit").spawn(move || hand_on_to(&waked, &judged, &admit))?,
            ])
        };
        let stages = started().map_err(|error| EngineError::Build(error.to_string()))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            engine: Mutex::new(Some(engine)),
            stages: Mutex::new(stages),
            most,
            metrics,
        })
    }
}

/// What was judged goes to the engine's application, which has to hear of it where it has nothing to do.
fn hand_on_to(engine: &Engine, judged: &Receiver<Judged>, admit: &Sender<Judged>) {
    while let Ok(judged) = judged.recv() {
        if admit.send(judged).is_err() {
            return;
        }
        engine.wake();
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
        match self.condition() {
            Condition::Working => {}
            Condition::Failing => return Err(NotQueued::Disk),
            Condition::Closed => return Err(NotQueued::Closed),
        }
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = queue.as_ref() else {
            return Err(NotQueued::Closed);
        };
        if self.metrics.queued.get() >= self.most {
            self.metrics.overloaded.inc();
            return Err(NotQueued::Full);
        }
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
        let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        match engine.as_ref().map(|engine| engine.status().running) {
            // One that only listens for a while still hears what the others decide, but has no turn of its own.
            Some(Running::Running | Running::Observing(_)) => Condition::Working,
            Some(Running::Stopped(_)) => Condition::Failing,
            Some(Running::Ended) | None => Condition::Closed,
        }
    }

    fn close(&self) {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
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
