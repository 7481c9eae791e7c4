//! Dates, `YYYY-MM-DD`.

use crate::{Outcome, Seed, Target, law};
use luyin_protocol::time::Day;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a stroke is read as a hyphen",
    seeds,
};

/// One spelling a day.
pub fn check(data: &[u8]) -> Outcome {
    law::one_spelling(data, Day::from_iso, |day| day.to_iso())
}

fn planted(data: &[u8]) -> Outcome {
    let parse = |text: &str| Day::from_iso(&text.replace('/', "-"));
    law::one_spelling(data, parse, |day| day.to_iso())
}

fn seeds() -> Vec<Seed> {
    vec![
        ("leap-day", b"2024-02-29".to_vec()),
        ("last", b"2149-06-06".to_vec()),
        ("not-a-leap-day", b"2023-02-29".to_vec()),
    ]
}
