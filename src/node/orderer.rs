//! Where order comes from. A node asks an [`Orderer`] and does not know whether one process or many agree on it.

use super::receipts::BoundKey;
use luyin_ledger::log::merkle::EntryIndex;
use luyin_ledger::store::Height;
use luyin_ledger::tx::Refusal;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::Tx;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use thiserror::Error;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

/// What a transaction became, sent after its block was durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its entry in the log.
    pub entry: EntryIndex,
    /// Its block.
    pub height: Height,
    /// The block's time.
    pub time: Timestamp,
}

/// A transaction to be ordered.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The transaction.
    pub tx: Tx,
    /// Its name, the hash of its bytes: made once, on the way in.
    pub name: Sha256Hash,
    /// The idempotency key that it came with, to be bound when it takes effect.
    pub key: Option<BoundKey>,
}

impl Submission {
    /// Of a transaction that came without an idempotency key.
    #[must_use]
    pub fn of(tx: Tx) -> Self {
        let name = Sha256Hash::of(&tx.to_vec());
        let key = None;
        Self { tx, name, key }
    }
}

/// Why a transaction was not taken for ordering at all.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotQueued {
    /// Too many wait.
    #[error("too many transactions wait")]
    Full,
    /// Nothing new is taken.
    #[error("the orderer is closed")]
    Closed,
    /// The disk refuses; nothing would become durable.
    #[error("the disk refuses")]
    Disk,
}

/// Why a transaction that was taken for ordering has no receipt.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NotOrdered {
    /// The ledger refuses it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The disk failed. Whether it was written shows after recovery: the same transaction may be sent again.
    #[error("the disk failed")]
    Disk,
    /// The orderer ended first.
    #[error("the orderer ended")]
    Closed,
    /// The state could not be read.
    #[error("fault: {0}")]
    Fault(String),
}

/// A transaction that waits for its block.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<Receipt, NotOrdered>>);

impl Pending {
    /// The waiting side of an answer.
    #[must_use]
    pub const fn new(answer: oneshot::Receiver<Result<Receipt, NotOrdered>>) -> Self {
        Self(answer)
    }
}

impl Pending {
    /// Whether it is known what became of it.
    pub fn is_settled(&mut self) -> bool {
        !matches!(self.0.try_recv(), Err(TryRecvError::Empty))
    }
}

impl Future for Pending {
    type Output = Result<Receipt, NotOrdered>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(cx)
            .map(|answer| answer.unwrap_or(Err(NotOrdered::Closed)))
    }
}

/// Whether blocks are being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// They are.
    Working,
    /// The disk refuses; what was acknowledged stays, nothing new is.
    Failing,
    /// The end.
    Closed,
}

impl Condition {
    /// Whether anything new may be taken.
    pub(super) const fn takes(self) -> Result<(), NotQueued> {
        match self {
            Self::Working => Ok(()),
            Self::Failing => Err(NotQueued::Disk),
            Self::Closed => Err(NotQueued::Closed),
        }
    }
}

/// Puts transactions into an order that everyone shares, makes them durable, and tells.
pub trait Orderer: Send + Sync {
    /// Takes a transaction, or says at once that it cannot. Never blocks.
    ///
    /// # Errors
    /// [`NotQueued`].
    fn submit(&self, submission: Submission) -> Result<Pending, NotQueued>;

    /// Takes what another node of the network took, by that node's place in the founding data; says how many found a place,
    /// from the first. Nobody waits for what becomes of them. Never blocks.
    ///
    /// # Errors
    /// [`NotQueued`], where nothing is taken for another reason than that too many wait.
    fn take_over(&self, from: u8, txs: Vec<Tx>) -> Result<usize, NotQueued>;

    /// Whether blocks are being made.
    fn condition(&self) -> Condition;

    /// Takes nothing new, writes what waits, and returns once the last block is durable. Blocks.
    fn close(&self);
}
