//! `/v1/appeals` and `/v1/appeals/statistics`.

use super::extract::Query;
use super::reading::apart;
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::appeal::{self, AppealStatisticsView, AppealsView};
use axum::extract::State;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    #[serde(default)]
    after: u64,
}

pub async fn after(State(app): State<App>, Query(query): Query<After>) -> Reply<Json<AppealsView>> {
    apart(move || appeal::after(app.node(), query.after))
        .await
        .map(Json)
}

pub async fn statistics(State(app): State<App>) -> Reply<Json<AppealStatisticsView>> {
    apart(move || appeal::statistics(app.node()))
        .await
        .map(Json)
}
