//! `/v1/keys/...`.

use super::extract::Path;
use super::reply::{Bytes, Keep, Reply};
use crate::app::App;
use crate::service::{ServiceError, key};
use axum::extract::State;

pub async fn manifest(State(app): State<App>) -> Reply<Bytes> {
    Ok(Bytes {
        content: key::manifest(app.node())?.into_bytes(),
        media: "application/json",
        keep: Keep::Briefly,
    })
}

pub async fn file(State(app): State<App>, Path(name): Path<String>) -> Reply<Bytes> {
    let read = move || key::file(app.node(), &name);
    let content = tokio::task::spawn_blocking(read).await;
    Ok(Bytes {
        content: content.map_err(|e| ServiceError::Internal(e.to_string()))??,
        media: "application/octet-stream",
        keep: Keep::Forever,
    })
}
