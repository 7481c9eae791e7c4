//! The content of a wallet file, once it is unsealed.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_device::client::{Encoded, Marks};
use luyin_device::wallet::{Content, PublicData};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a value of a wrong form is unwrapped",
    seeds,
};

fn read(data: &[u8]) -> Result<Content, serde_json::Error> {
    serde_json::from_slice(data)
}

/// The content is JSON to its end, and stays what it is.
pub fn check(data: &[u8]) -> Outcome {
    law::steady_json(data, read)
}

fn planted(data: &[u8]) -> Outcome {
    law::steady_json(data, fault::unwraps(serde_json::Error::is_data, read))
}

fn seeds() -> Vec<Seed> {
    let content = Content {
        version: 1,
        parameters: Encoded(sample::parameters()),
        node: "http://127.0.0.1:8420".into(),
        seen: Some(PublicData {
            at: sample::ten(),
            policies: vec![Encoded(sample::policy())],
            risk_lists: vec![Encoded(sample::risk_list())],
            notices: vec![],
            releases: vec![],
            marks: Marks::default(),
        }),
        persons: vec![],
    };
    vec![(
        "without-people",
        serde_json::to_vec(&content).expect("content has JSON"),
    )]
}
