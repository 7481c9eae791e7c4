//! `/v1/entries/{index}` and `/v1/proofs/...`.

use super::extract::{Path, Query};
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::entry::{self, EntryView, HashesView};
use axum::extract::State;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    entry: u64,
    size: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    from: u64,
    size: Option<u64>,
}

pub async fn show(State(app): State<App>, Path(index): Path<u64>) -> Reply<Json<EntryView>> {
    entry::show(app.node(), index).await.map(Json)
}

pub async fn inclusion(
    State(app): State<App>,
    Query(query): Query<Inclusion>,
) -> Reply<Json<HashesView>> {
    entry::inclusion(app.node(), query.entry, query.size)
        .await
        .map(Json)
}

pub async fn consistency(
    State(app): State<App>,
    Query(query): Query<Consistency>,
) -> Reply<Json<HashesView>> {
    entry::consistency(app.node(), query.from, query.size).map(Json)
}
