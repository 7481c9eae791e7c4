//! What handlers take out of a request, with refusals in the project's form.

use crate::service::error::{RequestError, ServiceError};
use axum::body::Bytes;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

/// How deep a JSON body may nest.
pub const MAX_DEPTH: usize = 32;

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// A JSON body with its bytes, for idempotency.
#[derive(Debug)]
pub struct JsonBytes<T> {
    /// What it says.
    pub value: T,
    /// The bytes that said so.
    pub bytes: Bytes,
}

/// Path parameters.
#[derive(Debug)]
pub struct Path<T>(pub T);

/// Query parameters; unknown ones are refused by the types.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBytes<T> {
    type Rejection = ServiceError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ServiceError> {
        if !is_json(request.headers()) {
            return Err(RequestError::MediaType.into());
        }
        // The route's guard has bounded the body already.
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|e| RequestError::Body(e.to_string()))?;
        if depth(&bytes) > MAX_DEPTH {
            let deep = format!("nested deeper than {MAX_DEPTH}");
            return Err(RequestError::Body(deep).into());
        }
        let value =
            serde_json::from_slice(&bytes).map_err(|e| RequestError::Body(e.to_string()))?;
        Ok(Self { value, bytes })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ServiceError;
    async fn from_request(request: Request, state: &S) -> Result<Self, ServiceError> {
        JsonBytes::from_request(request, state)
            .await
            .map(|body| Self(body.value))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ServiceError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ServiceError> {
        let found = axum::extract::Path::from_request_parts(parts, state).await;
        found
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|e: PathRejection| RequestError::Parameter(e.body_text()).into())
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ServiceError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ServiceError> {
        let found = axum::extract::Query::from_request_parts(parts, state).await;
        found
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|e: QueryRejection| RequestError::Parameter(e.body_text()).into())
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok());
    given.is_some_and(|text| {
        let essence = text.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    })
}

/// The deepest nesting of arrays and objects, found without building any.
fn depth(json: &[u8]) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0usize, 0usize, false, false);
    for byte in json {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (true, _) => {}
            (false, b'"') => in_string = true,
            (false, b'[' | b'{') => {
                open += 1;
                deepest = deepest.max(open);
            }
            (false, b']' | b'}') => open = open.saturating_sub(1),
            (false, _) => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn brackets_in_strings_do_not_nest() {
        assert_eq!(depth(br#"{"a":[1,{"b":"[[[\"[["}]}"#), 3);
        assert_eq!(depth(b"[[]][[[]]]"), 3);
        assert_eq!(depth("[".repeat(1_000).as_bytes()), 1_000);
        assert_eq!(depth(br#""\\" [ ["#), 2);
    }
}
