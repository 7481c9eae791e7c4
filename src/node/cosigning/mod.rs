//! Gathers what others say under a checkpoint of this node: signatures of the network's other nodes, then cosignatures of its
//! witnesses (clause 8.16), on a thread of its own. Blocks are made and acknowledged without them; only what readers are shown
//! waits for as many as the founding data ask for.

mod nodes;
mod witness;

pub use witness::furthest;

use super::published::{Published, Shown};
use crate::client::Blocking;
use crate::telemetry::Metrics;
use luyin_ledger::chain::PUBLIC_DIR;
use luyin_ledger::log::checkpoint::{
    SignError, SignedCheckpoint, VerifierKey, network_checkpoint, node_keys, witness_keys,
};
use luyin_ledger::log::disk::{Disk, write_files};
use luyin_protocol::network::NetworkParameters;
use nodes::OtherNodes;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use witness::{AskError, Witness};

/// How long one of them is waited for; what readers see is at most this much later for one that hangs.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long one that failed is left alone.
const REST: Duration = Duration::from_secs(5);
/// An answer is a few lines.
const ANSWER: u64 = 128 << 10;

/// The newest checkpoint under which enough others stand.
#[derive(Debug, Clone)]
pub struct Cosigned {
    newest: watch::Receiver<Option<Shown>>,
    asked_for: AskedFor,
}

/// Whether the founding data ask for anybody else than this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AskedFor {
    Nobody,
    Others,
}

impl AskedFor {
    const fn by(parameters: &NetworkParameters) -> Self {
        match (parameters.witnesses_needed, parameters.nodes_needed()) {
            (0, 1) => Self::Nobody,
            _ => Self::Others,
        }
    }
}

impl Cosigned {
    /// What readers are shown, where `own` is the newest that the node signed.
    #[must_use]
    pub fn served(&self, own: Shown) -> Shown {
        let cosigned = self.newest.borrow().clone();
        match cosigned {
            // Without need of others they are shown where they came in time.
            Some(cosigned) if self.asked_for == AskedFor::Others || cosigned.head == own.head => {
                Shown {
                    flow: own.flow,
                    ..cosigned
                }
            }
            Some(_) | None => own,
        }
    }
}

/// Where the others are.
#[derive(Debug, Clone, Default)]
pub struct Others {
    /// The other nodes' addresses.
    pub nodes: Vec<String>,
    /// The witnesses' addresses.
    pub witnesses: Vec<String>,
}

/// What the thread works with.
pub struct Cosigning {
    disk: Arc<dyn Disk>,
    own: watch::Receiver<Shown>,
    shown: watch::Sender<Option<Shown>>,
    parameters: NetworkParameters,
    own_keys: Vec<VerifierKey>,
    keys: Vec<VerifierKey>,
    nodes: OtherNodes,
    witnesses: Vec<Witness>,
    agent: Blocking,
    metrics: Metrics,
}

