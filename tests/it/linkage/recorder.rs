//! Everything that a node sees of its callers, with the moment and the connection.

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use luyin::app::App;
use luyin::http::server;
use luyin_protocol::time::Timestamp;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

const LONGEST: usize = 64 << 20;

/// One request as the node saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub time: Timestamp,
    /// The caller's port: requests of one connection are known to belong together.
    pub connection: u16,
    pub method: String,
    pub target: String,
    /// In alphabetical order, values as sent.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub status: u16,
    pub answered: usize,
}

impl Seen {
    /// Wallets sign nothing; organisations sign everything but what anyone may read.
    pub fn is_signed(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == "signature")
    }

    /// Method and path, numbers taken out.
    pub fn kind(&self) -> String {
        let path = self.target.split('?').next().unwrap_or_default();
        let plain: String = path
            .chars()
            .map(|c| if c.is_ascii_digit() { '#' } else { c })
            .collect();
        format!("{} {plain}", self.method)
    }
}

/// The list, shared with the node's threads.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Vec<Seen>>>);

impl Recorder {
    pub fn all(&self) -> Vec<Seen> {
        self.0.lock().unwrap().clone()
    }

    /// Serves as the node does, writing down what comes in.
    pub async fn serve(self, app: App, listener: TcpListener) -> std::io::Result<()> {
        let state = (self, app.clone());
        let router = server::service(&app).layer(from_fn_with_state(state, write_down));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let shutdown = app.shutdown().clone();
        axum::serve(listener, service)
            .with_graceful_shutdown(async move { shutdown.begun().await })
            .await?;
        let orderer = app.node().shared_orderer();
        tokio::task::spawn_blocking(move || orderer.close()).await?;
        Ok(())
    }
}

async fn write_down(
    State((recorder, app)): State<(Recorder, App)>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let time = app.clock().now();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LONGEST).await.unwrap();
    let mut headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(n, v)| (n.to_string(), v.to_str().unwrap_or_default().to_owned()))
        .collect();
    headers.sort();
    let mut seen = Seen {
        time,
        connection: peer.port(),
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        headers,
        body: body.to_vec(),
        status: 0,
        answered: 0,
    };
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, LONGEST).await.unwrap();
    (seen.status, seen.answered) = (parts.status.as_u16(), body.len());
    recorder.0.lock().unwrap().push(seen);
    Response::from_parts(parts, Body::from(body))
}
