//! `/v1/desks/...`.

use super::auth::Caller;
use super::extract::{self, Path};
use super::reply::{Created, Done, Json, Reply};
use crate::app::App;
use crate::service::desk::{DeskOpening, DeskView, SealedRequest};
use axum::Extension;
use axum::extract::State;

/// The longest body of a sealed request: 24 KiB as base64, in a JSON object.
pub const REQUEST_LIMIT: usize = 33 << 10;

pub async fn open(
    State(app): State<App>,
    Extension(Caller(registrar)): Extension<Caller>,
    extract::Json(opening): extract::Json<DeskOpening>,
) -> Reply<Created<DeskView>> {
    let now = app.clock().now();
    let opened = app.desks().open(opening.name.parse()?, registrar, now)?;
    Ok(Created(opened))
}

pub async fn put(
    State(app): State<App>,
    Path(name): Path<String>,
    extract::Json(request): extract::Json<SealedRequest>,
) -> Reply<Created<DeskView>> {
    let now = app.clock().now();
    let put = app.desks().put(name.parse()?, &request, now)?;
    Ok(Created(put))
}

pub async fn take(
    State(app): State<App>,
    Path(name): Path<String>,
    Extension(Caller(registrar)): Extension<Caller>,
) -> Reply<Json<SealedRequest>> {
    let now = app.clock().now();
    let found = app.desks().take(name.parse()?, registrar, now)?;
    Ok(Json(found))
}

pub async fn close(
    State(app): State<App>,
    Path(name): Path<String>,
    Extension(Caller(registrar)): Extension<Caller>,
) -> Reply<Done> {
    let now = app.clock().now();
    app.desks().close(name.parse()?, registrar, now)?;
    Ok(Done)
}