impl Cosigning {
    /// Starts to ask others; ends with the node.
    ///
    /// # Errors
    /// A key of the founding data, or the thread.
    pub fn start(
        disk: &Arc<dyn Disk>,
        published: &Published,
        parameters: &NetworkParameters,
        others: &Others,
        metrics: &Metrics,
    ) -> Result<Cosigned, StartError> {
        let kept = kept(disk.as_ref(), parameters);
        let (shown, newest) = watch::channel(kept.as_ref().map(Shown::from));
        let own_keys = node_keys(parameters)?;
        let agent = Blocking::patient(PATIENCE);
        let worker = Self {
            disk: Arc::clone(disk),
            own: published.follow(),
            shown,
            parameters: parameters.clone(),
            keys: [own_keys.clone(), witness_keys(parameters)?].concat(),
            own_keys,
            nodes: OtherNodes::at(&others.nodes, agent.clone()),
            witnesses: others
                .witnesses
                .iter()
                .map(|url| Witness::at(url))
                .collect(),
            agent,
            metrics: metrics.clone(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        let thread = std::thread::Builder::new().name("cosigning".to_owned());
        thread.spawn(move || worker.run(&runtime))?;
        Ok(Cosigned {
            newest,
            asked_for: AskedFor::by(parameters),
        })
    }

    fn run(mut self, runtime: &tokio::runtime::Runtime) {
        self.own.mark_changed();
        loop {
            // Nothing new: those who rested are asked again about the old.
            let next = async { tokio::time::timeout(REST, self.own.changed()).await };
            let waited = runtime.block_on(next);
            if matches!(waited, Ok(Err(_))) {
                return;
            }
            let own = self.own.borrow_and_update().clone();
            let complete = self.shown.borrow().as_ref().is_some_and(|shown| {
                shown.head == own.head && shown.cosignatures >= self.witnesses.len()
            });
            if !complete {
                self.round(&own);
            }
        }
    }

    /// Asks everyone about a checkpoint, and shows it if enough stand under it.
    fn round(&mut self, own: &Shown) {
        let signed = match SignedCheckpoint::verify(&own.note, &self.own_keys) {
            Ok(signed) => signed,
            Err(error) => return tracing::error!(%error, "the node's own checkpoint"),
        };
        let needed = self.parameters.nodes_needed();
        let signed = self.nodes.sign(signed, needed, &self.own_keys);
        self.metrics
            .node_signatures
            .set(i64::try_from(signed.signers().len()).unwrap_or(i64::MAX));
        let cosigned = self.cosign(signed);
        let count = cosigned.cosignatures().len();
        self.metrics
            .cosignatures
            .set(i64::try_from(count).unwrap_or(i64::MAX));
        // By the rule of the readers themselves.
        match network_checkpoint(cosigned.note(), &self.parameters) {
            Ok(cosigned) => self.show(&cosigned),
            Err(error) => tracing::debug!(%error, "not yet enough under a checkpoint"),
        }
    }

    fn cosign(&mut self, signed: SignedCheckpoint) -> SignedCheckpoint {
        let (disk, agent, asked) = (&self.disk, &self.agent, &signed);
        let answers: Vec<Result<String, AskError>> = std::thread::scope(|scope| {
            let asking: Vec<_> = self
                .witnesses
                .iter_mut()
                .filter(|witness| !witness.rests())
                .map(|witness| scope.spawn(move || witness.ask(asked, disk, agent)))
                .collect();
            let answers = asking.into_iter().filter_map(|thread| thread.join().ok());
            answers.collect()
        });
        let mut cosigned = signed;
        for answer in answers {
            match answer {
                Ok(lines) => cosigned = cosigned.joined_by(&lines, &self.keys),
                Err(error) => self.complain(&error),
            }
        }
        cosigned
    }

    fn complain(&self, error: &AskError) {
        self.metrics.witness_failures.inc();
        match error {
            AskError::SplitView | AskError::WentBack { .. } => {
                tracing::error!(%error, "a witness and this node do not agree on the log");
            }
            _ => tracing::warn!(%error, "a witness did not cosign"),
        }
    }

    /// Durable first: after a restart readers are shown no older one.
    fn show(&self, cosigned: &SignedCheckpoint) {
        let file = (path(), cosigned.note().to_vec());
        if let Err(error) = write_files(self.disk.as_ref(), &[file]) {
            tracing::warn!(%error, "the cosigned checkpoint was not kept");
        }
        self.shown.send_replace(Some(Shown::from(cosigned)));
    }
}

/// Why nothing is asked of others.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A key of the founding data.
    #[error("a key of the founding data: {0}")]
    Key(#[from] SignError),
    /// The thread.
    #[error("the thread that asks others: {0}")]
    Thread(#[from] std::io::Error),
}

fn path() -> PathBuf {
    Path::new(PUBLIC_DIR).join("checkpoint.cosigned")
}

/// What was shown before a restart. It is made again where it is missing or damaged.
fn kept(disk: &dyn Disk, parameters: &NetworkParameters) -> Option<SignedCheckpoint> {
    let bytes = disk.read(&path()).ok()?;
    network_checkpoint(&bytes, parameters).ok()
}
