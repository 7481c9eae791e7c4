//! Why a gate cannot do what was asked, and what to do next.

use crate::client::ClientError;
use luyin_protocol::codec::DecodeError;
use luyin_protocol::gate::{BundleError, ListError, MAX_NOTE};
use thiserror::Error;

/// A gate's failure. A refused pass is none: it is a verdict.
#[derive(Debug, Error)]
pub enum GateError {
    /// Reading or writing its files failed.
    #[error("the gate's files: {0}")]
    Disk(#[from] std::io::Error),
    /// No gate here.
    #[error("there is no gate here; set one up with `luyin gate init`")]
    NotSetUp,
    /// A gate is there already.
    #[error("there is a gate here already")]
    AlreadySetUp,
    /// A file that is not what it should be.
    #[error("{0} is damaged; set the gate up anew")]
    Damaged(&'static str),
    /// Settings that cannot be read.
    #[error("gate.json: {0}")]
    Settings(#[from] serde_json::Error),
    /// A bundle that does not verify.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A bundle older than what is in use.
    #[error("this bundle is older than what the gate goes by")]
    OlderBundle,
    /// A list that is not taken.
    #[error(transparent)]
    List(#[from] ListError),
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

impl GateError {
    /// A stable name for the kind of error, by which pages find their words.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Disk(..) => "gate_disk",
            Self::NotSetUp => "no_gate",
            Self::AlreadySetUp => "gate_already_there",
            Self::Damaged(..) => "gate_damaged",
            Self::Settings(..) => "gate_settings",
            Self::Bundle(..) => "bad_bundle",
            Self::OlderBundle => "older_bundle",
            Self::List(..) => "bad_list",
            Self::NoBundle => "no_bundle",
            Self::NoKey => "no_verifying_key",
            Self::WrongKey => "wrong_verifying_key",
            Self::Node(error) => error.slug(),
            Self::Bytes(..) => "gate_bytes",
            Self::Note => "note_length",
            Self::BatchNumber { .. } => "batch_number",
        }
    }
}
