//! The square codes of a health card: one, or the parts of an older one, a line each.

use crate::{Outcome, Seed, Target, law};
use luyin_certificates::shc::{Refusal, jws_of_codes};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a pair of digits past the last character is read as the last character",
    seeds,
};

fn digits(text: &str) -> String {
    let pair = |byte: u8| format!("{:02}", byte.saturating_sub(b'-'));
    text.bytes().map(pair).collect()
}

/// One code has one spelling, and parts may come in any order.
fn law(data: &[u8], read: impl Fn(&[&str]) -> Result<String, Refusal>) -> Outcome {
    let text = match std::str::from_utf8(data) {
        Err(error) => return law::refused(error),
        Ok(text) => text,
    };
    let mut codes: Vec<&str> = text.split('\n').collect();
    let jws = match read(&codes) {
        Err(error) => return law::refused(error),
        Ok(jws) => jws,
    };
    let body: String = codes
        .iter()
        .filter_map(|code| code.rsplit('/').next())
        .collect();
    let mut told: Vec<char> = body.chars().collect();
    let mut written: Vec<char> = digits(&jws).chars().collect();
    if codes.len() > 1 {
        // In which order they came is not known here; that nothing was lost or altered is.
        told.sort_unstable();
        written.sort_unstable();
    }
    assert!(told == written, "a second spelling of a code");
    codes.reverse();
    assert_eq!(read(&codes), Ok(jws), "the order of parts counts");
    Outcome::Accepted
}

/// One code has one spelling, and parts may come in any order.
pub fn check(data: &[u8]) -> Outcome {
    law(data, jws_of_codes)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |codes| {
        let lax = |code: &&str| {
            let (prefix, body) = code.rsplit_once('/').unwrap_or(("", code));
            let (pairs, rest) = body.as_bytes().as_chunks::<2>();
            let pairs = pairs.iter().map(|pair| match pair {
                [b'7', b'8' | b'9'] | [b'8' | b'9', b'0'..=b'9'] => b"77",
                pair => pair,
            });
            let body: Vec<u8> = pairs.flatten().chain(rest).copied().collect();
            format!("{prefix}/{}", String::from_utf8_lossy(&body))
        };
        let lax: Vec<String> = codes.iter().map(lax).collect();
        let lax: Vec<&str> = lax.iter().map(String::as_str).collect();
        jws_of_codes(&lax)
    })
}

fn seeds() -> Vec<Seed> {
    let (one, two) = (digits("eyJ6aXAiOiJERUYifQ."), digits("3ZBLCsJA.abc_-z"));
    let whole = format!("shc:/{one}{two}");
    let parts = format!("shc:/2/2/{two}\nshc:/1/2/{one}");
    vec![
        ("whole", whole.clone().into_bytes()),
        ("parts", parts.into_bytes()),
        ("not-all-parts", format!("shc:/1/2/{one}").into_bytes()),
        ("not-of-pairs", format!("{whole}0").into_bytes()),
    ]
}
