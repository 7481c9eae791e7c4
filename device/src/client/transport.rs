//! How a request reaches a peer: the one place where a command line and a browser differ.

use luyin_protocol::time::Timestamp;
use std::time::Duration;

/// A request as it is sent.
#[derive(Clone, Debug)]
pub struct WireRequest<'a> {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// The whole address.
    pub url: &'a str,
    /// Header fields by lowercase name.
    pub headers: &'a [(&'static str, String)],
    /// The body, where there is one.
    pub body: Option<&'a [u8]>,
    /// The longest answer that is read.
    pub limit: u64,
}

/// An answer of any status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireAnswer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// After what time the peer wants to be asked again.
    pub retry_after: Option<Duration>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireError {
    /// Nobody answered, for this reason.
    Unreachable(String),
    /// The answer is longer than the limit.
    TooLong,
    /// The answer broke off, for this reason.
    CutShort(String),
}

/// Sends requests, one at a time, and waits for the answer. Follows no redirection and keeps no cookie.
pub trait Transport {
    /// Sends one request.
    ///
    /// # Errors
    /// [`WireError`]; no status is one.
    fn send(&self, request: &WireRequest<'_>) -> Result<WireAnswer, WireError>;
    /// Waits before a request is sent again.
    fn pause(&self, time: Duration);
    /// The caller's clock.
    fn now(&self) -> Timestamp;
    /// How often a request that may be sent again is sent at most.
    fn attempts(&self) -> u32 {
        3
    }
}
