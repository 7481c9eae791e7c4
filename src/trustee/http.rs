//! The routes of a trustee (clause 9.4): each handler reads, authenticates, calls one service function, shapes the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use luyin_keys::escrow::MAX_EVIDENCE;
use luyin_keys::voprf::Blinded;
use luyin_protocol::did::Did;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::field::{Owner, ShareCommitment};
use luyin_protocol::risk::NoticeId;
use luyin_protocol::signature::{PublicKey, Sha256Hash};
use luyin_protocol::time::Day;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;

use super::auth::{Claimed, Guards, name_of};
use super::error::TrusteeError;
use super::ledger::LogSource;
use super::peers::Peer;
use super::service::{HandedShare, TrusteeService};
use crate::shutdown::Shutdown;
use luyin_device::client::{
    EncodedBytes, EvaluationAnswer, NoticeOpening, ReleaseAnswer, SealedForNotice, SignatureAnswer,
    TrusteeCard,
};

/// The longest body, in bytes; a sealed share takes a few hundred.
const BODY: usize = 8 << 10;
/// An opening brings the evidence along: as base64 a third longer, with what is sealed around it.
const OPENING: usize = MAX_EVIDENCE / 3 * 4 + (8 << 10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

struct App<S, P> {
    service: Arc<TrusteeService<S, P>>,
    guards: Arc<Guards>,
}

impl<S, P> Clone for App<S, P> {
    fn clone(&self) -> Self {
        Self {
            service: Arc::clone(&self.service),
            guards: Arc::clone(&self.guards),
        }
    }
}

/// Why serving ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The socket.
    #[error("serving: {0}")]
    Io(#[from] std::io::Error),
}

/// Serves until told to end; open requests are finished first.
///
/// # Errors
/// [`ServeError::Io`].
pub async fn serve<S, P>(
    service: Arc<TrusteeService<S, P>>,
    listener: TcpListener,
    shutdown: Shutdown,
) -> Result<(), ServeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
{
    let end = async move { shutdown.begun().await };
    axum::serve(listener, router(service))
        .with_graceful_shutdown(end)
        .await?;
    tracing::info!("all requests are answered; the trustee ends");
    Ok(())
}

/// The routes.
pub fn router<S, P>(service: Arc<TrusteeService<S, P>>) -> Router
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
{
    let app = App {
        service,
        guards: Arc::default(),
    };
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/v1/trustee", get(card::<S, P>))
        .route("/v1/evaluate", post(evaluate::<S, P>))
        .route("/v1/shares", post(share::<S, P>))
        .route("/v1/openings", post(opening::<S, P>))
        .route("/v1/exchange", post(exchange::<S, P>))
        .route("/v1/releases", post(release::<S, P>))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(app)
}

/// The frame of every handler: the body within its bound; then, on a thread that may block, who calls, what the body says,
/// and one service function.
async fn answer<S, P, C, B, T>(
    app: App<S, P>,
    request: Request,
    caller: impl FnOnce(&App<S, P>, &Parts, &[u8]) -> Result<C, TrusteeError> + Send + 'static,
    work: impl FnOnce(&TrusteeService<S, P>, C, B) -> Result<T, TrusteeError> + Send + 'static,
) -> Result<T, TrusteeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
    B: DeserializeOwned,
    T: Send + 'static,
{
    answer_up_to(BODY, app, request, caller, work).await
}

/// The same with another bound on the body.
async fn answer_up_to<S, P, C, B, T>(
    limit: usize,
    app: App<S, P>,
    request: Request,
    caller: impl FnOnce(&App<S, P>, &Parts, &[u8]) -> Result<C, TrusteeError> + Send + 'static,
    work: impl FnOnce(&TrusteeService<S, P>, C, B) -> Result<T, TrusteeError> + Send + 'static,
) -> Result<T, TrusteeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
    B: DeserializeOwned,
    T: Send + 'static,
{
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, limit).await;
    let body = body.map_err(|_| TrusteeError::Body(format!("longer than {limit} bytes")))?;
    let work = tokio::task::spawn_blocking(move || {
        let caller = caller(&app, &parts, &body)?;
        let said = serde_json::from_slice(&body);
        let said = said.map_err(|error| TrusteeError::Body(error.to_string()))?;
        work(&app.service, caller, said)
    });
    match tokio::time::timeout(REQUEST_TIMEOUT, work).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(TrusteeError::Internal("a request panicked".to_owned())),
        Err(_) => Err(TrusteeError::Busy("this trustee is too slow now")),
    }
}

