//! `/v1/audit/...`: every read is in the log of reads before it is answered.

use super::auth::Caller;
use super::extract::{self, Path, Query};
use super::notice::OfDay;
use super::reading::{apart, up_to_date};
use super::reply::{Json, Reply};
use crate::app::App;
use crate::service::ServiceError;
use crate::service::audit::actions::{self, ActionsView};
use crate::service::audit::alarms::{self, AlarmsView};
use crate::service::audit::attempts::AttemptsView;
use crate::service::audit::reads::ReadsView;
use crate::service::audit::records::{self, OneRecordView, RecordName, RecordsView, Span};
use crate::service::audit::releases::{self, DatedReleasesView};
use crate::service::audit::report::{self, SignedReport};
use crate::service::audit::verify::{self, Findings, Range};
use crate::service::error::Unavailable;
use axum::Extension;
use axum::extract::{OriginalUri, State};
use luyin_protocol::did::Did;
use luyin_protocol::time::Day;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    gate: Option<Did>,
    from: Option<u64>,
    to: Option<u64>,
    after: Option<String>,
    limit: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    from: Option<u64>,
    to: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterNumber {
    #[serde(default)]
    after: u64,
}

/// A day; without one, today.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnyDay {
    day: Option<u16>,
}

/// A reader and what it asks for.
pub struct Reading {
    app: App,
    reader: Did,
    what: String,
}

impl Reading {
    fn new(app: App, caller: Caller, uri: &OriginalUri) -> Self {
        let what = uri.path_and_query().map_or("", |p| p.as_str());
        Self {
            app,
            reader: caller.0,
            what: what.to_owned(),
        }
    }

    /// Logs the read, then does it.
    async fn logged<T: Send + 'static>(
        self,
        read: impl FnOnce(&App) -> Result<T, ServiceError> + Send + 'static,
    ) -> Reply<Json<T>> {
        apart(move || {
            let Self { app, reader, what } = self;
            let now = app.clock().now();
            app.reads().log(reader, &what, now).map_err(|error| {
                tracing::error!(%error, "a read was not logged");
                Unavailable::Disk
            })?;
            read(&app)
        })
        .await
        .map(Json)
    }
}

pub async fn records(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    uri: OriginalUri,
    Query(query): Query<Listing>,
) -> Reply<Json<RecordsView>> {
    let Listing {
        gate,
        from,
        to,
        after,
        limit,
    } = query;
    let after: Option<RecordName> = after.map(|text| text.parse()).transpose()?;
    let span = Span::new(gate, from, to);
    let limit = limit.unwrap_or(records::PAGE);
    Reading::new(app, caller, &uri)
        .logged(move |app| records::list(app.node(), app.records(), span, after, limit))
        .await
}

pub async fn record(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    uri: OriginalUri,
    Path((gate, batch, index)): Path<(Did, u32, u32)>,
) -> Reply<Json<OneRecordView>> {
    let name = RecordName { gate, batch, index };
    Reading::new(app, caller, &uri)
        .logged(move |app| records::one(app.node(), app.records(), name))
        .await
}

pub async fn verify(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    uri: OriginalUri,
    extract::Json(range): extract::Json<Range>,
) -> Reply<Json<Findings>> {
    Reading::new(app, caller, &uri)
        .logged(move |app| verify::range(app.node(), app.records(), &range))
        .await
}

pub async fn actions(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    uri: OriginalUri,
) -> Reply<Json<ActionsView>> {
    Reading::new(app, caller, &uri)
        .logged(|app| actions::all(app.node()))
        .await
}

pub async fn alarms(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    uri: OriginalUri,
    Query(query): Query<AnyDay>,
) -> Reply<Json<AlarmsView>> {
    Reading::new(app, caller, &uri)
        .logged(move |app| {
            let today = || app.clock().now().day();
            let day = query.day.map_or_else(today, Day::new);
            alarms::of_day(app.node(), day)
        })
        .await
}

pub async fn releases(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    uri: OriginalUri,
    Query(query): Query<OfDay>,
) -> Reply<Json<DatedReleasesView>> {
    up_to_date(&app).await?;
    Reading::new(app, caller, &uri)
        .logged(move |app| releases::of_day(app.node(), Day::new(query.day)))
        .await
}

pub async fn report(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    uri: OriginalUri,
    Query(query): Query<Times>,
) -> Reply<Json<SignedReport>> {
    Reading::new(app, caller, &uri)
        .logged(move |app| report::make(app.node(), app.records(), query.from, query.to))
        .await
}

pub async fn attempts(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    uri: OriginalUri,
    Query(query): Query<AfterNumber>,
) -> Reply<Json<AttemptsView>> {
    Reading::new(app, caller, &uri)
        .logged(move |app| {
            let found = app.attempts().after(query.after);
            found.map_err(|e| ServiceError::Internal(e.to_string()))
        })
        .await
}

pub async fn reads(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    uri: OriginalUri,
    Query(query): Query<AfterNumber>,
) -> Reply<Json<ReadsView>> {
    Reading::new(app, caller, &uri)
        .logged(move |app| {
            let found = app.reads().after(query.after);
            found.map_err(|e| ServiceError::Internal(e.to_string()))
        })
        .await
}
