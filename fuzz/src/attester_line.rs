//! Lines that another system writes to an attester's stream.

use crate::{Outcome, Seed, Target, law, sample};
use luyin::cli::attester::{MAX_LINE, Reader, Wish};
use luyin_device::wallet::NymCard;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::did::Did;
use luyin_protocol::field::Nym;
use luyin_protocol::note::Mask;
use serde_json::{Value, json};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a card for another attester is let pass",
    seeds,
};

fn attester() -> Did {
    sample::did(103)
}

fn card_of(data: &[u8]) -> Option<NymCard> {
    let line: Value = serde_json::from_slice(data).ok()?;
    match line.get("card")? {
        Value::String(text) => serde_json::from_str(text).ok(),
        other => serde_json::from_value(other.clone()).ok(),
    }
}

/// A line that is taken is short, has a name, and its card is for this attester.
fn law(data: &[u8], attester_of: impl FnOnce(&[u8]) -> Did) -> Outcome {
    let reader = Reader {
        network: sample::network(),
        attester: attester_of(data),
        kind: AttestationKind::Test,
    };
    let id = match reader.read(data, sample::DAY) {
        Err((_, fault)) => {
            assert!(!fault.slug().is_empty(), "a refusal without a name");
            return law::refused(fault);
        }
        Ok(Wish::Withdraw { id, .. }) => id,
        Ok(Wish::Attest(asked)) => {
            if let Some(card) = card_of(data) {
                assert_eq!(card.attester, attester(), "a card for another attester");
                assert_eq!(card.network, sample::network(), "of another network");
                assert_eq!(asked.row.binding, card.nym.to_string());
            }
            asked.id
        }
    };
    assert!((1..=128).contains(&id.chars().count()), "a name");
    assert!(data.len() <= MAX_LINE, "a long line");
    Outcome::Accepted
}

/// A line that is taken is short, has a name, and its card is for this attester.
pub fn check(data: &[u8]) -> Outcome {
    law(data, |_| attester())
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |data| {
        card_of(data).map_or_else(attester, |card| card.attester)
    })
}

fn seeds() -> Vec<Seed> {
    let nym = Nym::from_value(sample::number(31));
    let card = NymCard {
        network: sample::network(),
        attester: attester(),
        day: sample::DAY,
        nym,
        mask: Mask::new(3, 21).expect("two digits"),
    };
    let text = serde_json::to_string(&card).expect("a card has JSON");
    let line = |value: Value| value.to_string().into_bytes();
    vec![
        ("card", line(json!({"id": "S-1", "card": card, "value": "negative"}))),
        ("card-as-text", line(json!({"id": "S-2", "card": text, "value": "positive"}))),
        (
            "binding",
            line(json!({"id": "S-3", "binding": nym, "day": sample::DAY.to_iso(), "value": "negative"})),
        ),
        ("withdrawal", line(json!({"id": "S-1", "withdraw": "mixed-up samples"}))),
        ("not-a-line", line(json!({"id": "S-4", "value": "negative"}))),
    ]
}
