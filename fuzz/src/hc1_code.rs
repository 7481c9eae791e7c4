//! The text of a square code around a certificate of the EU: `HC1:` and base45 around zlib.

use crate::{Outcome, Seed, Target, law, specimens};
use luyin_certificates::hc1::{Refusal, code};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "small letters are read as capitals",
    seeds,
};

/// What the text packs, once it is known that it unpacks.
fn packed(text: &str) -> Result<Vec<u8>, Refusal> {
    code::message(text)?;
    code::base45(code::unprefixed(text)?)
}

fn write(packed: &[u8]) -> String {
    format!("HC1:{}", base45::encode(packed))
}

/// One spelling a code: what is counted or remembered by its text cannot come again as another text.
pub fn check(data: &[u8]) -> Outcome {
    law::one_spelling(data, packed, |packed| write(packed))
}

fn planted(data: &[u8]) -> Outcome {
    let parse = |text: &str| packed(&text.to_ascii_uppercase());
    law::one_spelling(data, parse, |packed| write(packed))
}

fn seeds() -> Vec<Seed> {
    let whole = write(&specimens::zlib(&specimens::message(&specimens::token())));
    let unpacked = write(&specimens::message(&specimens::token()));
    vec![
        ("short", write(&specimens::zlib(b"a message")).into_bytes()),
        ("specimen", whole.into_bytes()),
        ("not-compressed", unpacked.into_bytes()),
        ("not-a-pass-of-ours", b"LY1:6BFOXN".to_vec()),
        ("not-a-byte", b"HC1:GGW".to_vec()),
    ]
}
