//! The routes that take a transaction: one handler a route, all through the same service function.

use super::auth::Caller;
use super::extract::JsonBytes;
use super::problem::{Kind, kind_of};
use super::reading::apart;
use super::reply::{Created, Reply};
use crate::app::App;
use crate::service::ServiceError;
use crate::service::audit::attempts;
use crate::service::error::RequestError;
use crate::service::submission::{self, IdempotencyKey, ReceiptView, Request, Submission};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use luyin_protocol::tx::TxKind;

/// The name of the header with a client's own name for its request.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The key of a request, if it has one.
pub fn key_of(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, ServiceError> {
    let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| RequestError::IdempotencyKey)?;
            Ok(Some(IdempotencyKey::new(text)?))
        }
        (Some(_), Some(_)) => Err(RequestError::IdempotencyKey.into()),
    }
}

macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident: $($kind:ident)|+;)*) => { $(
        $(#[$doc])*
        pub async fn $name(
            State(app): State<App>,
            headers: HeaderMap,
            caller: Option<Extension<Caller>>,
            body: JsonBytes<Submission>,
        ) -> Reply<Created<ReceiptView>> {
            hand_in(app, &[$(TxKind::$kind),+], headers, caller, body).await
        }
    )* };
}

routes! {
    /// `POST /v1/dids`
    did: DidCreate | DidUpdate | DidDeactivate;
    /// `POST /v1/checkins`
    checkin: CheckIn;
    /// `POST /v1/absorbs`
    absorb: Absorb;
    /// `POST /v1/appeals`
    appeal: Appeal;
    /// `POST /v1/enrolments`
    enrol: Enrol;
    /// `POST /v1/attestations`
    attest: Attest;
    /// `POST /v1/attestations/withdrawals`
    withdraw: AttestWithdrawn;
    /// `POST /v1/releases`
    release: Release;
}

/// `POST /v1/governance`. What is refused goes into the register of attempts first, also where the sender has hung up.
pub async fn govern(
    State(app): State<App>,
    headers: HeaderMap,
    body: JsonBytes<Submission>,
) -> Reply<Created<ReceiptView>> {
    // A handler is dropped when its connection ends, a task is not.
    let worked = tokio::spawn(async move {
        let submission = Submission {
            tx: body.value.tx.clone(),
        };
        let handed = hand_in(app.clone(), &[TxKind::Governance], headers, None, body).await;
        let refused = match handed {
            Ok(taken) => return Ok(taken),
            Err(refused) => refused,
        };
        let Kind { status, slug, .. } = kind_of(&refused);
        if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
            apart(move || attempts::keep(app.node(), app.attempts(), &submission, slug)).await?;
        }
        Err(refused)
    });
    worked
        .await
        .map_err(|e| ServiceError::Internal(e.to_string()))?
}

async fn hand_in(
    app: App,
    kinds: &[TxKind],
    headers: HeaderMap,
    caller: Option<Extension<Caller>>,
    body: JsonBytes<Submission>,
) -> Reply<Created<ReceiptView>> {
    let request = Request {
        kinds,
        caller: caller.map(|Extension(Caller(did))| did),
        key: key_of(&headers)?,
        body: &body.bytes,
    };
    submission::submit(app.node(), &body.value, &request)
        .await
        .map(Created)
}
