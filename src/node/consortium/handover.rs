//! What this node took goes to all others (clause 12.14): whoever proposes next has it then, and nobody waits for the turn of
//! the node that they happened to write to. A node that does not take it loses nothing: it stands in the queue here as well.

use super::super::rest::Rest;
use crate::client::Blocking;
use crate::clock::Clock;
use crate::service::encoded::encode_value;
use crate::service::handover::{HandOver, LIMIT};
use luyin_device::client::{Call, ClientError, Http, Repeat, RequestSigner, SignedAt};
use luyin_protocol::tx::Tx;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::time::Duration;

/// How long a node may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long one that did not is left alone.
const REST: Duration = Duration::from_secs(2);
/// Batches that may wait for a node; one that is slower gets none of what comes then.
const ROOM: usize = 64;
/// How much goes in one request: base64, with room for what stands around it.
const MOST: usize = LIMIT / 2;

type Batch = Arc<Vec<String>>;

/// The other nodes.
pub(super) struct OtherNodes(Vec<SyncSender<Batch>>);

impl OtherNodes {
    /// At these addresses, each served by a thread of its own that ends with this value.
    ///
    /// # Errors
    /// An address that is none, or a thread that does not start.
    pub fn at(urls: &[String], signer: &RequestSigner, clock: &Clock) -> io::Result<Self> {
        let agent = Blocking::patient(PATIENCE);
        let start = |url: &String| {
            let http = Http::over(agent.clone(), url).map_err(io::Error::other)?;
            let (hand, batches) = mpsc::sync_channel(ROOM);
            let node = OtherNode {
                http,
                signer: signer.clone(),
                clock: clock.clone(),
                batches,
            };
            let thread = std::thread::Builder::new().name("hand-over".to_owned());
            thread.spawn(move || node.run())?;
            Ok(hand)
        };
        urls.iter().map(start).collect::<io::Result<_>>().map(Self)
    }

    /// Hands these to all. Never blocks.
    pub fn hand(&self, txs: &[Tx]) {
        if txs.is_empty() {
            return;
        }
        let batch: Batch = Arc::new(txs.iter().map(encode_value).collect());
        for node in &self.0 {
            // One that is behind has enough to do; it hears of them when they are proposed.
            let _ = node.try_send(Arc::clone(&batch));
        }
    }
}

struct OtherNode {
    http: Http<Blocking>,
    signer: RequestSigner,
    clock: Clock,
    batches: Receiver<Batch>,
}

impl OtherNode {
    fn run(self) {
        let mut rest = Rest::default();
        while let Ok(first) = self.batches.recv() {
            let more = self.batches.try_iter();
            let txs = std::iter::once(first).chain(more);
            let txs: Vec<String> = txs.flat_map(|batch| batch.to_vec()).collect();
            if rest.lasts() {
                continue;
            }
            if let Err(error) = in_parts(txs).try_for_each(|part| self.send(part)) {
                tracing::debug!(%error, "another node takes nothing over");
                rest.begin(REST);
            }
        }
    }

    fn send(&self, txs: Vec<String>) -> Result<(), ClientError> {
        let signed = SignedAt {
            signer: &self.signer,
            now: self.clock.now(),
        };
        let call = Call::post("/v1/handovers", &HandOver { txs }, Repeat::Never)?;
        self.http.bytes(&call.signed(signed)).map(drop)
    }
}

/// Parts that fit a request. One that is too long by itself is left to the turn of this node.
fn in_parts(txs: Vec<String>) -> impl Iterator<Item = Vec<String>> {
    let mut txs = txs.into_iter().filter(|tx| tx.len() <= MOST).peekable();
    std::iter::from_fn(move || {
        let (mut part, mut size) = (Vec::new(), 0);
        while let Some(tx) = txs.next_if(|tx| size + tx.len() <= MOST) {
            size += tx.len();
            part.push(tx);
        }
        (!part.is_empty()).then_some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fit_a_request_and_nothing_else_is_left_out() {
        let third = "A".repeat(MOST / 3);
        let long = "A".repeat(MOST + 1);
        let all = [&third, &long, &third, &third, &third].map(Clone::clone);
        let parts: Vec<usize> = in_parts(all.to_vec()).map(|part| part.len()).collect();
        assert_eq!(parts, [3, 1]);
        assert_eq!(in_parts(Vec::new()).count(), 0);
    }
}
