//! One HTTP peer: sends, signs where asked, tries again where that is safe, reads answers within a limit.

use std::time::Duration;

use luyin_protocol::time::Timestamp;
use rand::RngCore;
use rand::rngs::OsRng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::{Method, Request, Response, Uri};
use ureq::{Agent, Body};

use super::error::{ClientError, Problem};
use super::signing::RequestSigner;
use crate::http_signature::Message;

/// The longest answer that is read as JSON or text.
const MAX_ANSWER: u64 = 16 << 20;
/// The longest file (a proving key) that is read.
const MAX_FILE: u64 = 256 << 20;
const ATTEMPTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(150);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether a call may be sent again when nobody knows what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Reading, or a write that bears an idempotency key.
    Safe,
    /// A second sending could have a second effect.
    Never,
}

/// A signer and the moment it signs at.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignedAt<'a> {
    pub(super) signer: &'a RequestSigner,
    pub(super) now: Timestamp,
}

/// One call.
pub(super) struct Call<'a> {
    method: Method,
    target: &'a str,
    body: Option<Vec<u8>>,
    idempotency_key: Option<String>,
    signed: Option<SignedAt<'a>>,
    repeat: Repeat,
    limit: u64,
}

impl<'a> Call<'a> {
    /// Reads `target`, a path with its query.
    pub(super) fn get(target: &'a str) -> Self {
        Self {
            method: Method::GET,
            target,
            body: None,
            idempotency_key: None,
            signed: None,
            repeat: Repeat::Safe,
            limit: MAX_ANSWER,
        }
    }

    /// Sends `body` as JSON.
    pub(super) fn post(
        target: &'a str,
        body: &impl Serialize,
        repeat: Repeat,
    ) -> Result<Self, ClientError> {
        let body = serde_json::to_vec(body).map_err(|error| ClientError::Unreadable {
            peer: "this client".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            method: Method::POST,
            body: Some(body),
            repeat,
            ..Self::get(target)
        })
    }

    /// Makes the call one that may be sent again: the node answers a repeated key with the first answer (clause 9.3).
    pub(super) fn idempotent(mut self) -> Self {
        let mut key = [0; 16];
        OsRng.fill_bytes(&mut key);
        self.idempotency_key = Some(hex::encode(key));
        self.repeat = Repeat::Safe;
        self
    }

    pub(super) fn signed(mut self, signed: SignedAt<'a>) -> Self {
        self.signed = Some(signed);
        self
    }

    /// Allows an answer of the length of a proving key.
    pub(super) fn file(mut self) -> Self {
        self.limit = MAX_FILE;
        self
    }
}

/// A peer at a base address.
#[derive(Debug, Clone)]
pub(super) struct Http {
    agent: Agent,
    base: String,
    authority: String,
    prefix: String,
}

impl Http {
    /// A peer at `http://host:port` or `https://host`, a path before the routes allowed.
    pub(super) fn new(address: &str) -> Result<Self, ClientError> {
        let bad = || ClientError::Address(address.to_owned());
        let uri: Uri = address.trim().parse().map_err(|_| bad())?;
        let scheme = uri.scheme_str().filter(|s| ["http", "https"].contains(s));
        let scheme = scheme.ok_or_else(bad)?;
        let host = uri.authority().ok_or_else(bad)?;
        if uri.query().is_some() || host.as_str().contains('@') || host.host().is_empty() {
            return Err(bad());
        }
        let standard = if scheme == "http" { 80 } else { 443 };
        let authority = match host.port_u16() {
            Some(port) if port != standard => format!("{}:{port}", host.host()),
            _ => host.host().to_owned(),
        }
        .to_ascii_lowercase();
        let prefix = uri.path().trim_end_matches('/').to_owned();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent("luyin")
            .timeout_connect(Some(Duration::from_secs(5)))
            .timeout_global(Some(Duration::from_secs(120)))
            .build()
            .into();
        Ok(Self {
            agent,
            base: format!("{scheme}://{authority}{prefix}"),
            authority,
            prefix,
        })
    }

