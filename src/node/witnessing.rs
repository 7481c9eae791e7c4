//! Has checkpoints cosigned by the network's witnesses (clause 8.16), on a thread of its own. Blocks are made and acknowledged
//! without them; only what readers are shown waits for as many as the founding data ask for.

use super::published::{Published, Shown};
use crate::client::Blocking;
use crate::telemetry::Metrics;
use luyin_device::client::{Transport as _, WireError, WireRequest};
use luyin_ledger::chain::PUBLIC_DIR;
use luyin_ledger::log::checkpoint::{
    SignError, SignedCheckpoint, VerifierKey, network_checkpoint, node_keys, witness_keys,
};
use luyin_ledger::log::disk::{Disk, write_files};
use luyin_ledger::log::merkle::prove_consistency;
use luyin_ledger::log::tiles::TileReader;
use luyin_ledger::log::witness::AddCheckpoint;
use luyin_protocol::network::NetworkParameters;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long a witness is waited for; what readers see is at most this much later for one that hangs.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a witness that failed is left alone.
const REST: Duration = Duration::from_secs(5);
/// Its answer is a few lines.
const ANSWER: u64 = 64 << 10;

/// The newest checkpoint that enough witnesses cosigned.
#[derive(Debug, Clone)]
pub struct Cosigned {
    newest: watch::Receiver<Option<Shown>>,
    needed: u8,
}

impl Cosigned {
    /// What readers are shown, where `own` is the newest that the node signed.
    #[must_use]
    pub fn served(&self, own: Shown) -> Shown {
        let cosigned = self.newest.borrow().clone();
        match cosigned {
            // Without need of them they are shown where they came in time.
            Some(cosigned) if self.needed > 0 || cosigned.head == own.head => Shown {
                flow: own.flow,
                ..cosigned
            },
            Some(_) | None => own,
        }
    }
}

/// What the thread works with.
pub struct Witnessing {
    disk: Arc<dyn Disk>,
    own: watch::Receiver<Shown>,
    shown: watch::Sender<Option<Shown>>,
    parameters: NetworkParameters,
    nodes: Vec<VerifierKey>,
    keys: Vec<VerifierKey>,
    witnesses: Vec<Witness>,
    agent: Blocking,
    metrics: Metrics,
}

