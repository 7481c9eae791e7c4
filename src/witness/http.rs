//! The routes of a witness: C2SP tlog-witness, and what monitors read.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use luyin_ledger::log::witness::{AddCheckpoint, MAX_BODY, Refusal};
use tokio::net::TcpListener;

use super::service::{WitnessError, WitnessService};
use crate::shutdown::Shutdown;

type App = State<Arc<WitnessService>>;

/// Serves until told to end; open requests are finished first.
///
/// # Errors
/// The socket's.
pub async fn serve(
    service: Arc<WitnessService>,
    listener: TcpListener,
    shutdown: Shutdown,
) -> std::io::Result<()> {
    let end = async move { shutdown.begun().await };
    axum::serve(listener, router(service))
        .with_graceful_shutdown(end)
        .await
}

/// The routes.
pub fn router(service: Arc<WitnessService>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/metrics", get(metrics))
        .route("/v1/witness", get(card))
        .route("/checkpoint/{name}", get(checkpoint))
        .route("/add-checkpoint", post(add_checkpoint))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(service)
}

async fn add_checkpoint(State(service): App, body: Bytes) -> Response {
    let request = match AddCheckpoint::from_bytes(&body) {
        Ok(request) => request,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    // It waits for the disk.
    answer(service, move |service| service.add_checkpoint(&request)).await
}

async fn checkpoint(State(service): App, Path(name): Path<String>) -> Response {
    answer(service, move |service| {
        let note = service.checkpoint(&name)?;
        note.ok_or(WitnessError::UnknownLog)
    })
    .await
}

async fn card(State(service): App) -> Response {
    answer(service, |service| service.card().map(axum::Json)).await
}

async fn metrics(State(service): App) -> Response {
    answer(service, WitnessService::figures).await
}

async fn answer<T: IntoResponse + Send + 'static>(
    service: Arc<WitnessService>,
    work: impl FnOnce(&WitnessService) -> Result<T, WitnessError> + Send + 'static,
) -> Response {
    match tokio::task::spawn_blocking(move || work(&service)).await {
        Ok(Ok(done)) => done.into_response(),
        Ok(Err(error)) => error.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

impl IntoResponse for WitnessError {
    fn into_response(self) -> Response {
        let refusal = match self {
            Self::Refused(refusal) => refusal,
            Self::UnknownLog => {
                return (StatusCode::NOT_FOUND, format!("{self}\n")).into_response();
            }
            Self::Held(_) | Self::Record(_) | Self::Sign(_) => {
                tracing::error!(error = %self, "nothing was cosigned");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let status = match refusal {
            Refusal::OldAbove { .. } => StatusCode::BAD_REQUEST,
            Refusal::Unsigned(_) => StatusCode::FORBIDDEN,
            Refusal::OtherOld { known } => {
                let media = [(header::CONTENT_TYPE, "text/x.tlog.size")];
                return (StatusCode::CONFLICT, media, format!("{known}\n")).into_response();
            }
            Refusal::SplitView { .. } => StatusCode::CONFLICT,
            Refusal::Inconsistent => StatusCode::UNPROCESSABLE_ENTITY,
        };
        (status, format!("{refusal}\n")).into_response()
    }
}
