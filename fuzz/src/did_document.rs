//! Versions of DID documents.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_protocol::codec::{Canonical, DecodeError};
use luyin_protocol::did::{DidDocument, Service};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a key that is no point is unwrapped",
    seeds,
};

/// One encoding a document.
pub fn check(data: &[u8]) -> Outcome {
    law::canonical(data, DidDocument::from_slice)
}

fn planted(data: &[u8]) -> Outcome {
    let kind = |e: &DecodeError| *e == DecodeError::Invalid("an Ed25519 public key");
    law::canonical(data, fault::unwraps(kind, DidDocument::from_slice))
}

fn seeds() -> Vec<Seed> {
    let service = Service {
        kind: "LinkedDomains".into(),
        endpoint: "https://clinic.example".into(),
    };
    let keys = |all: &[u8]| all.iter().map(|n| sample::key(*n).public()).collect();
    let document = |keys, services| {
        DidDocument::new(keys, services)
            .expect("a document")
            .to_vec()
    };
    vec![
        ("one-key", document(keys(&[1]), vec![])),
        (
            "two-keys-and-a-service",
            document(keys(&[1, 2]), vec![service]),
        ),
    ]
}
