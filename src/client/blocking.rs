//! Requests over a blocking HTTP agent.

use crate::clock::Clock;
use luyin_device::client::{Transport, WireAnswer, WireError, WireRequest};
use luyin_protocol::time::Timestamp;
use std::time::Duration;
use ureq::Agent;
use ureq::http::Request;

/// A blocking HTTP agent; may be shared between threads.
#[derive(Debug, Clone)]
pub struct Blocking(Agent);

impl Default for Blocking {
    fn default() -> Self {
        Self::patient(Duration::from_secs(120))
    }
}

impl Blocking {
    /// An agent that waits so long for an answer.
    #[must_use]
    pub fn patient(time: Duration) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent("luyin")
            .timeout_connect(Some(time.min(Duration::from_secs(5))))
            .timeout_global(Some(time))
            .build();
        Self(agent.into())
    }
}

impl Transport for Blocking {
    fn send(&self, request: &WireRequest<'_>) -> Result<WireAnswer, WireError> {
        let unreachable = |reason: String| WireError::Unreachable(reason);
        let mut built = Request::builder().method(request.method).uri(request.url);
        for (name, value) in request.headers {
            built = built.header(*name, value);
        }
        let built = built
            .body(request.body.unwrap_or_default())
            .map_err(|error| unreachable(error.to_string()))?;
        let sent = self.0.run(built);
        let mut response = sent.map_err(|error| unreachable(error.to_string()))?;
        let status = response.status();
        let after = response.headers().get("retry-after");
        let after = after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let body = response
            .body_mut()
            .with_config()
            .limit(request.limit)
            .read_to_vec();
        let body = match body {
            Ok(body) => body,
            // A refusal stands in its status.
            Err(_) if !status.is_success() => Vec::new(),
            Err(ureq::Error::BodyExceedsLimit(_)) => return Err(WireError::TooLong),
            Err(error) => return Err(WireError::CutShort(error.to_string())),
        };
        Ok(WireAnswer {
            status: status.as_u16(),
            body,
            retry_after: after.map(Duration::from_secs),
        })
    }

    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }

    fn now(&self) -> Timestamp {
        Clock::System.now()
    }
}