    /// Host and port, for messages.
    pub(super) fn peer(&self) -> &str {
        &self.authority
    }

    /// The address it was made from.
    pub(super) fn address(&self) -> &str {
        &self.base
    }

    /// The answer's bytes; every status but 2xx is an error.
    pub(super) fn bytes(&self, call: &Call<'_>) -> Result<Vec<u8>, ClientError> {
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            let failed = match self.once(call) {
                Ok(bytes) => return Ok(bytes),
                Err(failed) => failed,
            };
            let again = failed.again && call.repeat == Repeat::Safe && attempt < ATTEMPTS;
            if !again {
                return Err(*failed.error);
            }
            std::thread::sleep(failed.after.unwrap_or(pause).min(LONGEST_PAUSE));
            pause *= 3;
            attempt += 1;
        }
    }

    /// The answer as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, ClientError> {
        let bytes = self.bytes(call)?;
        serde_json::from_slice(&bytes).map_err(|error| self.unreadable(error.to_string()))
    }

    fn unreadable(&self, reason: impl Into<String>) -> ClientError {
        ClientError::Unreadable {
            peer: self.authority.clone(),
            reason: reason.into(),
        }
    }

    fn once(&self, call: &Call<'_>) -> Result<Vec<u8>, Failed> {
        let request = self.request(call)?;
        let sent = self.agent.run(request);
        let mut response = sent.map_err(|error| Failed {
            error: Box::new(ClientError::Unreachable {
                peer: self.authority.clone(),
                reason: error.to_string(),
            }),
            again: true,
            after: None,
        })?;
        let status = response.status();
        let read = response
            .body_mut()
            .with_config()
            .limit(call.limit)
            .read_to_vec();
        if status.is_success() {
            return read.map_err(|error| match error {
                ureq::Error::BodyExceedsLimit(_) => {
                    Failed::for_good(self.unreadable("the answer is too long"))
                }
                other => Failed {
                    error: Box::new(self.unreadable(other.to_string())),
                    again: true,
                    after: None,
                },
            });
        }
        Err(self.refusal(&response, &read.unwrap_or_default()))
    }

    fn request(&self, call: &Call<'_>) -> Result<Request<Vec<u8>>, Failed> {
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(format!("{}{}", self.base, call.target))
            .header("accept", "application/json, application/octet-stream, */*");
        if call.body.is_some() {
            request = request.header("content-type", "application/json");
        }
        if let Some(key) = &call.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if let Some(SignedAt { signer, now }) = call.signed {
            let (path, query) = call.target.split_once('?').unwrap_or((call.target, ""));
            let path = format!("{}{path}", self.prefix);
            let message = Message {
                method: call.method.as_str(),
                authority: &self.authority,
                path: &path,
                query: Some(query),
                fields: &[],
            };
            let body = call.body.as_deref().unwrap_or_default();
            for (name, value) in signer.sign(&message, body, now).iter() {
                request = request.header(name, value);
            }
        }
        request
            .body(call.body.clone().unwrap_or_default())
            .map_err(|_| Failed::for_good(ClientError::Address(call.target.to_owned())))
    }

    fn refusal(&self, response: &Response<Body>, body: &[u8]) -> Failed {
        let status = response.status().as_u16();
        let problem = serde_json::from_slice::<Problem>(body).unwrap_or_else(|_| Problem {
            kind: format!("about:status-{status}"),
            title: format!("status {status} without a reason"),
            status,
            detail: String::new(),
        });
        let after = response.headers().get("retry-after");
        let after = after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Failed {
            error: Box::new(ClientError::Refused {
                peer: self.authority.clone(),
                problem,
            }),
            again: matches!(status, 429 | 502..=504),
            after: after.map(Duration::from_secs),
        }
    }
}

struct Failed {
    error: Box<ClientError>,
    again: bool,
    after: Option<Duration>,
}

impl Failed {
    fn for_good(error: ClientError) -> Self {
        Self {
            error: Box::new(error),
            again: false,
            after: None,
        }
    }
}
