//! The network's other nodes: what each has signed of the log at one size.

use super::super::rest::Rest;
use super::{ANSWER, PATIENCE, REST};
use crate::client::Blocking;
use luyin_device::client::{Transport as _, WireRequest};
use luyin_ledger::log::checkpoint::{SignedCheckpoint, VerifierKey};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

/// All of them.
pub(super) struct OtherNodes {
    agent: Blocking,
    nodes: Vec<OtherNode>,
}

struct OtherNode {
    url: String,
    rest: Rest,
}

impl OtherNodes {
    pub fn at(urls: &[String], agent: Blocking) -> Self {
        let node = |url: &String| OtherNode {
            url: url.trim_end_matches('/').to_owned(),
            rest: Rest::default(),
        };
        Self {
            agent,
            nodes: urls.iter().map(node).collect(),
        }
    }

    /// Joins the signatures of others to a checkpoint, until as many are there as are needed or nobody is left to be waited
    /// for. A node that hangs is not waited for once enough others have answered.
    pub fn sign(
        &mut self,
        signed: SignedCheckpoint,
        needed: usize,
        keys: &[VerifierKey],
    ) -> SignedCheckpoint {
        let size = signed.checkpoint().size();
        let (answer, answers) = mpsc::channel();
        let now = Instant::now();
        let mut waited_for = Vec::new();
        for (place, node) in self.nodes.iter().enumerate() {
            if node.rest.lasts() {
                continue;
            }
            let (agent, answer) = (self.agent.clone(), answer.clone());
            let url = format!("{}/v1/checkpoints/{size}", node.url);
            waited_for.push(place);
            // Whoever hangs keeps its thread alone, for as long as the agent's patience.
            std::thread::spawn(move || {
                let _ = answer.send((place, ask(&agent, &url)));
            });
        }
        drop(answer);
        let mut joined = signed;
        let until = now + PATIENCE;
        while joined.signers().len() < needed {
            let left = until.saturating_duration_since(Instant::now());
            match answers.recv_timeout(left) {
                Ok((place, Some(note))) => {
                    waited_for.retain(|waiting| *waiting != place);
                    joined = joined.joined_by(&note, keys);
                }
                Ok((_, None)) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    self.rest(&waited_for);
                    break;
                }
            }
        }
        joined
    }

    /// Those who gave nothing are left alone for a while.
    fn rest(&mut self, places: &[usize]) {
        for place in places {
            if let Some(node) = self.nodes.get_mut(*place) {
                node.rest.begin(REST);
            }
        }
    }
}

fn ask(agent: &Blocking, url: &str) -> Option<String> {
    let request = WireRequest {
        method: "GET",
        url,
        headers: &[],
        body: None,
        limit: ANSWER,
    };
    let answer = agent.send(&request).ok();
    let answer = answer.filter(|answer| answer.status == 200)?;
    String::from_utf8(answer.body).ok()
}
