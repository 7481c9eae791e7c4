//! The server: accepts connections, bounds what each may take, answers, and ends in order.

use super::problem::Slug;
use super::router::routes;
use crate::app::App;
use crate::service::ServiceError;
use crate::service::error::Unavailable;
use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// Everything around the routes: headers, time limit, faults, figures.
pub fn service(app: &App) -> Router {
    let (router, _) = routes(app);
    let set = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    router
        .layer(from_fn_with_state(app.clone(), within_time))
        .layer(CatchPanicLayer::custom(|_| {
            ServiceError::Internal("a handler ended by a fault".to_owned()).into_response()
        }))
        .layer(from_fn_with_state(app.clone(), observe))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .with_state(app.clone())
}

/// Ends a request that takes too long.
async fn within_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let limit = Duration::from_millis(app.config().http.request_timeout_ms);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ServiceError::from(Unavailable::Timeout).into_response(),
    }
}

/// Counts and logs a request by its route's template: neither path nor query is ever logged.
async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let (status, took) = (response.status().as_u16(), started.elapsed());
    app.metrics().answered(method.as_str(), route, status, took);
    let ms = took.as_millis();
    match response.extensions().get::<Slug>() {
        Some(Slug(slug)) => {
            app.metrics().refused(slug);
            tracing::info!(%method, route, status, slug, ms, "refused");
        }
        None => tracing::debug!(%method, route, status, ms, "answered"),
    }
    response
}

/// Serves until the application is told to end; then lets open requests finish, and has the last block written.
///
/// # Errors
/// Where the listener fails for good.
pub async fn serve(app: App, listener: TcpListener) -> std::io::Result<()> {
    let config = app.config().http.clone();
    let router = service(&app);
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(config.header_timeout_ms))
        .max_buf_size(64 << 10);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(config.connections));
    let keeping = tokio::spawn(keep_house(app.clone()));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            () = app.shutdown().begun() => break,
        };
        let (stream, peer, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, say: others end soon.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let with_peer = router
            .clone()
            .map_request(move |mut request: hyper::Request<_>| {
                request
                    .extensions_mut()
                    .insert(ConnectInfo::<SocketAddr>(peer));
                request
            });
        let service = TowerToHyperService::new(with_peer);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // How a connection ends is its peer's affair.
            let _ = watched.await;
            drop(place);
        });
    }
    drop(listener);
    let drain = Duration::from_millis(config.drain_ms);
    if tokio::time::timeout(drain, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests were still open at the end");
    }
    keeping.abort();
    let orderer = app.node().shared_orderer();
    tokio::task::spawn_blocking(move || orderer.close()).await?;
    tracing::info!("the last block is durable");
    Ok(())
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> std::io::Result<Accepted> {
    let place = Arc::clone(room).acquire_owned().await;
    let place = place.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    // Answers are small and awaited.
    stream.set_nodelay(true)?;
    Ok((stream, peer, place))
}

/// Removes what has been kept long enough, once an hour.
async fn keep_house(app: App) {
    let mut hourly = tokio::time::interval(Duration::from_secs(3_600));
    loop {
        hourly.tick().await;
        let app = app.clone();
        let removed =
            tokio::task::spawn_blocking(move || app.records().remove_old(app.clock().now()));
        match removed.await {
            Ok(Ok(0)) => {}
            Ok(Ok(batches)) => tracing::info!(batches, "gate records were removed"),
            Ok(Err(error)) => tracing::warn!(%error, "gate records were not removed"),
            Err(error) => tracing::error!(%error, "housekeeping ended by a fault"),
        }
    }
}
