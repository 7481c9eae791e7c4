//! `/v1/attestations/roots`.

use super::extract::Query;
use super::notice::OfDay;
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::attestation::{self, AttestationRootView};
use axum::extract::State;
use luyin_protocol::time::Day;

pub async fn root(
    State(app): State<App>,
    Query(query): Query<OfDay>,
) -> Reply<Json<AttestationRootView>> {
    attestation::root(app.node(), Day::new(query.day)).map(Json)
}
