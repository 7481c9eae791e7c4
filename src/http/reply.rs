//! The shapes of replies.

use crate::service::ServiceError;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// What a handler answers.
pub type Reply<T> = Result<T, ServiceError>;

/// A JSON reply.
pub struct Json<T>(pub T);

/// A JSON reply of something that was made.
pub struct Created<T>(pub T);

/// A reply without content: what was asked is done.
pub struct Done;

/// Bytes with their media type, and how long anyone may keep them.
pub struct Bytes {
    /// The content.
    pub content: Vec<u8>,
    /// Its media type.
    pub media: &'static str,
    /// How long it holds.
    pub keep: Keep,
}

/// How long a reply may be kept by whoever stands between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// For ever: its name never means anything else.
    Forever,
    /// A few seconds.
    Briefly,
    /// Not at all.
    No,
}

impl Keep {
    /// The `Cache-Control` header.
    #[must_use]
    pub const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Forever => "public, max-age=31536000, immutable",
            Self::Briefly => "public, max-age=2",
            Self::No => "no-store",
        })
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        json(StatusCode::CREATED, &self.0)
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let mut response = (status, bytes).into_response();
            let json = HeaderValue::from_static("application/json");
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, json);
            headers.insert(header::CACHE_CONTROL, Keep::No.header());
            response
        }
        Err(error) => ServiceError::Internal(error.to_string()).into_response(),
    }
}

impl IntoResponse for Bytes {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.content));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media));
        headers.insert(header::CACHE_CONTROL, self.keep.header());
        response
    }
}
