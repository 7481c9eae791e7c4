//! Why a request is not answered as asked. Rendered in one place, `http::problem`.

use luyin_device::http_signature::SignatureError;
use luyin_ledger::state::StateError;
use luyin_ledger::tx::Refusal;
use luyin_protocol::tx::TxKind;
use thiserror::Error;

/// Every way in which a use case ends without its answer.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// The request itself is wrong.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The caller is not who it must be.
    #[error(transparent)]
    Caller(#[from] CallerError),
    /// The ledger refuses the transaction.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such thing.
    #[error("{0} is not here")]
    NotFound(&'static str),
    /// About an identifier's resolution.
    #[error(transparent)]
    Resolution(#[from] ResolutionError),
    /// About a box of a registrar's desk.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// Too much at once.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The node cannot serve this now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// A fault of the node. Its text goes to the log, never to the caller.
    #[error("internal: {0}")]
    Internal(String),
}

/// The request itself is wrong.
#[derive(Debug, Error)]
pub enum RequestError {
    /// Not JSON, too deep, or not of the route's shape.
    #[error("the body: {0}")]
    Body(String),
    /// A path or query parameter.
    #[error("the parameter {0}")]
    Parameter(String),
    /// Canonical bytes that are none.
    #[error("the bytes of {what}: {why}")]
    Bytes {
        /// of what
        what: &'static str,
        /// why not
        why: String,
    },
    /// A transaction of another kind than the route's.
    #[error("this route does not take a transaction of kind {0:?}")]
    WrongKind(TxKind),
    /// Above the route's limit.
    #[error("the body is longer than {0} bytes")]
    TooLong(usize),
    /// Another media type than JSON.
    #[error("the body must be application/json")]
    MediaType,
    /// The route exists, not with this method.
    #[error("the route does not take this method")]
    Method,
    /// An idempotency key that is not 1 to 64 visible ASCII characters.
    #[error("an idempotency key has 1 to 64 visible ASCII characters")]
    IdempotencyKey,
    /// An idempotency key that was used with another body.
    #[error("the idempotency key was used with another body")]
    IdempotencyReuse,
    /// Records that are not those of their anchor.
    #[error("the records are not those that the batch anchors")]
    RecordsDisagree,
    /// A clock that cannot be set so.
    #[error("the clock: {0}")]
    Clock(String),
}

/// The caller is not who it must be.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CallerError {
    /// The HTTP signature (RFC 9421).
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// A host name that is not this node's.
    #[error("the request is addressed to another host")]
    Authority,
    /// No active identifier of that name.
    #[error("the key id is no active identifier")]
    UnknownKey,
    /// A nonce is good for one use.
    #[error("the nonce was used before")]
    NonceUsed,
    /// The identifier does not hold the role.
    #[error("the route asks for a role that this identifier does not hold")]
    Role,
    /// Somebody else's transaction.
    #[error("the transaction is another organisation's")]
    NotOwn,
}

/// About an identifier's resolution (W3C DID Resolution).
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ResolutionError {
    /// Not a `did:luyin`.
    #[error("not a did:luyin identifier")]
    InvalidDid,
    /// Options that contradict each other, or are none.
    #[error("resolution options that cannot be met")]
    InvalidOptions,
    /// Unknown, or unknown at that time or in that version.
    #[error("no such identifier or version")]
    NotFound,
    /// No representation that the caller accepts.
    #[error("no representation that is accepted")]
    NotAcceptable,
}

/// About a box of a registrar's desk (clause 9.7).
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DeskError {
    /// Not opened, over, or another registrar's.
    #[error("no such box is open; the registrar opens another and tells its code")]
    Unknown,
    /// Nothing lies in it yet.
    #[error("the request has not come yet")]
    Empty,
    /// Another request lies in it.
    #[error("another request lies in this box; the registrar opens another and tells its code")]
    Full,
    /// Another registrar opened it.
    #[error("another registrar has a box of this name")]
    Taken,
}

/// Too much at once; to be tried again.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Busy {
    /// The queue of transactions is full.
    #[error("too many transactions wait; try again later")]
    Queue,
    /// The caller's address has used its budget.
    #[error("too many requests from this address; try again later")]
    Address,
    /// The organisation has used its budget.
    #[error("too many requests of this organisation; try again later")]
    Organisation,
    /// Too many boxes are open.
    #[error("too many boxes are open; close some, or try again later")]
    Desks,
}

/// The node cannot serve this now.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Unavailable {
    /// The disk is full or fails: nothing new is acknowledged.
    #[error("the node cannot write; nothing new is accepted")]
    Disk,
    /// The node is about to end.
    #[error("the node is shutting down")]
    Stopping,
    /// The answer took longer than a request may.
    #[error(
        "the request took too long; whether a transaction was accepted can be asked with its idempotency key"
    )]
    Timeout,
}

impl From<luyin_ledger::store::StoreError> for ServiceError {
    fn from(error: luyin_ledger::store::StoreError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<StateError> for ServiceError {
    fn from(error: StateError) -> Self {
        Self::Internal(error.to_string())
    }
}
