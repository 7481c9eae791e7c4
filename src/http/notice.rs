//! `/v1/notices` and `/v1/releases`.

use super::extract::Query;
use super::reading::up_to_date;
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::notice::{self, NoticesView, ReleasesView};
use axum::extract::State;
use luyin_protocol::time::Day;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfDay {
    pub day: u16,
}

pub async fn standing(State(app): State<App>) -> Reply<Json<NoticesView>> {
    notice::standing(app.node()).map(Json)
}

pub async fn releases(
    State(app): State<App>,
    Query(query): Query<OfDay>,
) -> Reply<Json<ReleasesView>> {
    up_to_date(&app).await?;
    notice::releases(app.node(), Day::new(query.day)).map(Json)
}
