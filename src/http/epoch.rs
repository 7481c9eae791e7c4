//! `/v1/epochs`.

use super::extract::Query;
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::epoch::{self, EpochsView};
use axum::extract::State;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    #[serde(default)]
    after: u32,
}

pub async fn after(State(app): State<App>, Query(query): Query<After>) -> Reply<Json<EpochsView>> {
    epoch::after(app.node(), query.after).map(Json)
}
