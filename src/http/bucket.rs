//! `/v1/nullifiers` and `/v1/enrolments` by buckets.

use super::extract::Query;
use super::reading::{apart, up_to_date};
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::bucket::{self, BitsView, EnrolmentsView, SpendsView};
use axum::extract::State;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    bucket: u64,
    bits: u8,
}

pub async fn spend_bits(State(app): State<App>) -> Reply<Json<BitsView>> {
    bucket::spend_bits(app.node()).map(Json)
}

pub async fn enrolment_bits(State(app): State<App>) -> Reply<Json<BitsView>> {
    bucket::enrolment_bits(app.node()).map(Json)
}

pub async fn spends(
    State(app): State<App>,
    Query(query): Query<Bucket>,
) -> Reply<Json<SpendsView>> {
    up_to_date(&app).await?;
    apart(move || bucket::spends(app.node(), query.bucket, query.bits))
        .await
        .map(Json)
}

pub async fn enrolments(
    State(app): State<App>,
    Query(query): Query<Bucket>,
) -> Reply<Json<EnrolmentsView>> {
    up_to_date(&app).await?;
    apart(move || bucket::enrolments(app.node(), query.bucket, query.bits))
        .await
        .map(Json)
}
