//! Why a gate cannot do what was asked, and what to do next.

use crate::client::ClientError;
use luyin_protocol::codec::DecodeError;
use luyin_protocol::gate::{BundleError, MAX_NOTE};
use std::path::PathBuf;
use thiserror::Error;

/// A gate's failure. A refused pass is none: it is a verdict.
#[derive(Debug, Error)]
pub enum GateError {
    /// The state directory.
    #[error("the gate's directory: {0}")]
    Disk(#[from] std::io::Error),
    /// No gate in the directory.
    #[error("{0} holds no gate; set one up with `luyin gate init`")]
    NotSetUp(PathBuf),
    /// A gate is there already.
    #[error("{0} holds a gate already")]
    AlreadySetUp(PathBuf),
    /// A file that is not what it should be.
    #[error("{0} is damaged; set the gate up anew")]
    Damaged(&'static str),
    /// Settings that cannot be read.
    #[error("gate.json: {0}")]
    Settings(#[from] serde_json::Error),
    /// A bundle that does not verify.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A bundle older than the one in use.
    #[error("this bundle is older than the one in use")]
    OlderBundle,
    /// No bundle yet.
    #[error("the gate has no bundle; run `luyin gate bundle` while connected")]
    NoBundle,
    /// No verifying key yet.
    #[error("the gate has no verifying key; run `luyin gate bundle` while connected")]
    NoKey,
    /// Another key than the network's.
    #[error("the verifying key is not the network's")]
    WrongKey,
    /// The node.
    #[error(transparent)]
    Node(#[from] ClientError),
    /// Bytes of a record.
    #[error("a stored record: {0}")]
    Bytes(#[from] DecodeError),
    /// A note that cannot be recorded.
    #[error("a note has 1 to {MAX_NOTE} bytes, and no name in it")]
    Note,
    /// The node knows fewer batches than this gate has filed.
    #[error(
        "the node expects batch {expected}, this gate holds batch {held}; is it the right node?"
    )]
    BatchNumber {
        /// the node's next
        expected: u32,
        /// the gate's oldest unsent
        held: u32,
    },
}
