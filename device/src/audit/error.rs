//! Why something published was not believed.

use crate::client::ClientError;
use luyin_protocol::codec::DecodeError;
use thiserror::Error;

/// A regulator's failure to check, or what the check found.
#[derive(Debug, Error)]
pub enum AuditError {
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The node's bytes.
    #[error("the node's answer: {0}")]
    Bytes(#[from] DecodeError),
    /// A claim of the node that does not hold.
    #[error("the node's data do not hold: {0}; keep this answer as evidence and ask another node")]
    DoesNotHold(&'static str),
    /// A name or root that is none.
    #[error("{0:?} is no {1}")]
    Argument(String, &'static str),
}

impl AuditError {
    /// A stable name for the kind of error, by which pages find their words.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Client(error) => error.slug(),
            Self::Bytes(..) => "audit_bytes",
            Self::DoesNotHold(..) => "does_not_hold",
            Self::Argument(..) => "audit_argument",
        }
    }
}
