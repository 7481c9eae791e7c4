//! `/v1/network`, `/v1/clock` and `/dev/clock`.

use super::extract;
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::network::{self, ClockSetting, ClockView, NetworkView};
use axum::extract::State;

pub async fn show(State(app): State<App>) -> Reply<Json<NetworkView>> {
    network::show(app.node()).map(Json)
}

pub async fn clock(State(app): State<App>) -> Json<ClockView> {
    Json(network::clock(app.node()))
}

pub async fn set_clock(
    State(app): State<App>,
    extract::Json(setting): extract::Json<ClockSetting>,
) -> Reply<Json<NetworkView>> {
    network::set_clock(app.node(), setting)?;
    network::show(app.node()).map(Json)
}
