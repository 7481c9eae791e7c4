//! The engine: threads, files and the network of one node.

mod book;
mod config;
mod host;
mod peer;
mod propose;
mod run;
mod start;
mod status;
mod streams;
mod wal;

pub use config::{EngineConfig, Timeouts};
pub use status::{Running, Status};

use crate::signer::{GuardError, VoteSigner};
use crate::store::DecisionError;
use crate::{Application, Fault};
use host::Order;
use status::Board;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{Notify, watch};

/// Why an engine does not start.
#[derive(Debug, Error)]
pub enum EngineError {
    /// Bodies of that length cannot travel.
    #[error("bodies of {0} bytes cannot travel")]
    MaxBody(usize),
    /// The guard lies in the directory against whose copies it guards.
    #[error("the guard {0} must not lie in the engine's own directory")]
    GuardInHome(PathBuf),
    /// Another process holds the directory.
    #[error("another process holds {0}")]
    Locked(PathBuf),
    /// The directory cannot be used.
    #[error("the engine's directory {path}: {source}")]
    Home {
        /// The directory or a file in it.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The guard refuses.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The engine's write-ahead log is damaged. It is not touched.
    #[error(
        "the write-ahead log {path} is damaged: {why}; see docs/RUNBOOK.md, \"A corrupt write-ahead log\""
    )]
    Wal {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The decision log refuses.
    #[error(transparent)]
    Decisions(#[from] DecisionError),
    /// The application cannot answer.
    #[error(transparent)]
    Application(#[from] Fault),
    /// The books do not open.
    #[error("{0}")]
    Books(String),
    /// The network key cannot be read or written.
    #[error("the network key {path}: {source}")]
    Peer {
        /// Its file.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The node cannot listen there.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The key does not sign.
    #[error("the validator's key: {0}")]
    Signer(String),
    /// The engine's own refusal.
    #[error("the engine does not start: {0}")]
    Build(String),
}

/// A running engine. Dropping it stops it.
#[derive(Debug)]
pub struct Engine {
    board: Arc<Board>,
    wake: Arc<Notify>,
    orders: watch::Sender<Order>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Engine {
    /// Opens the node's files, recovers what a crash cut off, and goes on where the decisions end.
    ///
    /// On the very first start it makes the guard, the decisions and the network key; later a missing guard is refused.
    ///
    /// # Errors
    /// [`EngineError`]; nothing runs then.
    pub fn start(
        config: EngineConfig,
        signer: Box<dyn VoteSigner>,
        app: impl Application,
    ) -> Result<Self, EngineError> {
        start::start(config, Arc::from(signer), app)
    }

    /// How it fares.
    #[must_use]
    pub fn status(&self) -> Status {
        self.board.read()
    }

    /// Waits until the status is as wished, at most for `limit`; gives the last status in any case.
    pub fn wait(&self, limit: Duration, wished: impl Fn(&Status) -> bool) -> Status {
        self.board.wait(limit, wished)
    }

    /// Says that the application has something to propose. Where it is this node's turn, it proposes at once; the other
    /// nodes have to be told on their own, since only the proposer can hurry.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Stops it; returns when all its threads have ended and its files are free.
    pub fn stop(&self) {
        self.orders.send_replace(Order::End);
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("consensus: the engine's thread had panicked");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests;
