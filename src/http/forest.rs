//! `/v1/forest` and the tiles of the Poseidon trees.

use super::extract::Path;
use super::reply::{Bytes, Json, Keep, Reply};
use super::tile;
use crate::app::App;
use crate::service::ServiceError;
use crate::service::forest::{self, ForestView};
use axum::extract::State;

pub async fn show(State(app): State<App>) -> Reply<Json<ForestView>> {
    forest::show(app.node()).map(Json)
}

pub async fn file(State(app): State<App>, Path(path): Path<String>) -> Reply<Bytes> {
    let path = forest::file_path(&path).ok_or(ServiceError::NotFound("a tile"))?;
    tile::serve(app, path, "application/octet-stream", Keep::Forever).await
}
