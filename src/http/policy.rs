//! `/v1/policies` and `/v1/risk-lists`.

use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::policy::{self, PoliciesView, RiskListsView};
use axum::extract::State;

pub async fn policies(State(app): State<App>) -> Reply<Json<PoliciesView>> {
    policy::policies(app.node()).map(Json)
}

pub async fn risk_lists(State(app): State<App>) -> Reply<Json<RiskListsView>> {
    policy::risk_lists(app.node()).map(Json)
}
