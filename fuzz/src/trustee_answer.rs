//! What a trustee answers: a status, a line end, a body.

use crate::node_answer::Parrot;
use crate::{Outcome, Seed, Target, law, sample};
use luyin_device::client::{
    ClientError, Encoded, EncodedBytes, EvaluationAnswer, ReleaseAnswer, RequestSigner,
    SealedForNotice, Transport, TrusteeCard, TrusteeClient, WireAnswer, WireError, WireRequest,
};
use luyin_keys::voprf::Evaluation;
use luyin_protocol::codec::Canonical as _;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::risk::DayRelease;
use luyin_protocol::signature::Signature;
use luyin_protocol::time::Timestamp;
use std::cell::RefCell;
use std::time::Duration;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "an evaluation that is no hex is unwrapped",
    seeds,
};

thread_local! {
    static ANSWER: RefCell<Option<Parrot>> = const { RefCell::new(None) };
}

/// Clients of trustees are made over a transport of no values: this one gives the answer that lies ready.
#[derive(Default)]
struct Ready;

impl Transport for Ready {
    fn send(&self, request: &WireRequest<'_>) -> Result<WireAnswer, WireError> {
        ANSWER.with_borrow(|answer| match answer {
            Some(parrot) => parrot.send(request),
            None => Err(WireError::Unreachable("nobody".to_owned())),
        })
    }
    fn pause(&self, _: Duration) {}
    fn now(&self) -> Timestamp {
        sample::ten()
    }
    fn attempts(&self) -> u32 {
        1
    }
}

/// A card, a release, a share or an evaluation comes back whole, or is refused in words.
fn law<F>(data: &[u8], evaluate: F) -> Outcome
where
    F: Fn(&TrusteeClient<Ready>) -> Result<Evaluation, ClientError>,
{
    ANSWER.set(Parrot::of(data));
    let trustee = TrusteeClient::<Ready>::new("http://trustee.example").expect("an address");
    let offer = offer();
    let read = [
        said(evaluate(&trustee)),
        said(trustee.card()),
        said(trustee.release(&offer.notice, sample::DAY).map(|answer| {
            let bytes = answer.values.0.to_vec();
            assert_eq!(
                DayRelease::from_slice(&bytes).as_ref(),
                Ok(&answer.values.0)
            );
        })),
        said(trustee.exchange(&signer(), sample::ten(), &offer)),
    ];
    if read.contains(&Outcome::Accepted) {
        Outcome::Accepted
    } else {
        Outcome::Refused
    }
}

fn said<T>(answer: Result<T, ClientError>) -> Outcome {
    match answer {
        Ok(_) => Outcome::Accepted,
        Err(error) => law::refused(error),
    }
}

fn signer() -> RequestSigner {
    let first = TrusteeIndex::all().next().expect("there are five");
    RequestSigner::trustee(first, sample::key(11))
}

fn offer() -> SealedForNotice {
    SealedForNotice {
        notice: sample::notice().id(),
        sealed: EncodedBytes(vec![1, 2, 3]),
    }
}

fn evaluated(trustee: &TrusteeClient<Ready>) -> Result<Evaluation, ClientError> {
    trustee.evaluate(&signer(), sample::ten(), &crate::blinded::ASKED.blinded())
}

/// A card, a release, a share or an evaluation comes back whole, or is refused in words.
pub fn check(data: &[u8]) -> Outcome {
    law(data, evaluated)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |trustee| {
        let body = data.get(4..).unwrap_or_default();
        if let Ok(answer) = serde_json::from_slice::<EvaluationAnswer>(body) {
            hex::decode(answer.evaluated + &answer.proof).expect("trustees answer in hex");
        }
        evaluated(trustee)
    })
}

fn seeds() -> Vec<Seed> {
    fn ok(answer: &impl serde::Serialize) -> Vec<u8> {
        let body = serde_json::to_string(answer).expect("answers have JSON");
        format!("200\n{body}").into_bytes()
    }
    let card = TrusteeCard {
        index: TrusteeIndex::all().next().expect("there are five"),
        name: "trustee 1".into(),
        sign: sample::key(11).public(),
        seal: sample::seal_key(21).public(),
        voprf: None,
    };
    let release = ReleaseAnswer {
        values: Encoded(sample::day_release()),
        signature: Signature::from_bytes([9; 64]),
        without: vec![],
    };
    let evaluation = EvaluationAnswer {
        evaluated: "0a".repeat(32),
        proof: "0b".repeat(64),
    };
    vec![
        ("card", ok(&card)),
        ("release", ok(&release)),
        ("share", ok(&offer())),
        ("evaluation", ok(&evaluation)),
        ("not-known", b"404\n".to_vec()),
    ]
}
