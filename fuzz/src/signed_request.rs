//! Requests of organisations: the headers that sign them, and the body's digest.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_device::http_signature::{Message, Nonce, Presented, SignatureError, sign};
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "the digest is compared with the body that was expected",
    seeds,
};

const BODY: &[u8] = br#"{"tx":"AAAA"}"#;

/// Header lines, an empty line, the body.
static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let key_id = sample::did(101).to_string();
    let (key, nonce) = (sample::key(101), Nonce::generate(&mut sample::rng()));
    let headers = sign(&message(&[]), BODY, &key, &key_id, sample::ten(), nonce);
    let mut out = Vec::new();
    for (name, value) in headers.iter() {
        out.extend(format!("{name}: {value}\n").into_bytes());
    }
    out.push(b'\n');
    out.extend_from_slice(BODY);
    out
});

const fn message<'a>(fields: &'a [(&'a str, &'a str)]) -> Message<'a> {
    Message {
        method: "POST",
        authority: "node.example",
        path: "/v1/enrolments",
        query: None,
        fields,
    }
}

/// Names and values in order.
type Fields<'a> = Vec<(&'a str, &'a str)>;

/// A request as it came: its fields in order, and its body.
fn split(data: &[u8]) -> Option<(Fields<'_>, &[u8])> {
    let end = data.windows(2).position(|pair| pair == b"\n\n")?;
    let (head, body) = (data.get(..end)?, data.get(end + 2..)?);
    let lines = std::str::from_utf8(head).ok()?.lines();
    let fields = lines
        .map(|line| line.split_once(": "))
        .collect::<Option<_>>()?;
    Some((fields, body))
}

/// Which of several bodies belongs to the headers is judged by `body`.
fn accepted<'a>(
    data: &'a [u8],
    body: impl Fn(&'a [u8]) -> &'a [u8],
) -> Result<&'a [u8], SignatureError> {
    let (fields, sent) = split(data).ok_or(SignatureError::Missing("a body"))?;
    let message = message(&fields);
    let presented = Presented::read(&message, body(sent), sample::ten())?;
    presented.verify(&message, &sample::key(101).public())?;
    Ok(sent)
}

/// A request holds with the body that was signed alone.
fn law(result: Result<&[u8], SignatureError>) -> Outcome {
    match result {
        Err(error) => law::refused(error),
        Ok(body) => {
            assert_eq!(body, BODY, "a body that nobody signed");
            Outcome::Accepted
        }
    }
}

/// A request holds with the body that was signed alone.
pub fn check(data: &[u8]) -> Outcome {
    law(accepted(data, |sent| sent))
}

fn planted(data: &[u8]) -> Outcome {
    law(accepted(data, |_| BODY))
}

fn seeds() -> Vec<Seed> {
    let unsigned = [b"content-type: application/json\n\n", BODY].concat();
    vec![
        ("enrolment", MADE.clone()),
        ("not-without-a-signature", unsigned),
    ]
}