fn anyone<S, P>(_: &App<S, P>, _: &Parts, _: &[u8]) -> Result<(), TrusteeError> {
    Ok(())
}

/// An accredited registrar, by its signature.
fn registrar<S, P>(app: &App<S, P>, parts: &Parts, body: &[u8]) -> Result<Did, TrusteeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
{
    let App { service, guards } = app;
    let now = service.now()?;
    let claimed = Claimed::read(parts, body, now)?;
    let registrar = claimed.registrar()?;
    let key = service.registrar_key(&registrar)?;
    claimed.verify(registrar, &key, guards, now)?;
    Ok(registrar)
}

/// Another trustee, by its signature.
fn trustee<S, P>(app: &App<S, P>, parts: &Parts, body: &[u8]) -> Result<TrusteeIndex, TrusteeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
{
    let App { service, guards } = app;
    let now = service.now()?;
    let claimed = Claimed::read(parts, body, now)?;
    let from = claimed.trustee()?;
    claimed.verify(name_of(from), &service.peer_key(from)?, guards, now)?;
    Ok(from)
}

async fn card<S, P>(State(app): State<App<S, P>>) -> Result<Json<TrusteeCard>, TrusteeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
{
    let info = app.service.info()?;
    Ok(Json(TrusteeCard {
        index: app.service.index(),
        name: info.name,
        sign: info.sign,
        seal: info.seal,
        voprf: app.service.evaluation_key(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EvaluateBody {
    // A point has the form of 32 bytes in lowercase hex, as hashes and keys have.
    blinded: PublicKey,
}

async fn evaluate<S, P>(
    State(app): State<App<S, P>>,
    request: Request,
) -> Result<Json<EvaluationAnswer>, TrusteeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
{
    let evaluation = answer(app, request, registrar, |service, registrar, body| {
        let EvaluateBody { blinded } = body;
        service.evaluate(&registrar, &Blinded::from_bytes(*blinded.as_bytes()))
    })
    .await?;
    let bytes = evaluation.to_bytes();
    let (evaluated, proof) = bytes.split_at(32);
    Ok(Json(EvaluationAnswer {
        evaluated: hex::encode(evaluated),
        proof: hex::encode(proof),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShareBody {
    enrolment: Sha256Hash,
    owner: Owner,
    commitment: ShareCommitment,
    sealed: EncodedBytes,
}

async fn share<S, P>(
    State(app): State<App<S, P>>,
    request: Request,
) -> Result<Json<SignatureAnswer>, TrusteeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
{
    let signature = answer(app, request, registrar, |service, _, body| {
        let ShareBody {
            enrolment,
            owner,
            commitment,
            sealed,
        } = body;
        service.accept(&HandedShare {
            enrolment,
            owner,
            commitment,
            sealed: sealed.0,
        })
    })
    .await?;
    Ok(Json(SignatureAnswer { signature }))
}

async fn opening<S, P>(
    State(app): State<App<S, P>>,
    request: Request,
) -> Result<Response, TrusteeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
{
    answer_up_to(OPENING, app, request, anyone, |service, (), body| {
        let NoticeOpening {
            notice,
            sealed,
            evidence,
        } = body;
        let evidence = evidence.as_ref().map(|file| file.0.as_slice());
        service.open_notice(&notice, &sealed.0, evidence)
    })
    .await?;
    Ok((StatusCode::OK, Json(serde_json::json!({ "stored": true }))).into_response())
}

async fn exchange<S, P>(
    State(app): State<App<S, P>>,
    request: Request,
) -> Result<Json<SealedForNotice>, TrusteeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
{
    answer(app, request, trustee, |service, from, body| {
        let SealedForNotice { notice, sealed } = body;
        let sealed = service.exchange(from, &notice, &sealed.0)?;
        let sealed = EncodedBytes(sealed);
        Ok(SealedForNotice { notice, sealed })
    })
    .await
    .map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleaseBody {
    notice: NoticeId,
    day: Day,
}

async fn release<S, P>(
    State(app): State<App<S, P>>,
    request: Request,
) -> Result<Json<ReleaseAnswer>, TrusteeError>
where
    S: LogSource + Send + 'static,
    P: Peer + Send + Sync + 'static,
{
    let released = answer(app, request, anyone, |service, (), body| {
        let ReleaseBody { notice, day } = body;
        service.release(&notice, day)
    })
    .await?;
    Ok(Json(ReleaseAnswer {
        values: luyin_device::client::Encoded(released.signed.values),
        signature: released.signed.signature.signature,
        without: released.without,
    }))
}
