//! `POST /v1/handovers`.

use super::auth::CallingNode;
use super::extract::Json;
use super::reply::{self, Reply};
use crate::app::App;
use crate::service::handover::{self, HandOver, HandOverView};
use axum::Extension;
use axum::extract::State;

pub async fn take(
    State(app): State<App>,
    Extension(CallingNode(place)): Extension<CallingNode>,
    Json(given): Json<HandOver>,
) -> Reply<reply::Json<HandOverView>> {
    handover::take(app.node(), place, &given).map(reply::Json)
}
