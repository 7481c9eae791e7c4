//! Who a gate is, in its own files.

use crate::{Outcome, Seed, Target, fault, law, sample};
use luyin_device::gate::Settings;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the settings is overlooked",
    seeds,
};

fn read(data: &[u8]) -> Result<Settings, serde_json::Error> {
    serde_json::from_slice(data)
}

/// No part of the settings is overlooked.
pub fn check(data: &[u8]) -> Outcome {
    law::whole_json(data, read)
}

fn planted(data: &[u8]) -> Outcome {
    law::whole_json(data, fault::first_json::<Settings>)
}

fn seeds() -> Vec<Seed> {
    let settings = Settings {
        network: sample::network(),
        gate: sample::did(104),
        venue: sample::did(100),
        policy: 1,
        node: "http://127.0.0.1:8420".into(),
    };
    let settings = serde_json::to_vec(&settings).expect("settings have JSON");
    vec![
        ("of-a-venue-with-space", fault::with_space_behind(&settings)),
        ("of-a-venue", settings),
    ]
}
