//! The pages for browsers, with the headers that bind what they may do.

use super::extract::Path;
use crate::app::App;
use crate::service::ServiceError;
use crate::service::page::{Coding, Life, Page};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::borrow::Cow;

/// What a page may load and reach: its own origin, and nothing made of text but WASM. `data:` and `blob:` pictures are codes that the page itself drew.
const CONTENT: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; \
worker-src 'self'; manifest-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The camera is the gate's, the lock keeps a shown pass lit, the credential opens a wallet.
const PERMISSIONS: &str = "camera=(self), screen-wake-lock=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), microphone=(), \
geolocation=(), payment=(), usb=(), serial=()";

/// Isolated from other origins: they can neither hold the page nor be loaded by it, which is also what shared memory asks for.
const BOUNDS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-embedder-policy"),
        "require-corp",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// `GET /`
pub async fn home(State(app): State<App>, headers: HeaderMap) -> Result<Response, ServiceError> {
    match app.pages().without() {
        Some(text) => {
            let mut response = bound(Body::from(text));
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, html);
            Ok(response)
        }
        None => answer(&app, "", &headers),
    }
}

/// `GET /{entry}`, `/{entry}/`, `/{entry}/index.html`: an entry's page; and the files that stand beside the entries.
pub async fn entry(
    State(app): State<App>,
    Path(entry): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ServiceError> {
    answer(&app, &entry, &headers)
}

/// `GET /assets/{file}`
pub async fn asset(
    State(app): State<App>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ServiceError> {
    answer(&app, &format!("assets/{file}"), &headers)
}

fn answer(app: &App, path: &str, headers: &HeaderMap) -> Result<Response, ServiceError> {
    let page = app.pages().find(path);
    let page = page.ok_or(ServiceError::NotFound("a page"))?;
    respond(page, headers).map_err(|e| ServiceError::Internal(e.to_string()))
}

fn respond(page: &Page, headers: &HeaderMap) -> Result<Response, header::InvalidHeaderValue> {
    let accepted = joined(headers, &header::ACCEPT_ENCODING);
    let form = page.form(accepted.as_deref());
    let known = joined(headers, &header::IF_NONE_MATCH);
    let mut response = if known.is_some_and(|tags| names(&tags, &form.tag)) {
        let mut response = bound(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let content = match form.content {
            Cow::Borrowed(content) => Bytes::from_static(content),
            Cow::Owned(content) => Bytes::copy_from_slice(content),
        };
        let mut response = bound(Body::from(content));
        let media = HeaderValue::from_static(page.media());
        response.headers_mut().insert(header::CONTENT_TYPE, media);
        if form.coding == Coding::Brotli {
            let brotli = HeaderValue::from_static("br");
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, brotli);
        }
        response
    };
    let kept = match page.life() {
        Life::Forever => "public, max-age=31536000, immutable",
        Life::WhileSame => "no-cache",
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(&form.tag)?);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    Ok(response)
}

fn bound(body: Body) -> Response {
    let mut response = Response::new(body);
    for (name, value) in BOUNDS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// All values of a header that is a list. What is no text names nothing.
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values = headers.get_all(name).iter();
    let texts: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    (!texts.is_empty()).then(|| texts.join(","))
}

/// Whether an `If-None-Match` names the tag, compared weakly (RFC 9110, 13.1.2).
fn names(tags: &str, tag: &str) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_tag_is_found_in_a_list_weak_or_strong() {
        let tag = "\"abc\"";
        assert!(names("\"abc\"", tag) && names("\"x\", W/\"abc\"", tag) && names("*", tag));
        assert!(!names("\"abcd\"", tag) && !names("abc", tag) && !names("", tag));
    }
}
