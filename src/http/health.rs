//! Liveness, readiness, figures.

use super::reading::apart;
use super::reply::{Bytes, Json, Keep, Reply};
use crate::app::App;
use crate::node::Condition;
use crate::service::ServiceError;
use crate::service::error::Unavailable;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

/// That the process runs, or is ready.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct HealthView {
    /// `alive` or `ready`.
    pub status: &'static str,
}

pub async fn live() -> Json<HealthView> {
    Json(HealthView { status: "alive" })
}

/// Ready to take transactions: blocks are being made and no end is near.
pub async fn ready(State(app): State<App>) -> Reply<Json<HealthView>> {
    if app.shutdown().has_begun() {
        return Err(Unavailable::Stopping.into());
    }
    match app.node().orderer().condition() {
        Condition::Working => Ok(Json(HealthView { status: "ready" })),
        Condition::Failing => Err(Unavailable::Disk.into()),
        Condition::Closed => Err(Unavailable::Stopping.into()),
    }
}

pub async fn metrics(State(app): State<App>) -> Reply<Bytes> {
    let watched = app.clone();
    let counted = apart(move || watched.alarms().refresh(watched.node(), watched.metrics())).await;
    if let Err(error) = counted {
        // The other figures are worth having all the same.
        tracing::error!(%error, "alarms were not counted");
    }
    let text = app.metrics().to_text();
    Ok(Bytes {
        content: text.map_err(|e| ServiceError::Internal(e.to_string()))?,
        media: "text/plain; version=0.0.4",
        keep: Keep::No,
    })
}

pub async fn openapi(State(app): State<App>) -> Bytes {
    Bytes {
        content: app.openapi().as_bytes().to_vec(),
        media: "application/json",
        keep: Keep::Briefly,
    }
}
