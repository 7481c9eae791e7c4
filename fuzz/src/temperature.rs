//! Temperatures, as a person types them.

use crate::{Outcome, Seed, Target, law};
use luyin_device::wallet::Temperature;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "white space around it is trimmed",
    seeds,
};

/// One spelling a reading.
pub fn check(data: &[u8]) -> Outcome {
    law::one_spelling(data, str::parse::<Temperature>, Temperature::to_string)
}

fn planted(data: &[u8]) -> Outcome {
    let parse = |text: &str| text.trim().parse::<Temperature>();
    law::one_spelling(data, parse, Temperature::to_string)
}

fn seeds() -> Vec<Seed> {
    vec![
        ("well", b"36.5".to_vec()),
        ("fever", b"38.4".to_vec()),
        ("not-with-a-comma", b"36,5".to_vec()),
    ]
}
