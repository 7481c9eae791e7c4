//! What clients were told, for comparing it with what the nodes have afterwards.

use super::nodes::{NODES, Nodes};
use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use luyin_ledger::log::checkpoint::Checkpoint;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::signature::Sha256Hash;
use luyin_protocol::tx::Tx;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a client waits for one answer.
const ANSWER: Duration = Duration::from_secs(20);

/// An acknowledgement: the entry that a transaction became, and when.
#[derive(Clone, Copy, Debug)]
pub struct Ack {
    pub entry: u64,
    pub tx: Sha256Hash,
    pub at: Instant,
    /// From the sending.
    pub took: Duration,
}

/// A client with its journal. Copies share both.
#[derive(Clone)]
pub struct Journal {
    client: Client<HttpConnector, Full<Bytes>>,
    acks: Arc<Mutex<Vec<Ack>>>,
}

impl Default for Journal {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            acks: Arc::default(),
        }
    }
}

impl Journal {
    /// Sends a transaction; what is acknowledged is noted.
    pub async fn send(&self, url: String, tx: &Tx) -> Option<Ack> {
        let begun = Instant::now();
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header("content-type", "application/json")
            .body(Full::new(super::super::report::body(tx)))
            .ok()?;
        let (status, body) = self.answer(request).await?;
        let answer: Value = serde_json::from_slice(&body).ok()?;
        let entry = answer.get("entry")?.as_u64()?;
        if status != StatusCode::CREATED {
            return None;
        }
        let ack = Ack {
            entry,
            tx: Sha256Hash::of(&tx.to_vec()),
            at: Instant::now(),
            took: begun.elapsed(),
        };
        self.acks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(ack);
        Some(ack)
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Option<(StatusCode, Bytes)> {
        let whole = async {
            let response = self.client.request(request).await.ok()?;
            let status = response.status();
            let body = response.into_body().collect().await.ok()?;
            Some((status, body.to_bytes()))
        };
        tokio::time::timeout(ANSWER, whole).await.ok().flatten()
    }

    /// All acknowledgements so far.
    pub fn acks(&self) -> Vec<Ack> {
        let acks = self.acks.lock().unwrap_or_else(PoisonError::into_inner);
        acks.clone()
    }

    /// A node's answer to a question, where it gives one.
    pub async fn get(&self, url: String) -> Option<Bytes> {
        let request = Request::get(url).body(Full::default()).ok()?;
        let (status, body) = self.answer(request).await?;
        (status == StatusCode::OK).then_some(body)
    }

    /// How many entries a node has in its log, by its figures.
    pub async fn height(&self, nodes: &Nodes, n: usize) -> Option<u64> {
        let text = self.get(nodes.url(n, "/metrics")).await?;
        let text = String::from_utf8(text.to_vec()).ok()?;
        let line = text.lines().find_map(|l| l.strip_prefix("luyin_height "));
        line?.parse().ok()
    }
}

/// What a comparison of all nodes found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    /// Sizes at which two nodes signed different texts.
    pub forks: usize,
    /// Acknowledged transactions that a node has not, or has elsewhere.
    pub lost_acks: usize,
    /// Acknowledgements that were compared.
    pub acks: usize,
}

impl Found {
    /// One history, with everything in it that was acknowledged.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.forks == 0 && self.lost_acks == 0
    }
}

/// Compares all nodes with each other and with what clients were told. All have to run.
pub async fn compare(journal: &Journal, nodes: &Nodes) -> anyhow::Result<Found> {
    let mut found = Found {
        acks: journal.acks().len(),
        ..Found::default()
    };
    let newest = journal.acks().iter().map(|ack| ack.entry).max();
    let newest = newest.context("an acknowledgement")?;
    let size = covering(journal, nodes, newest).await?;
    let mut texts = Vec::new();
    for n in 0..NODES {
        let url = nodes.url(n, &format!("/v1/checkpoints/{size}"));
        let note = journal.get(url).await.context("a checkpoint")?;
        texts.push(note_text(&note)?);
    }
    found.forks = texts
        .windows(2)
        .filter(|pair| pair.first() != pair.last())
        .count();
    for n in 0..NODES {
        for ack in journal.acks() {
            let answer = journal
                .get(nodes.url(n, &format!("/v1/entries/{}", ack.entry)))
                .await;
            let holds = answer.is_some_and(|bytes| is_of(&bytes, &ack));
            found.lost_acks += usize::from(!holds);
        }
    }
    Ok(found)
}

/// The smallest size that covers an entry and that every node has signed; nodes that are late are waited for.
async fn covering(journal: &Journal, nodes: &Nodes, entry: u64) -> anyhow::Result<u64> {
    let until = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        let mut sizes = Vec::new();
        for n in 0..NODES {
            let Some(note) = journal.get(nodes.url(n, "/checkpoint")).await else {
                continue;
            };
            let text = note_text(&note)?;
            sizes.push(Checkpoint::from_text(text.as_bytes())?.size());
        }
        let smallest = sizes.iter().min().copied().unwrap_or_default();
        if sizes.len() == NODES && smallest > entry {
            return Ok(smallest);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("not all nodes came to entry {entry}")
}

fn note_text(note: &[u8]) -> anyhow::Result<String> {
    let whole = std::str::from_utf8(note)?;
    let (text, _) = whole.rsplit_once("\n\n").context("a signed note")?;
    Ok(format!("{text}\n"))
}

fn is_of(answer: &[u8], ack: &Ack) -> bool {
    let view: Option<Value> = serde_json::from_slice(answer).ok();
    let bytes = view.and_then(|view| STANDARD.decode(view.get("bytes")?.as_str()?).ok());
    bytes.is_some_and(|bytes| Sha256Hash::of(&bytes) == ack.tx)
}
