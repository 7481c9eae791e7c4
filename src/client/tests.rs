use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use luyin_keys::signing::SigningKey;
use luyin_protocol::did::Did;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::risk::NoticeId;
use luyin_protocol::time::{Day, Timestamp};
use rand::rngs::OsRng;

use super::*;
use luyin_device::client::{
    Call, ClientError, EncodedBytes, Http, NoticeOpening, Repeat, RequestSigner, SealedForNotice,
};
use luyin_device::http_signature::{Message, Presented};

/// What the peer received: request line, headers, body.
struct Received {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A peer that gives each answer to one request and then ends, handing back what it received.
fn peer(answers: Vec<(u16, &'static str)>) -> (String, JoinHandle<Vec<Received>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serve = move || {
        let mut seen = Vec::new();
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            seen.push(read_request(&mut BufReader::new(&stream)));
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            )
            .unwrap();
        }
        seen
    };
    (address, std::thread::spawn(serve))
}

fn read_request(reader: &mut impl BufRead) -> Received {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).unwrap();
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Received {
        line: line.trim_end().to_owned(),
        headers,
        body,
    }
}

const REFUSAL: &str = r#"{"type":"urn:luyin:problem:nullifier-spent","title":"spent","status":409,"detail":"this note was spent"}"#;

#[test]
fn a_refusal_keeps_its_kind_and_is_not_tried_again() {
    let (address, served) = peer(vec![(409, REFUSAL)]);
    let refused = NodeClient::new(&address).unwrap().forest().unwrap_err();
    assert_eq!(refused.problem().unwrap().slug(), "nullifier-spent");
    assert_eq!(refused.status(), Some(409));
    assert!(!refused.is_offline());
    assert!(refused.to_string().contains("this note was spent"));
    assert_eq!(served.join().unwrap().len(), 1);
}

#[test]
fn a_refusal_without_a_problem_document_still_says_its_status() {
    let (address, _served) = peer(vec![(418, "<html>")]);
    let refused = NodeClient::new(&address).unwrap().healthz().unwrap_err();
    assert_eq!(refused.status(), Some(418));
}

#[test]
fn reading_is_tried_again_while_the_peer_is_out_of_order() {
    let (address, served) = peer(vec![
        (503, ""),
        (
            200,
            r#"{"size":1,"depth":12,"trees":1,"epoch":2,"tree_sizes":[1],"closed_roots":[]}"#,
        ),
    ]);
    let forest = NodeClient::new(&address).unwrap().forest().unwrap();
    assert_eq!((forest.size, forest.epoch), (1, 2));
    assert_eq!(served.join().unwrap().len(), 2);
}

#[test]
fn a_write_that_could_have_a_second_effect_is_sent_once() {
    let (address, served) = peer(vec![(503, "")]);
    let http = Http::over(Blocking::default(), &address).unwrap();
    let call = Call::post("/x", &1, Repeat::Never).unwrap();
    assert!(http.bytes(&call).unwrap_err().is_offline());
    assert_eq!(served.join().unwrap().len(), 1);
}

#[test]
fn a_write_sent_again_bears_the_same_idempotency_key() {
    let (address, served) = peer(vec![(502, ""), (200, "{}")]);
    let http = Http::over(Blocking::default(), &address).unwrap();
    let call = Call::post("/x", &1, Repeat::Never).unwrap().idempotent();
    http.bytes(&call).unwrap();
    let seen = served.join().unwrap();
    let key = |i: usize| {
        let headers = &seen[i].headers;
        let found = headers.iter().find(|(name, _)| name == "idempotency-key");
        found.unwrap().1.clone()
    };
    assert_eq!(key(0), key(1));
    assert_eq!(key(0).len(), 32);
}

