//! One witness as this node knows it, and what it is asked.

use super::super::rest::Rest;
use super::{ANSWER, PATIENCE, REST};
use crate::client::Blocking;
use luyin_device::client::{Transport as _, WireError, WireRequest};
use luyin_ledger::chain::PUBLIC_DIR;
use luyin_ledger::log::checkpoint::{SignedCheckpoint, node_keys};
use luyin_ledger::log::disk::Disk;
use luyin_ledger::log::merkle::prove_consistency;
use luyin_ledger::log::tiles::TileReader;
use luyin_ledger::log::witness::AddCheckpoint;
use luyin_protocol::network::NetworkParameters;
use std::sync::Arc;

/// The newest checkpoint that a witness holds of this network's log, signed by a node of it, and the witness's address. A
/// witness cannot make one up. Those that do not answer are passed over.
#[must_use]
pub fn furthest(urls: &[String], parameters: &NetworkParameters) -> Option<(String, u64)> {
    let keys = node_keys(parameters).ok()?;
    let agent = Blocking::patient(PATIENCE);
    let name = crate::witness::log_name(&parameters.origin);
    let held = urls.iter().filter_map(|url| {
        let address = format!("{}/checkpoint/{name}", url.trim_end_matches('/'));
        let answer = agent.send(&WireRequest {
            method: "GET",
            url: &address,
            headers: &[],
            body: None,
            limit: ANSWER,
        });
        let answer = answer.ok().filter(|answer| answer.status == 200)?;
        let signed = SignedCheckpoint::verify(&answer.body, &keys).ok()?;
        let checkpoint = signed.checkpoint();
        (checkpoint.origin() == parameters.origin).then(|| (url.clone(), checkpoint.size()))
    });
    held.max_by_key(|(_, size)| *size)
}

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    #[error("{url}: {why}")]
    Unreachable { url: String, why: String },
    #[error("{url} answers {status}: {said}")]
    Refused {
        url: String,
        status: u16,
        said: String,
    },
    #[error("a witness has seen another tree of this size: the log is split")]
    SplitView,
    #[error(
        "{url} cosigned size {cosigned} and now speaks of {told}: its memory is not to be relied on"
    )]
    WentBack {
        url: String,
        cosigned: u64,
        told: u64,
    },
    #[error("the proof for a witness: {0}")]
    Proof(String),
}

/// A witness as this node knows it.
pub(super) struct Witness {
    url: String,
    /// What it cosigned last, as far as is known.
    old: u64,
    /// The largest that it cosigned for this process.
    cosigned: u64,
    rest: Rest,
}

impl Witness {
    pub fn at(url: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            old: 0,
            cosigned: 0,
            rest: Rest::default(),
        }
    }

    pub fn rests(&self) -> bool {
        self.rest.lasts()
    }

    pub fn ask(
        &mut self,
        signed: &SignedCheckpoint,
        disk: &Arc<dyn Disk>,
        agent: &Blocking,
    ) -> Result<String, AskError> {
        let answer = self.cosignature(signed, disk, agent);
        match answer {
            Ok(_) => self.rest.end(),
            Err(_) => self.rest.begin(REST),
        }
        answer
    }

    /// Twice at most: one that cosigned another size last tells which.
    fn cosignature(
        &mut self,
        signed: &SignedCheckpoint,
        disk: &Arc<dyn Disk>,
        agent: &Blocking,
    ) -> Result<String, AskError> {
        let size = signed.checkpoint().size();
        match self.post(signed, disk, agent)? {
            Answer::Lines(lines) => Ok(self.done(size, lines)),
            Answer::Known(told) => {
                if told < self.cosigned {
                    return Err(AskError::WentBack {
                        url: self.url.clone(),
                        cosigned: self.cosigned,
                        told,
                    });
                }
                self.old = told;
                match self.post(signed, disk, agent)? {
                    Answer::Lines(lines) => Ok(self.done(size, lines)),
                    Answer::Known(known) => Err(AskError::Refused {
                        url: self.url.clone(),
                        status: 409,
                        said: known.to_string(),
                    }),
                }
            }
        }
    }

    fn done(&mut self, size: u64, lines: String) -> String {
        self.old = size;
        self.cosigned = size;
        lines
    }

    fn post(
        &self,
        signed: &SignedCheckpoint,
        disk: &Arc<dyn Disk>,
        agent: &Blocking,
    ) -> Result<Answer, AskError> {
        let size = signed.checkpoint().size();
        let tiles = TileReader::new(Arc::clone(disk), PUBLIC_DIR, size);
        // Where the witness is ahead, which no honest one is, it is told so by the old size.
        let old = self.old.min(size);
        let proof = prove_consistency(&tiles, old, size);
        let proof = proof.map_err(|error| AskError::Proof(error.to_string()))?;
        let request = AddCheckpoint::new(old, proof, signed.note());
        let request = request.map_err(|error| AskError::Proof(error.to_string()))?;
        let url = format!("{}/add-checkpoint", self.url);
        let answer = agent.send(&WireRequest {
            method: "POST",
            url: &url,
            headers: &[],
            body: Some(&request.to_bytes()),
            limit: ANSWER,
        });
        let answer = answer.map_err(|error| AskError::Unreachable {
            url: self.url.clone(),
            why: match error {
                WireError::Unreachable(why) | WireError::CutShort(why) => why,
                WireError::TooLong => "its answer is too long".to_owned(),
            },
        })?;
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        match (answer.status, said.trim_end().parse()) {
            (200, _) => Ok(Answer::Lines(said)),
            (409, Ok(known)) => Ok(Answer::Known(known)),
            (409, Err(_)) => Err(AskError::SplitView),
            (status, _) => Err(AskError::Refused {
                url: self.url.clone(),
                status,
                said,
            }),
        }
    }
}

enum Answer {
    Lines(String),
    Known(u64),
}
