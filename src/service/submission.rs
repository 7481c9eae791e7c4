//! Handing a transaction to the ledger: decode, ask whose it is, order, answer (clause 9.3).

use super::ServiceError;
use super::encoded::decode_value;
use super::error::{Busy, CallerError, RequestError, Unavailable};
use crate::node::receipts::{BoundKey, KeyUse};
use crate::node::{self, Node, NotOrdered, NotQueued, Receipt};
use luyin_protocol::did::Did;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::tx::{Tx, TxKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A transaction, canonical bytes in base64.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// The bytes.
    pub tx: String,
}

/// What it became. Sent after its block was durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptView {
    /// Its entry in the log.
    pub entry: u64,
    /// Its block.
    pub height: u64,
    /// The block's time, milliseconds since 1970.
    pub time: u64,
}

impl From<Receipt> for ReceiptView {
    fn from(receipt: Receipt) -> Self {
        Self {
            entry: receipt.entry.get(),
            height: receipt.height.get(),
            time: receipt.time.get(),
        }
    }
}

/// A client's own name for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// 1 to 64 visible ASCII characters.
    ///
    /// # Errors
    /// [`RequestError::IdempotencyKey`].
    pub fn new(text: &str) -> Result<Self, RequestError> {
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if visible && (1..=64).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RequestError::IdempotencyKey)
        }
    }
}

/// A request that hands in a transaction.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The kinds that the route takes.
    pub kinds: &'a [TxKind],
    /// The organisation that signed the request; nobody on wallet routes.
    pub caller: Option<Did>,
    /// The client's name for the request, if it gave one.
    pub key: Option<IdempotencyKey>,
    /// The request's body as sent.
    pub body: &'a [u8],
}

/// Decodes a transaction, and checks that the route takes it and that it is the caller's own.
///
/// # Errors
/// [`RequestError`], [`CallerError::NotOwn`].
pub fn decode(submission: &Submission, request: &Request<'_>) -> Result<Tx, ServiceError> {
    let tx: Tx = decode_value(&submission.tx, "a transaction")?;
    if !request.kinds.contains(&tx.kind()) {
        return Err(RequestError::WrongKind(tx.kind()).into());
    }
    match (request.caller, signer(&tx)) {
        (Some(caller), Some(signer)) if caller != signer => Err(CallerError::NotOwn.into()),
        _ => Ok(tx),
    }
}

/// The organisation that a transaction names as its author.
fn signer(tx: &Tx) -> Option<Did> {
    match tx {
        Tx::Enrol(tx) => Some(tx.registrar),
        Tx::Attest(tx) => Some(tx.issuer),
        Tx::AttestWithdrawn(tx) => Some(tx.issuer),
        Tx::AuditBatch(tx) => Some(tx.gate),
        Tx::DidCreate(_)
        | Tx::DidUpdate(_)
        | Tx::DidDeactivate(_)
        | Tx::Governance(_)
        | Tx::Release(_)
        | Tx::CheckIn(_)
        | Tx::Absorb(_)
        | Tx::Appeal(_) => None,
    }
}

/// Hands in a transaction and waits for its receipt.
///
/// # Errors
/// [`ServiceError`].
pub async fn submit(
    node: &Node,
    submission: &Submission,
    request: &Request<'_>,
) -> Result<ReceiptView, ServiceError> {
    let tx = decode(submission, request)?;
    order(node, tx, request).await
}

/// Orders a decoded transaction.
///
/// With an idempotency key the same request is answered the same: a transaction that took effect has its receipt, however
/// often and across which crash it is asked for, and one that did not is ordered again.
///
/// # Errors
/// [`ServiceError`].
pub async fn order(
    node: &Node,
    tx: Tx,
    request: &Request<'_>,
) -> Result<ReceiptView, ServiceError> {
    let mut submission = node::Submission::of(tx);
    let name = submission.name;
    let key = request.key.as_ref().map(|key| BoundKey {
        key: scoped(key, request.caller),
        request: Sha256Hash::of(request.body),
    });
    if let Some(key) = &key {
        if node.receipts().use_of(key)? == KeyUse::OtherRequest {
            return Err(RequestError::IdempotencyReuse.into());
        }
        if let Some(receipt) = node.receipts().of(&name)? {
            return Ok(receipt.into());
        }
    }
    submission.key = key;
    let queued = node.orderer().submit(submission);
    let pending = queued.map_err(not_queued)?;
    match pending.await {
        Ok(receipt) => Ok(receipt.into()),
        Err(NotOrdered::Refused(refusal)) => {
            // The same request may have come twice at once: then the first took effect, and this is its answer.
            let first = match key {
                Some(_) => node.receipts().of(&name)?,
                None => None,
            };
            first.map(Into::into).ok_or(refusal.into())
        }
        Err(NotOrdered::Disk) => Err(Unavailable::Disk.into()),
        Err(NotOrdered::Closed) => Err(Unavailable::Stopping.into()),
        Err(NotOrdered::Fault(fault)) => Err(ServiceError::Internal(fault)),
    }
}

/// Why a transaction found no place.
pub(super) fn not_queued(error: NotQueued) -> ServiceError {
    match error {
        NotQueued::Full => Busy::Queue.into(),
        NotQueued::Closed => Unavailable::Stopping.into(),
        NotQueued::Disk => Unavailable::Disk.into(),
    }
}

/// Keys of one organisation are its own; those of wallets, which have no name, are shared, and long random ones at that.
fn scoped(key: &IdempotencyKey, caller: Option<Did>) -> Sha256Hash {
    let mut bytes = b"luyin/v1/idempotency\0".to_vec();
    match caller {
        Some(did) => {
            bytes.push(1);
            bytes.extend_from_slice(did.as_bytes());
        }
        None => bytes.push(0),
    }
    bytes.extend_from_slice(key.0.as_bytes());
    Sha256Hash::of(&bytes)
}
