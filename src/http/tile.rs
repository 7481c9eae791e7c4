//! The log's checkpoint and tiles (C2SP tlog-tiles).

use super::extract::Path;
use super::reply::{Bytes, Keep, Reply};
use crate::app::App;
use crate::service::ServiceError;
use axum::extract::State;
use luyin_ledger::log::tiles::TileId;
use std::path::PathBuf;
use std::time::Duration;

pub async fn checkpoint(State(app): State<App>) -> Bytes {
    Bytes {
        content: app.node().served().note,
        media: "text/plain; charset=utf-8",
        keep: Keep::Briefly,
    }
}

/// For how long a node that asks for the signature of another waits for the block that it has already.
const SIGNED_WITHIN: Duration = Duration::from_millis(2_500);

/// How many entries the next checkpoint may be ahead; for more than a few blocks nobody waits.
const NEAR: u64 = 16_384;

/// This node's own checkpoint of one size, under which another node gathers signatures.
pub async fn checkpoint_of(
    State(app): State<App>,
    Path(size): Path<u64>,
) -> Result<Bytes, ServiceError> {
    let published = app.node().published();
    let mut newest = published.follow();
    let ahead = size.saturating_sub(published.newest().head.size());
    if (1..=NEAR).contains(&ahead) {
        let reached = newest.wait_for(|shown| shown.head.size() >= size);
        // Whether it came or not: what is remembered of that size, if anything.
        let _ = tokio::time::timeout(SIGNED_WITHIN, reached).await;
    }
    let shown = published.of_size(size);
    let shown = shown.ok_or(ServiceError::NotFound("a checkpoint of this size"))?;
    Ok(Bytes {
        content: shown.note,
        media: "text/plain; charset=utf-8",
        keep: Keep::Briefly,
    })
}

pub async fn tile(State(app): State<App>, Path(path): Path<String>) -> Reply<Bytes> {
    let tile: Result<TileId, _> = format!("tile/{path}").parse();
    let tile = tile.map_err(|_| ServiceError::NotFound("a tile"))?;
    serve(app, tile.path(), "application/octet-stream", Keep::Forever).await
}

/// A static file of the log.
pub async fn serve(
    app: App,
    path: PathBuf,
    media: &'static str,
    keep: Keep,
) -> Result<Bytes, ServiceError> {
    let read = move || app.node().file(&path);
    let content = tokio::task::spawn_blocking(read)
        .await
        .map_err(|e| ServiceError::Internal(e.to_string()))?
        .map_err(|e| ServiceError::Internal(e.to_string()))?
        .ok_or(ServiceError::NotFound("a tile"))?;
    Ok(Bytes {
        content,
        media,
        keep,
    })
}
