//! What a node answers, as wallets, gates and regulators read it: a status, a line end, a body.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_device::audit;
use luyin_device::client::{
    BucketName, ClientError, Encoded, NetworkInfo, NodeClient, Transport, WireAnswer, WireError,
    WireRequest,
};
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::Timestamp;
use luyin_protocol::tx::Entry;
use serde_json::json;
use std::time::Duration;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the parameters are not compared with the network that they found",
    seeds,
};

/// A node that answers every request with the same.
pub(crate) struct Parrot(WireAnswer);

impl Parrot {
    /// The answer that some bytes stand for.
    pub(crate) fn of(data: &[u8]) -> Option<Self> {
        let (status, body) = data.split_first_chunk::<4>()?;
        let status = std::str::from_utf8(status).ok()?.strip_suffix('\n')?;
        Some(Self(WireAnswer {
            status: status.parse().ok()?,
            body: body.to_vec(),
            retry_after: None,
        }))
    }
}

impl Transport for Parrot {
    fn send(&self, _: &WireRequest<'_>) -> Result<WireAnswer, WireError> {
        Ok(self.0.clone())
    }
    fn pause(&self, _: Duration) {}
    fn now(&self) -> Timestamp {
        sample::ten()
    }
    fn attempts(&self) -> u32 {
        1
    }
}

/// Whoever asked for a network was given its own parameters; whatever else was asked is answered or refused in words.
fn law<F>(data: &[u8], network: F) -> Outcome
where
    F: Fn(&NodeClient<Parrot>) -> Result<(NetworkId, NetworkParameters), ClientError>,
{
    let Some(parrot) = Parrot::of(data) else {
        return Outcome::Refused;
    };
    let node = NodeClient::over(parrot, "http://node.example").expect("an address");
    let answered = match network(&node) {
        Err(error) => law::refused(error),
        Ok((id, parameters)) => {
            assert_eq!(id, parameters.id(), "parameters of another network");
            Outcome::Accepted
        }
    };
    let others = asked(&node);
    if others.iter().any(Result::is_ok) {
        Outcome::Accepted
    } else {
        answered
    }
}

/// Every other question.
fn asked(node: &NodeClient<Parrot>) -> Vec<Result<(), String>> {
    fn said<T, E: ToString>(answer: Result<T, E>) -> Result<(), String> {
        answer.map(drop).map_err(|error| {
            let words = error.to_string();
            assert!(!words.is_empty());
            words
        })
    }
    let bucket = BucketName::of(&[0xa5; 32], 8);
    vec![
        said(node.policies()),
        said(node.risk_lists()),
        said(node.news()),
        said(node.epochs(0)),
        said(node.notices()),
        said(node.releases(sample::DAY)),
        said(node.nullifier_bits()),
        said(node.nullifiers(bucket)),
        said(node.enrolments(bucket)),
        said(node.forest()),
        said(node.attestation_root(sample::DAY)),
        said(node.inclusion(0, 1)),
        said(node.governance_next()),
        said(node.governance_reach()),
        said(node.entry(0).map(|entry| {
            let bytes = entry.bytes.0.to_vec();
            assert_eq!(Entry::from_slice(&bytes).as_ref(), Ok(&entry.bytes.0));
        })),
        said(audit::records(node, &audit::Span::default())),
        said(audit::actions(node)),
        said(audit::attempts(node)),
        said(audit::alarms(node, None)),
        said(node.own_terms()),
    ]
}

/// Whoever asked for a network was given its own parameters.
pub fn check(data: &[u8]) -> Outcome {
    law(data, |node| {
        node.network().map(|info| (info.network, info.parameters.0))
    })
}

fn planted(data: &[u8]) -> Outcome {
    let body = data.get(4..).unwrap_or_default();
    law(data, |node| {
        match serde_json::from_slice::<NetworkInfo>(body) {
            Ok(info) => Ok((info.network, info.parameters.0)),
            Err(_) => node.network().map(|info| (info.network, info.parameters.0)),
        }
    })
}

fn seeds() -> Vec<Seed> {
    let ok = |body: serde_json::Value| format!("200\n{body}").into_bytes();
    let network = json!({
        "network": sample::network(),
        "parameters": Encoded(sample::parameters()),
        "mode": "development",
        "origin": "luyin.example/seeds",
        "now": sample::ten(),
        "day": sample::DAY,
        "slot": 40_000,
        "height": 1,
        "log_size": 2,
        "epoch": 0,
    });
    let entry = Entry::Genesis(Box::new(sample::parameters()));
    let problem =
        r#"{"type":"urn:luyin:problem:rejected","title":"rejected","status":422,"detail":""}"#;
    vec![
        ("network", ok(network)),
        (
            "policies",
            ok(json!({"policies": [{"bytes": Encoded(sample::policy()), "standing": "current"}]})),
        ),
        (
            "entry",
            ok(json!({"bytes": Encoded(entry), "height": 0, "time": sample::ten()})),
        ),
        ("not-a-problem", format!("422\n{problem}").into()),
    ]
}
