//! Enrolment requests sealed to a desk's code.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_device::enrolment::{DeskCode, DeskError, EnrolRequest};
use luyin_keys::sealed::SealError;
use luyin_protocol::signature::NetworkId;
use std::sync::LazyLock;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "an unknown version of the seal is unwrapped",
    seeds,
};

static NETWORK: LazyLock<NetworkId> = LazyLock::new(sample::network);
static MADE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let sealed = code().seal(&NETWORK, &sample::enrol_request(), &mut sample::rng());
    sealed.expect("it can be sealed")
});

fn code() -> DeskCode {
    "Y3RZ-5WZM-YQVF-FY7S".parse().expect("sixteen letters")
}

fn opened(data: &[u8]) -> Result<EnrolRequest, DeskError> {
    code().open(&NETWORK, data)
}

/// Only what was sealed opens.
pub fn check(data: &[u8]) -> Outcome {
    law::only_what_was_made(data, &[MADE.as_slice()], opened)
}

fn planted(data: &[u8]) -> Outcome {
    let version =
        |error: &DeskError| matches!(error, DeskError::Sealed(SealError::UnsupportedVersion(_)));
    let lax = fault::unwraps(version, opened);
    law::only_what_was_made(data, &[MADE.as_slice()], lax)
}

fn seeds() -> Vec<Seed> {
    vec![
        ("request", MADE.clone()),
        (
            "not-sealed",
            sample::enrol_request()
                .to_json()
                .expect("a request has JSON"),
        ),
    ]
}
