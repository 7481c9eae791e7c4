//! Moments of the DID interface, `YYYY-MM-DDThh:mm:ssZ`.

use crate::{Outcome, Seed, Target};
use luyin::service::moment;
use luyin_protocol::time::Timestamp;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a sixtieth second is let pass",
    seeds,
};

/// A moment survives being written, and no two seconds are one.
fn law(data: &[u8], parse: impl Fn(&str) -> Option<Timestamp>) -> Outcome {
    let Ok(text) = std::str::from_utf8(data) else {
        return Outcome::Refused;
    };
    let Some(time) = parse(text) else {
        return Outcome::Refused;
    };
    let written = moment::format(time);
    // A fraction of a second is read and not kept.
    let whole = text
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_end_matches('Z');
    assert_eq!(
        written.trim_end_matches('Z'),
        whole,
        "another moment once it is written"
    );
    assert_eq!(moment::parse(&written), Some(time));
    Outcome::Accepted
}

/// A moment survives being written.
pub fn check(data: &[u8]) -> Outcome {
    law(data, moment::parse)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |text| match text.strip_suffix(":60Z") {
        Some(front) => moment::parse(&format!("{front}:59Z")),
        None => moment::parse(text),
    })
}

fn seeds() -> Vec<Seed> {
    vec![
        ("whole-second", b"2020-03-05T15:59:50Z".to_vec()),
        ("with-a-fraction", b"2020-03-05T15:59:59.250Z".to_vec()),
        ("not-in-this-zone", b"2020-03-05T10:00:00+08:00".to_vec()),
    ]
}
