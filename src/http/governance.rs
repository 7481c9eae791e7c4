//! `/v1/governance/next`.

use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::governance::{self, NextView};
use axum::extract::State;

pub async fn next(State(app): State<App>) -> Reply<Json<NextView>> {
    governance::next(app.node()).map(Json)
}
