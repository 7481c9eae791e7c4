//! Passes as the text of a QR code: `LY1:` and base45.

use crate::{Outcome, Seed, Target, law, sample};
use luyin_protocol::pass::ShownPass;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "small letters are read as capitals",
    seeds,
};

/// One spelling a pass: a second one would pass a gate's memory of what it has seen.
pub fn check(data: &[u8]) -> Outcome {
    law::one_spelling(data, ShownPass::from_text, ShownPass::to_text)
}

fn planted(data: &[u8]) -> Outcome {
    let parse = |text: &str| ShownPass::from_text(&text.to_ascii_uppercase());
    law::one_spelling(data, parse, ShownPass::to_text)
}

fn seeds() -> Vec<Seed> {
    vec![
        ("walk-in", sample::shown_pass().to_text().into_bytes()),
        (
            "not-a-vaccination-certificate",
            b"HC1:6BFOXN*TS0BI$ZD".to_vec(),
        ),
    ]
}
