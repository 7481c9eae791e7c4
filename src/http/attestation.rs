//! `/v1/attestations/roots` and `/v1/attestations/own`.

use super::auth::Caller;
use super::extract::Query;
use super::notice::OfDay;
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::attestation::{self, AttestationRootView, OwnTermsView};
use axum::Extension;
use axum::extract::State;
use luyin_protocol::time::Day;

pub async fn root(
    State(app): State<App>,
    Query(query): Query<OfDay>,
) -> Reply<Json<AttestationRootView>> {
    attestation::root(app.node(), Day::new(query.day)).map(Json)
}

pub async fn own(
    State(app): State<App>,
    Extension(Caller(attester)): Extension<Caller>,
) -> Reply<Json<OwnTermsView>> {
    attestation::own(app.node(), attester).map(Json)
}
