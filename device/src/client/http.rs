//! One HTTP peer: sends, signs where asked, tries again where that is safe, reads answers within a limit.

use std::time::Duration;

use http::Uri;
use luyin_protocol::time::Timestamp;
use rand::RngCore;
use rand::rngs::OsRng;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{ClientError, Problem};
use super::signing::RequestSigner;
use super::transport::{Transport, WireAnswer, WireError, WireRequest};
use crate::http_signature::Message;

/// The longest answer that is read as JSON or text.
const MAX_ANSWER: u64 = 16 << 20;
/// The longest file (a proving key) that is read.
const MAX_FILE: u64 = 256 << 20;
const FIRST_PAUSE: Duration = Duration::from_millis(150);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether a call may be sent again when nobody knows what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Reading, or a write that bears an idempotency key.
    Safe,
    /// A second sending could have a second effect.
    Never,
}

/// A signer and the moment it signs at.
#[derive(Debug, Clone, Copy)]
pub struct SignedAt<'a> {
    /// Who signs.
    pub signer: &'a RequestSigner,
    /// When, by the peer's clock.
    pub now: Timestamp,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    method: &'static str,
    target: &'a str,
    body: Option<Vec<u8>>,
    idempotency_key: Option<String>,
    signed: Option<SignedAt<'a>>,
    repeat: Repeat,
    limit: u64,
}

impl<'a> Call<'a> {
    /// Reads `target`, a path with its query.
    #[must_use]
    pub const fn get(target: &'a str) -> Self {
        Self {
            method: "GET",
            target,
            body: None,
            idempotency_key: None,
            signed: None,
            repeat: Repeat::Safe,
            limit: MAX_ANSWER,
        }
    }

    /// Takes away what is at `target`. Sent a second time it may find nothing there.
    #[must_use]
    pub fn delete(target: &'a str) -> Self {
        Self {
            method: "DELETE",
            repeat: Repeat::Never,
            ..Self::get(target)
        }
    }

    /// Sends `body` as JSON.
    ///
    /// # Errors
    /// [`ClientError::Unreadable`] for a body that has no JSON.
    pub fn post(
        target: &'a str,
        body: &impl Serialize,
        repeat: Repeat,
    ) -> Result<Self, ClientError> {
        let body = serde_json::to_vec(body).map_err(|error| ClientError::Unreadable {
            peer: "this client".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            method: "POST",
            body: Some(body),
            repeat,
            ..Self::get(target)
        })
    }

    /// Makes the call one that may be sent again: the node answers a repeated key with the first answer (clause 9.3).
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        let mut key = [0; 16];
        OsRng.fill_bytes(&mut key);
        self.idempotency_key = Some(hex::encode(key));
        self.repeat = Repeat::Safe;
        self
    }

    /// Signs it (clause 9.2).
    #[must_use]
    pub fn signed(mut self, signed: SignedAt<'a>) -> Self {
        self.signed = Some(signed);
        self
    }

    /// Allows an answer of the length of a proving key.
    #[must_use]
    pub fn file(mut self) -> Self {
        self.limit = MAX_FILE;
        self
    }
}

/// A peer at a base address.
#[derive(Debug, Clone)]
pub struct Http<T> {
    transport: T,
    base: String,
    authority: String,
    prefix: String,
}

impl<T: Transport> Http<T> {
    /// A peer at `http://host:port` or `https://host`, a path before the routes allowed.
    ///
    /// # Errors
    /// [`ClientError::Address`].
    pub fn over(transport: T, address: &str) -> Result<Self, ClientError> {
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
        Ok(Self {
            transport,
            base: format!("{scheme}://{authority}{prefix}"),
            authority,
            prefix,
        })
    }

    /// Host and port, for messages.
    #[must_use]
    pub fn peer(&self) -> &str {
        &self.authority
    }

    /// The address it was made from.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.base
    }

    /// What carries the requests.
    pub const fn transport(&self) -> &T {
        &self.transport
    }

    /// The answer's bytes; every status but 2xx is an error.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn bytes(&self, call: &Call<'_>) -> Result<Vec<u8>, ClientError> {
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            let failed = match self.once(call) {
                Ok(bytes) => return Ok(bytes),
                Err(failed) => failed,
            };
            let again =
                failed.again && call.repeat == Repeat::Safe && attempt < self.transport.attempts();
            if !again {
                return Err(*failed.error);
            }
            self.transport
                .pause(failed.after.unwrap_or(pause).min(LONGEST_PAUSE));
            pause *= 3;
            attempt += 1;
        }
    }

    /// The answer as JSON.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn json<A: DeserializeOwned>(&self, call: &Call<'_>) -> Result<A, ClientError> {
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
        let url = format!("{}{}", self.base, call.target);
        let headers = self.headers(call);
        let request = WireRequest {
            method: call.method,
            url: &url,
            headers: &headers,
            body: call.body.as_deref(),
            limit: call.limit,
        };
        let answer = self.transport.send(&request).map_err(|error| match error {
            WireError::Unreachable(reason) => Failed {
                error: Box::new(ClientError::Unreachable {
                    peer: self.authority.clone(),
                    reason,
                }),
                again: true,
                after: None,
            },
            WireError::TooLong => Failed::for_good(self.unreadable("the answer is too long")),
            WireError::CutShort(reason) => Failed {
                error: Box::new(self.unreadable(reason)),
                again: true,
                after: None,
            },
        })?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        Err(self.refusal(&answer))
    }

    fn headers(&self, call: &Call<'_>) -> Vec<(&'static str, String)> {
        let accepted = "application/json, application/octet-stream, */*";
        let mut headers = vec![("accept", accepted.to_owned())];
        if call.body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        if let Some(key) = &call.idempotency_key {
            headers.push(("idempotency-key", key.clone()));
        }
        if let Some(SignedAt { signer, now }) = call.signed {
            let (path, query) = call.target.split_once('?').unwrap_or((call.target, ""));
            let path = format!("{}{path}", self.prefix);
            let message = Message {
                method: call.method,
                authority: &self.authority,
                path: &path,
                query: Some(query),
                fields: &[],
            };
            let body = call.body.as_deref().unwrap_or_default();
            let signed = signer.sign(&message, body, now);
            headers.extend(signed.iter().map(|(name, value)| (name, value.to_owned())));
        }
        headers
    }

    fn refusal(&self, answer: &WireAnswer) -> Failed {
        let status = answer.status;
        let problem = serde_json::from_slice::<Problem>(&answer.body).unwrap_or_else(|_| Problem {
            kind: format!("about:status-{status}"),
            title: format!("status {status} without a reason"),
            status,
            detail: String::new(),
        });
        Failed {
            error: Box::new(ClientError::Refused {
                peer: self.authority.clone(),
                problem,
            }),
            again: matches!(status, 429 | 502..=504),
            after: answer.retry_after,
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
