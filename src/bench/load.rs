//! An open-loop load generator: requests leave when they are due, whether or not earlier ones were
//! answered, and latency counts from the intended time, so that a slow server cannot hide its
//! queue (no coordinated omission).

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// What to send, and how fast.
pub struct Plan {
    /// Where to in turn, e.g. `http://127.0.0.1:8420/v1/checkins`.
    pub urls: Vec<String>,
    /// One body a request; each is sent once.
    pub bodies: Vec<Bytes>,
    /// Requests a second.
    pub rate: f64,
}

/// What came back.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Requests sent a second, as intended.
    pub offered_per_s: f64,
    /// Accepted answers a second, from the first intended sending to the last answer.
    pub accepted_per_s: f64,
    /// Requests.
    pub sent: usize,
    /// Accepted (201).
    pub accepted: usize,
    /// Shed (429 or 503), each told when to come again.
    pub shed: usize,
    /// Everything else.
    pub failed: usize,
    /// Median latency of accepted ones, milliseconds.
    pub p50_ms: f64,
    /// 99th percentile.
    pub p99_ms: f64,
    /// The slowest.
    pub max_ms: f64,
}

enum Answer {
    Accepted(Duration),
    Shed,
    Failed,
}

/// Runs a plan to its end.
pub async fn run(plan: Plan) -> Outcome {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(4_096)
        .build(connector);
    let Plan { urls, bodies, rate } = plan;
    let (sent, urls) = (bodies.len(), urls.into_iter().map(Arc::<str>::from));
    let (answers, mut received) = mpsc::unbounded_channel();
    let start = Instant::now() + Duration::from_millis(50);
    let gap = Duration::from_secs_f64(1.0 / rate);
    tokio::spawn(async move {
        let mut due = start;
        let urls: Vec<Arc<str>> = urls.collect();
        for (body, url) in bodies.into_iter().zip(urls.into_iter().cycle()) {
            sleep_until(due).await;
            let (client, answers) = (client.clone(), answers.clone());
            tokio::spawn(async move {
                let answer = send(&client, &url, body, due).await;
                // The receiver lives until every sender is gone.
                let _ = answers.send(answer);
            });
            due += gap;
        }
    });
    let (mut times, mut shed, mut failed) = (Vec::with_capacity(sent), 0, 0);
    while let Some(answer) = received.recv().await {
        match answer {
            Answer::Accepted(time) => times.push(time.as_secs_f64() * 1e3),
            Answer::Shed => shed += 1,
            Answer::Failed => failed += 1,
        }
    }
    let took = start.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    Outcome {
        offered_per_s: rate,
        accepted_per_s: times.len() as f64 / took,
        sent,
        accepted: times.len(),
        shed,
        failed,
        p50_ms: quantile(&times, 0.5),
        p99_ms: quantile(&times, 0.99),
        max_ms: quantile(&times, 1.0),
    }
}

async fn send(
    client: &Client<HttpConnector, Full<Bytes>>,
    url: &str,
    body: Bytes,
    due: Instant,
) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header("content-type", "application/json")
        .body(Full::new(body));
    let Ok(request) = request else {
        return Answer::Failed;
    };
    let Ok(response) = client.request(request).await else {
        return Answer::Failed;
    };
    let status = response.status();
    let told_when = response.headers().contains_key("retry-after");
    if response.into_body().collect().await.is_err() {
        return Answer::Failed;
    }
    match status {
        StatusCode::CREATED => Answer::Accepted(due.elapsed()),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE if told_when => {
            Answer::Shed
        }
        _ => Answer::Failed,
    }
}

/// The value that a share of the sorted values does not exceed; 0 where there are none.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let at = (share * last as f64).ceil() as usize;
    sorted.get(at.min(last)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_values() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(
            (quantile(&values, 0.0), quantile(&values, 1.0)),
            (1.0, 100.0)
        );
        assert_eq!(quantile(&values, 0.99), 100.0);
        assert_eq!(quantile(&values, 0.5), 51.0);
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[tokio::test]
    async fn latency_counts_from_the_intended_time_of_a_stalled_server() {
        use axum::{Router, http::StatusCode, routing::post};
        let stall = || async {
            // One request at a time: the second waits for the first.
            static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
            let _turn = TURN.lock().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
            StatusCode::CREATED
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(
            async move { axum::serve(listener, Router::new().route("/", post(stall))).await },
        );
        let outcome = run(Plan {
            urls: vec![url],
            bodies: vec![Bytes::new(); 10],
            rate: 1_000.0,
        })
        .await;
        assert_eq!((outcome.sent, outcome.accepted), (10, 10));
        assert!(
            outcome.max_ms >= 150.0,
            "ten turns of 20 ms, all due within 10 ms: {outcome:?}"
        );
    }
}
