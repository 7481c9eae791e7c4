//! `/v1/news`.

use super::reading::up_to_date;
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::news::{self, NewsView};
use axum::extract::State;

pub async fn show(State(app): State<App>) -> Reply<Json<NewsView>> {
    up_to_date(&app).await?;
    news::show(app.node()).map(Json)
}
