//! Enrolment requests, which a wallet hands its registrar.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_device::enrolment::{EnrolRequest, RequestError};
use luyin_protocol::signature::NetworkId;
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a mask that does not open is unwrapped",
    seeds,
};

static NETWORK: LazyLock<NetworkId> = LazyLock::new(sample::network);

/// No part of a request is overlooked.
pub fn check(data: &[u8]) -> Outcome {
    law::whole_json(data, |data| EnrolRequest::from_json(data, &NETWORK))
}

fn planted(data: &[u8]) -> Outcome {
    let mask = |error: &RequestError| matches!(error, RequestError::Mask);
    let read = |data: &[u8]| EnrolRequest::from_json(data, &NETWORK);
    law::whole_json(data, fault::unwraps(mask, read))
}

fn seeds() -> Vec<Seed> {
    let json = |request: EnrolRequest| request.to_json().expect("a request has JSON");
    let elsewhere = EnrolRequest {
        network: NetworkId::from_bytes([6; 32]),
        ..sample::enrol_request()
    };
    vec![
        ("first", json(sample::enrol_request())),
        ("not-of-this-network", json(elsewhere)),
    ]
}