impl Witnessing {
    /// Starts to ask the witnesses at these addresses; ends with the node.
    ///
    /// # Errors
    /// A key of the founding data, or the thread.
    pub fn start(
        disk: &Arc<dyn Disk>,
        published: &Published,
        parameters: &NetworkParameters,
        urls: &[String],
        metrics: &Metrics,
    ) -> Result<Cosigned, StartError> {
        let kept = kept(disk.as_ref(), parameters);
        let (shown, newest) = watch::channel(kept.as_ref().map(Shown::from));
        let worker = Self {
            disk: Arc::clone(disk),
            own: published.follow(),
            shown,
            parameters: parameters.clone(),
            nodes: node_keys(parameters)?,
            keys: witness_keys(parameters)?,
            witnesses: urls.iter().map(|url| Witness::at(url)).collect(),
            agent: Blocking::patient(PATIENCE),
            metrics: metrics.clone(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()?;
        let thread = std::thread::Builder::new().name("witnessing".to_owned());
        thread.spawn(move || worker.run(&runtime))?;
        Ok(Cosigned {
            newest,
            needed: parameters.witnesses_needed,
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

    /// Asks everyone about a checkpoint, and shows it if enough cosigned it.
    fn round(&mut self, own: &Shown) {
        let signed = match SignedCheckpoint::verify(&own.note, &self.nodes) {
            Ok(signed) => signed,
            Err(error) => return tracing::error!(%error, "the node's own checkpoint"),
        };
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
                Ok(lines) => cosigned = cosigned.cosigned_by(&lines, &self.keys),
                Err(error) => self.complain(&error),
            }
        }
        let count = cosigned.cosignatures().len();
        self.metrics
            .cosignatures
            .set(i64::try_from(count).unwrap_or(i64::MAX));
        if count > 0 && count >= usize::from(self.parameters.witnesses_needed) {
            self.show(&cosigned);
        }
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

/// The newest checkpoint that a witness holds of this network's log, signed by a node of it, and the witness's address. A
/// witness cannot make one up. Those that do not answer are passed over.
#[must_use]
pub fn furthest(urls: &[String], parameters: &NetworkParameters) -> Option<(String, u64)> {
    let keys = node_keys(parameters).ok()?;
    let agent = Blocking::patient(PATIENCE);
    let name = crate::witness::log_name(&parameters.origin);
    let held = urls.iter().filter_map(|url| {
        let address = format!("{}/checkpoint/{name}", url.trim_end_matches('/'));
        let answer = agent.send(&WireRequest {
            method: "GET",
            url: &address,
            headers: &[],
            body: None,
            limit: ANSWER,
        });
        let answer = answer.ok().filter(|answer| answer.status == 200)?;
        let signed = SignedCheckpoint::verify(&answer.body, &keys).ok()?;
        let checkpoint = signed.checkpoint();
        (checkpoint.origin() == parameters.origin).then(|| (url.clone(), checkpoint.size()))
    });
    held.max_by_key(|(_, size)| *size)
}

/// Why nothing is asked of witnesses.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A key of the founding data.
    #[error("a witness of the founding data: {0}")]
    Key(#[from] SignError),
    /// The thread.
    #[error("the thread that asks witnesses: {0}")]
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

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error("{url}: {why}")]
    Unreachable { url: String, why: String },
    #[error("{url} answers {status}: {said}")]
    Refused {
        url: String,
        status: u16,
        said: String,
    },
    #[error("a witness has seen another tree of this size: the log is split")]
    SplitView,
    #[error(
        "{url} cosigned size {cosigned} and now speaks of {told}: its memory is not to be relied on"
    )]
    WentBack {
        url: String,
        cosigned: u64,
        told: u64,
    },
    #[error("the proof for a witness: {0}")]
    Proof(String),
}

/// A witness as this node knows it.
struct Witness {
    url: String,
    /// What it cosigned last, as far as is known.
    old: u64,
    /// The largest that it cosigned for this process.
    cosigned: u64,
    rests_until: Option<Instant>,
}

impl Witness {
    fn at(url: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            old: 0,
            cosigned: 0,
            rests_until: None,
        }
    }

    fn rests(&self) -> bool {
        self.rests_until.is_some_and(|until| Instant::now() < until)
    }

    fn ask(
        &mut self,
        signed: &SignedCheckpoint,
        disk: &Arc<dyn Disk>,
        agent: &Blocking,
    ) -> Result<String, AskError> {
        let answer = self.cosignature(signed, disk, agent);
        self.rests_until = answer.is_err().then(|| Instant::now() + REST);
        answer
    }

    /// Twice at most: one that cosigned another size last tells which.
    fn cosignature(
        &mut self,
        signed: &SignedCheckpoint,
        disk: &Arc<dyn Disk>,
        agent: &Blocking,
    ) -> Result<String, AskError> {
        let size = signed.checkpoint().size();
        match self.post(signed, disk, agent)? {
            Answer::Lines(lines) => Ok(self.done(size, lines)),
            Answer::Known(told) => {
                if told < self.cosigned {
                    return Err(AskError::WentBack {
                        url: self.url.clone(),
                        cosigned: self.cosigned,
                        told,
                    });
                }
                self.old = told;
                match self.post(signed, disk, agent)? {
                    Answer::Lines(lines) => Ok(self.done(size, lines)),
                    Answer::Known(known) => Err(AskError::Refused {
                        url: self.url.clone(),
                        status: 409,
                        said: known.to_string(),
                    }),
                }
            }
        }
    }

    fn done(&mut self, size: u64, lines: String) -> String {
        self.old = size;
        self.cosigned = size;
        lines
    }

    fn post(
        &self,
        signed: &SignedCheckpoint,
        disk: &Arc<dyn Disk>,
        agent: &Blocking,
    ) -> Result<Answer, AskError> {
        let size = signed.checkpoint().size();
        let tiles = TileReader::new(Arc::clone(disk), PUBLIC_DIR, size);
        // Where the witness is ahead, which no honest one is, it is told so by the old size.
        let old = self.old.min(size);
        let proof = prove_consistency(&tiles, old, size);
        let proof = proof.map_err(|error| AskError::Proof(error.to_string()))?;
        let request = AddCheckpoint::new(old, proof, signed.note());
        let request = request.map_err(|error| AskError::Proof(error.to_string()))?;
        let url = format!("{}/add-checkpoint", self.url);
        let answer = agent.send(&WireRequest {
            method: "POST",
            url: &url,
            headers: &[],
            body: Some(&request.to_bytes()),
            limit: ANSWER,
        });
        let answer = answer.map_err(|error| AskError::Unreachable {
            url: self.url.clone(),
            why: match error {
                WireError::Unreachable(why) | WireError::CutShort(why) => why,
                WireError::TooLong => "its answer is too long".to_owned(),
            },
        })?;
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        match (answer.status, said.trim_end().parse()) {
            (200, _) => Ok(Answer::Lines(said)),
            (409, Ok(known)) => Ok(Answer::Known(known)),
            (409, Err(_)) => Err(AskError::SplitView),
            (status, _) => Err(AskError::Refused {
                url: self.url.clone(),
                status,
                said,
            }),
        }
    }
}

enum Answer {
    Lines(String),
    Known(u64),
}
