//! `/v1/nullifiers` and `/v1/enrolments` by buckets.

use super::extract::Query;
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::ServiceError;
use crate::service::bucket::{self, BitsView, EnrolmentsView, SpendsView};
use axum::extract::State;
use luyin_ledger::log::merkle::EntryIndex;
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

/// Waits until every block that is durable is published: whoever was acknowledged finds its own entry.
pub async fn up_to_date(app: &App) -> Result<(), ServiceError> {
    let tip = app.node().state().tip()?;
    let entries = tip.map_or(0, |tip| tip.entries.get());
    if let Some(last) = entries.checked_sub(1) {
        // Where the disk refuses, what was published before is still told.
        app.node().published().covering(EntryIndex::new(last)).await;
    }
    Ok(())
}

/// Runs long reading on a thread where it holds up no other request.
pub async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServiceError> + Send + 'static,
) -> Result<T, ServiceError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|e| ServiceError::Internal(e.to_string()))?
}