#[test]
fn a_signed_call_verifies_as_it_arrives_and_every_repetition_has_its_own_nonce() {
    let offer = SealedForNotice {
        notice: NoticeId::from_bytes([3; 32]),
        sealed: EncodedBytes(vec![1, 2, 3]),
    };
    let answer = r#"{"notice":"0303030303030303030303030303030303030303030303030303030303030303","sealed":"AQID"}"#;
    let (address, served) = peer(vec![(503, ""), (200, answer)]);
    let key = SigningKey::generate(&mut OsRng);
    let signer = RequestSigner::trustee(TrusteeIndex::new(4).unwrap(), key.clone());
    let now = Timestamp::new(1_700_000_000_000);
    let trustee = TrusteeClient::new(&address).unwrap();
    assert_eq!(trustee.exchange(&signer, now, &offer).unwrap(), offer);
    let seen = served.join().unwrap();
    let nonces: Vec<String> = seen.iter().map(|r| verified(r, &key, now)).collect();
    assert_ne!(nonces[0], nonces[1]);
}

/// Verifies a received request and gives its nonce.
fn verified(request: &Received, key: &SigningKey, now: Timestamp) -> String {
    let mut words = request.line.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let fields: Vec<(&str, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let host = fields.iter().find(|(name, _)| *name == "host").unwrap().1;
    let message = Message {
        method,
        authority: host,
        path,
        query: None,
        fields: &fields,
    };
    let presented = Presented::read(&message, &request.body, now).unwrap();
    presented.verify(&message, &key.public()).unwrap();
    assert_eq!(presented.key_id(), "trustee:4");
    presented.nonce().to_owned()
}

#[test]
fn wallet_calls_carry_no_signature_and_no_account() {
    let (address, served) = peer(vec![(200, "{}")]);
    let did = Did::from_bytes([1; 32]);
    let signer = RequestSigner::organisation(&did, SigningKey::generate(&mut OsRng));
    let node = NodeClient::new(&address).unwrap().signing_as(signer);
    node.resolve(&did, "").unwrap();
    let seen = served.join().unwrap();
    let names: Vec<&str> = seen[0].headers.iter().map(|(n, _)| n.as_str()).collect();
    for bearer in ["signature", "signature-input", "authorization", "cookie"] {
        assert!(!names.contains(&bearer), "{bearer}");
    }
}

#[test]
fn a_call_that_must_be_signed_is_not_sent_without_a_key() {
    let node = NodeClient::new("http://127.0.0.1:9").unwrap();
    assert!(matches!(node.gate_bundle(), Err(ClientError::NoSigner)));
}

#[test]
fn an_opening_and_a_release_have_the_shape_of_the_contract() {
    let (address, served) = peer(vec![(200, "{}"), (422, REFUSAL)]);
    let trustee = TrusteeClient::new(&address).unwrap();
    let notice = NoticeId::from_bytes([3; 32]);
    let opening = NoticeOpening {
        notice,
        sealed: EncodedBytes(vec![1, 2, 3]),
        evidence: Some(EncodedBytes(vec![4, 5, 6])),
    };
    trustee.opening(&opening).unwrap();
    assert!(trustee.release(&notice, Day::new(20_000)).is_err());
    let seen = served.join().unwrap();
    let body = |i: usize| serde_json::from_slice::<serde_json::Value>(&seen[i].body).unwrap();
    assert_eq!(seen[0].line, "POST /v1/openings HTTP/1.1");
    assert_eq!(body(0)["sealed"], "AQID");
    assert_eq!(body(0)["evidence"], "BAUG");
    assert_eq!(body(1)["day"], 20_000);
    assert_eq!(body(1)["notice"], "03".repeat(32));
}

#[test]
fn addresses_that_cannot_be_called_are_refused() {
    for bad in [
        "",
        "127.0.0.1:80",
        "ftp://host",
        "http://",
        "http://a?b=c",
        "http://user@host",
    ] {
        assert!(NodeClient::new(bad).is_err(), "{bad}");
    }
    let plain = |text| NodeClient::new(text).unwrap().address().to_owned();
    assert_eq!(plain("http://Host:80/"), "http://host");
    assert_eq!(plain("https://host:8443/node/"), "https://host:8443/node");
}

#[test]
fn a_silent_peer_is_offline() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let http = Http::over(Blocking::default(), &address).unwrap();
    let call = Call::post("/x", &1, Repeat::Never).unwrap();
    assert!(http.bytes(&call).unwrap_err().is_offline());
}
