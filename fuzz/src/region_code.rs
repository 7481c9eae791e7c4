//! Codes of regions: six digits or three letters.

use crate::{Outcome, Seed, Target, law};
use luyin_protocol::region::RegionCode;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "small letters are read as capitals",
    seeds,
};

/// One spelling a code.
pub fn check(data: &[u8]) -> Outcome {
    law::one_spelling(data, str::parse::<RegionCode>, RegionCode::to_string)
}

fn planted(data: &[u8]) -> Outcome {
    let parse = |text: &str| text.to_ascii_uppercase().parse::<RegionCode>();
    law::one_spelling(data, parse, RegionCode::to_string)
}

fn seeds() -> Vec<Seed> {
    vec![
        ("wuhan", b"420100".to_vec()),
        ("japan", b"JPN".to_vec()),
        ("not-a-name", "武汉".into()),
    ]
}
