//! A client that can also do what no honest client does.

use luyin_device::http_signature::{Message, Nonce, SignedHeaders, sign};
use luyin_keys::signing::SigningKey;
use luyin_protocol::time::Timestamp;
use rand::rngs::OsRng;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;

/// What a node answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        let text = || String::from_utf8_lossy(&self.body).into_owned();
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", text()))
    }

    /// The slug of a problem; empty for other answers.
    pub fn slug(&self) -> String {
        if self.header("content-type") != Some("application/problem+json") {
            return String::new();
        }
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{problem}");
        let kind = problem["type"].as_str().unwrap();
        kind.strip_prefix("urn:luyin:problem:").unwrap().to_owned()
    }
}

/// A request in the making.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: &'static str,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Call {
    pub fn get(target: &str) -> Self {
        Self {
            method: "GET",
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn post(target: &str, body: &Value) -> Self {
        Self {
            method: "POST",
            target: target.to_owned(),
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string().into_bytes(),
        }
    }

    pub fn delete(target: &str) -> Self {
        Self {
            method: "DELETE",
            ..Self::get(target)
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Signs as an organisation does.
    pub fn signed(self, node: SocketAddr, key: &SigningKey, id: &str, now: Timestamp) -> Self {
        let headers = self.signature(node, key, id, now);
        self.with(&headers)
    }

    pub fn signature(
        &self,
        node: SocketAddr,
        key: &SigningKey,
        id: &str,
        now: Timestamp,
    ) -> SignedHeaders {
        let (path, query) = match self.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.target.as_str(), None),
        };
        let authority = node.to_string();
        let message = Message {
            method: self.method,
            authority: &authority,
            path,
            query,
            fields: &[],
        };
        let nonce = Nonce::generate(&mut OsRng);
        sign(&message, &self.body, key, id, now, nonce)
    }

    pub fn with(mut self, headers: &SignedHeaders) -> Self {
        let added = headers.iter().map(|(n, v)| (n.to_owned(), v.to_owned()));
        self.headers.extend(added);
        self
    }

    /// Sends; `None` where nobody answers.
    pub fn send(&self, node: SocketAddr) -> Option<Answer> {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .new_agent();
        let mut request = ureq::http::Request::builder()
            .method(self.method)
            .uri(format!("http://{node}{}", self.target));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let sent = match self.method {
            "GET" | "DELETE" => agent.run(request.body(()).unwrap()),
            _ => agent.run(request.body(self.body.clone()).unwrap()),
        };
        let mut response = sent.ok()?;
        let headers = response.headers().iter().map(|(name, value)| {
            let value = value.to_str().unwrap_or_default();
            (name.as_str().to_owned(), value.to_owned())
        });
        Some(Answer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: response
                .body_mut()
                .with_config()
                .limit(64 << 20)
                .read_to_vec()
                .ok()?,
        })
    }
}
