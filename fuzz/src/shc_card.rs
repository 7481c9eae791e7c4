//! The payload of a health card: JSON.

use crate::{Outcome, Seed, Target, law, specimens};
use luyin_certificates::Moment;
use luyin_certificates::shc::{Card, Refusal};
use serde_json::{Value as Json, json};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "white space around it is trimmed",
    seeds,
};

/// A card has one spelling of what is around it, and a time in which it holds: from its issue to just before its expiry.
fn law(data: &[u8], read: impl Fn(&[u8]) -> Result<Card, Refusal>) -> Outcome {
    let card = match read(data) {
        Err(error) => return law::refused(error),
        Ok(card) => card,
    };
    assert_eq!(data.trim_ascii(), data, "white space around it");
    let beside = |moment: Moment, millis| Moment::from_millis(moment.millis() + millis);
    let from = card.not_before();
    assert_eq!(card.check_time(from), Ok(()), "it never holds");
    assert!(card.check_time(beside(from, -1)).is_err());
    if let Some(expires) = card.expires() {
        assert!(card.check_time(expires).is_err());
        assert_eq!(card.check_time(beside(expires, -1)), Ok(()));
    }
    assert!(card.issuer().starts_with("https://"));
    assert!(card.bundle().is_object());
    Outcome::Accepted
}

/// A card has a time in which it holds.
pub fn check(data: &[u8]) -> Outcome {
    law(data, Card::read)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |data| Card::read(data.trim_ascii()))
}

fn card(expires: Json) -> Vec<u8> {
    specimens::written(&json!({
        "iss": "https://specimen.example", "nbf": 1_622_505_600, "exp": expires,
        "vc": {
            "type": ["https://smarthealth.cards#health-card"],
            "credentialSubject": { "fhirVersion": "4.0.1", "fhirBundle": {} },
        },
    }))
}

fn seeds() -> Vec<Seed> {
    vec![
        ("for-a-year", card(json!(1_654_041_600))),
        ("with-a-fraction", card(json!(1_622_505_600.5))),
        ("not-in-order", card(json!(1_622_505_600))),
        ("not-in-seconds", card(json!(1_654_041_600_000_i64))),
    ]
}
