//! `/v1/gate/...`.

use super::auth::Caller;
use super::extract::{self, JsonBytes};
use super::reading::{apart, up_to_date};
use super::reply::{Bytes, Created, Json, Keep, Reply};
use super::submission::key_of;
use crate::app::App;
use crate::service::error::{RequestError, Unavailable};
use crate::service::gate::bundle;
use crate::service::gate::filing::{self, Filing, NextBatchView};
use crate::service::gate::list;
use crate::service::gate::walk_ins::WalkIn;
use crate::service::submission::{ReceiptView, Request};
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use luyin_protocol::field::Nym;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::time::{Day, Step};
use luyin_protocol::tx::TxKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest body of a filing, in bytes.
pub const RECORDS_LIMIT: usize = 4 << 20;

/// Steps of 30 seconds.
const STEPS_OF_A_DAY: u32 = 2_880;

/// A walk-in pass that is being used.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WalkInUse {
    /// Its nym, 64 hex digits.
    #[schema(value_type = String)]
    pub nym: Nym,
    /// The step of showing.
    #[schema(value_type = u32)]
    pub step: Step,
}

/// Whether it was used before.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct WalkInView {
    /// It was, at this gate or another.
    pub spent: bool,
}

pub async fn bundle(State(app): State<App>) -> Reply<Bytes> {
    up_to_date(&app).await?;
    let content = apart(move || {
        let life = app.config().gate.bundle_life_ms;
        bundle::signed(app.node(), life)
    });
    Ok(Bytes {
        content: content.await?,
        media: "application/octet-stream",
        keep: Keep::No,
    })
}

/// What a list adds to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListAsked {
    /// SHA-256 of the bundle's file.
    bundle: Sha256Hash,
    /// The bundle's last day.
    until: Day,
}

pub async fn list(
    State(app): State<App>,
    extract::Query(asked): extract::Query<ListAsked>,
) -> Reply<Bytes> {
    up_to_date(&app).await?;
    let content = apart(move || {
        let life = app.config().gate.bundle_life_ms;
        list::signed(app.node(), asked.bundle, asked.until, life)
    });
    Ok(Bytes {
        content: content.await?,
        media: "application/octet-stream",
        keep: Keep::No,
    })
}

pub async fn walk_in(
    State(app): State<App>,
    extract::Json(used): extract::Json<WalkInUse>,
) -> Reply<Json<WalkInView>> {
    apart(move || {
        let now = app.clock().now();
        let today = now.day();
        if used.step.get().abs_diff(now.step().get()) > STEPS_OF_A_DAY {
            let far = "step: not of today or yesterday".to_owned();
            return Err(RequestError::Parameter(far).into());
        }
        let found = app.walk_ins().use_once(used.nym, today);
        let found = found.map_err(|error| {
            tracing::error!(%error, "a walk-in use was not stored");
            Unavailable::Disk
        })?;
        Ok(Json(WalkInView {
            spent: found == WalkIn::Spent,
        }))
    })
    .await
}

pub async fn records(
    State(app): State<App>,
    headers: HeaderMap,
    Extension(Caller(gate)): Extension<Caller>,
    body: JsonBytes<Filing>,
) -> Reply<Created<ReceiptView>> {
    let request = Request {
        kinds: &[TxKind::AuditBatch],
        caller: Some(gate),
        key: key_of(&headers)?,
        body: &body.bytes,
    };
    filing::file(app.node(), app.records(), &body.value, &request)
        .await
        .map(Created)
}

pub async fn next_batch(
    State(app): State<App>,
    Extension(Caller(gate)): Extension<Caller>,
) -> Reply<Json<NextBatchView>> {
    filing::next(app.node(), gate).map(Json)
}
