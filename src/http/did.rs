//! `/1.0/identifiers/{did}`: the HTTP binding of DID resolution.

use super::extract::{Path, Query};
use super::reply::Keep;
use crate::app::App;
use crate::service::ServiceError;
use crate::service::did::{self, Form, Life, Wanted};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    #[serde(rename = "versionId")]
    version_id: Option<String>,
    #[serde(rename = "versionTime")]
    version_time: Option<String>,
}

/// 200 with the result or the document, 410 for a deactivated one, problems otherwise.
pub async fn resolve(
    State(app): State<App>,
    Path(did): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
) -> Result<Response, ServiceError> {
    let accept = headers
        .get(header::ACCEPT)
        .map(|value| value.to_str().unwrap_or("?"));
    let wanted = Wanted::from_options(
        options.version_id.as_deref(),
        options.version_time.as_deref(),
    )?;
    let form = Form::accepted(accept)?;
    let resolved = did::resolve(app.node(), &did, wanted).await?;
    let status = match resolved.life {
        Life::Active => StatusCode::OK,
        Life::Ended => StatusCode::GONE,
    };
    let body = match form {
        Form::Result | Form::ResultLd => resolved.to_result(),
        Form::Document | Form::DocumentLd => resolved.document,
    };
    let bytes = serde_json::to_vec(&body).map_err(|e| ServiceError::Internal(e.to_string()))?;
    let mut response = (status, bytes).into_response();
    let media = HeaderValue::from_static(form.media_type());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media);
    headers.insert(header::CACHE_CONTROL, Keep::Briefly.header());
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}
