//! What another system writes, a line each, and what it is answered, a line each.

use luyin_device::attester::{CardFault, Row, RowError, check_card};
use luyin_device::wallet::NymCard;
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::did::Did;
use luyin_protocol::field::AttestationLeaf;
use luyin_protocol::signature::{NetworkId, Sha256Hash};
use luyin_protocol::time::Day;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

/// The longest line.
pub const MAX_LINE: usize = 16 * 1024;
/// The longest name that a line may have.
const MAX_ID: usize = 128;

/// A line as it comes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: String,
    binding: Option<String>,
    card: Option<Value>,
    day: Option<String>,
    card_day: Option<String>,
    value: Option<Value>,
    withdraw: Option<String>,
}

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// An attestation.
    Attest(Box<Asked>),
    /// One issued before is to be taken back.
    Withdraw {
        /// Under which name it was issued.
        id: String,
        /// Why.
        reason: String,
    },
}

/// An attestation asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its name in the other system; one name is issued once.
    pub id: String,
    /// The same as a row of a table. A day that the line left out is today's.
    pub row: Row,
    /// Of all that the line says.
    pub digest: Sha256Hash,
}

/// Why a line is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// No JSON, not the fields, too long.
    #[error("not a line with id, binding or card, and value: {0}")]
    Malformed(String),
    /// A name.
    #[error("an id has 1 to 128 characters")]
    Id,
    /// Both or neither.
    #[error("a line has either a binding or a card")]
    BindingOrCard,
    /// Not a card.
    #[error("the card is not what a wallet shows to an attester")]
    Card,
    /// The card is somebody else's to take.
    #[error(transparent)]
    CardFor(#[from] CardFault),
    /// What it states.
    #[error(transparent)]
    Row(#[from] RowError),
    /// The name stands for something else already.
    #[error("this id was issued with other content")]
    IdReused,
    /// It was taken back.
    #[error("this id was issued and withdrawn; a new attestation needs a new id")]
    Withdrawn,
    /// Nothing to take back.
    #[error("nothing was issued under this id")]
    NotIssued,
    /// The ledger's reason.
    #[error("{detail}")]
    Ledger {
        /// Its slug.
        slug: String,
        /// In words.
        detail: String,
    },
}

impl LineFault {
    /// A stable name.
    #[must_use]
    pub fn slug(&self) -> &str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Id => "bad_id",
            Self::BindingOrCard => "binding_or_card",
            Self::Card => "not_a_card",
            Self::CardFor(fault) => fault.slug(),
            Self::Row(error) => error.slug(),
            Self::IdReused => "id_reused",
            Self::Withdrawn => "id_withdrawn",
            Self::NotIssued => "not_issued",
            Self::Ledger { slug, .. } => slug,
        }
    }
}

/// What a line is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Answer {
    /// It is on the ledger.
    Issued {
        /// The line's name.
        id: String,
        /// For the holder's wallet.
        file: PathBuf,
        /// The leaf.
        leaf: AttestationLeaf,
        /// The day of its tree, by which it is withdrawn.
        tree_day: String,
        /// Its batch's entry, where that is known.
        entry: Option<u64>,
    },
    /// It was taken back.
    Withdrawn {
        /// The line's name.
        id: String,
        /// The entry, where that is known.
        entry: Option<u64>,
    },
    /// It is not, and the same line may be sent again.
    Refused {
        /// The line's name, where it could be read.
        id: Option<String>,
        /// The reason's name.
        reason: String,
        /// The reason.
        detail: String,
    },
}

impl Answer {
    /// A refusal.
    #[must_use]
    pub fn refused(id: Option<String>, fault: &LineFault) -> Self {
        Self::Refused {
            id,
            reason: fault.slug().to_owned(),
            detail: fault.to_string(),
        }
    }
}

/// For whom lines are read.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// The ledger.
    pub network: NetworkId,
    /// The attester.
    pub attester: Did,
    /// What it attests.
    pub kind: AttestationKind,
}

impl Reader {
    /// Reads a line; the name comes back with the fault, where there is one.
    ///
    /// # Errors
    /// [`LineFault`].
    pub fn read(&self, line: &[u8], today: Day) -> Result<Wish, (Option<String>, LineFault)> {
        if line.len() > MAX_LINE {
            let long = LineFault::Malformed(format!("longer than {MAX_LINE} bytes"));
            return Err((None, long));
        }
        let raw: Raw = serde_json::from_slice(line)
            .map_err(|error| (None, LineFault::Malformed(error.to_string())))?;
        if raw.id.is_empty() || raw.id.chars().count() > MAX_ID {
            return Err((None, LineFault::Id));
        }
        let id = raw.id.clone();
        self.wish(raw, today).map_err(|fault| (Some(id), fault))
    }

    fn wish(&self, raw: Raw, today: Day) -> Result<Wish, LineFault> {
        let Raw {
            id,
            binding,
            card,
            day,
            card_day,
            value,
            withdraw,
        } = raw;
        if let Some(reason) = withdraw {
            let others = [binding.is_some(), card.is_some(), value.is_some()];
            let others = others.contains(&true) || day.is_some() || card_day.is_some();
            return if others {
                let fault = "a withdrawal has an id and nothing else";
                Err(LineFault::Malformed(fault.to_owned()))
            } else {
                Ok(Wish::Withdraw { id, reason })
            };
        }
        let value = self.value(value.unwrap_or_default())?;
        let (binding, card_day) = match (binding, card) {
            (Some(binding), None) => (binding, card_day),
            (None, Some(card)) if card_day.is_none() => {
                let card = self.card(card)?;
                (card.nym.to_string(), Some(card.day.to_iso()))
            }
            _ => return Err(LineFault::BindingOrCard),
        };
        // The day that was left out is left out here too: the line repeated tomorrow is the same line.
        let said = (self.kind, &binding, &day, &card_day, &value);
        let said = serde_json::to_vec(&said).unwrap_or_default();
        Ok(Wish::Attest(Box::new(Asked {
            id,
            digest: Sha256Hash::of(&said),
            row: Row {
                binding,
                day: day.unwrap_or_else(|| today.to_iso()),
                value,
                card_day,
            },
        })))
    }

    /// A card as JSON, or as the text that its code holds.
    fn card(&self, card: Value) -> Result<NymCard, LineFault> {
        let card = match card {
            Value::String(text) => serde_json::from_str(&text),
            other => serde_json::from_value(other),
        };
        let card: NymCard = card.map_err(|_| LineFault::Card)?;
        check_card(&card, self.network, self.attester)?;
        Ok(card)
    }

    /// The value as a table has it: numbers may be written as numbers, several regions as a list.
    fn value(&self, value: Value) -> Result<String, LineFault> {
        match value {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            Value::Array(parts) if self.kind == AttestationKind::Itinerary => {
                let texts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
                let texts = texts.ok_or(RowError::Shape)?;
                Ok(texts.join(";"))
            }
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                Err(RowError::Shape.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyin_protocol::field::Nym;
    use luyin_protocol::note::Mask;
    use serde_json::json;

    const TODAY: Day = Day::new(18_779);

    fn reader(kind: AttestationKind) -> Reader {
        Reader {
            network: NetworkId::from_bytes([2; 32]),
            attester: Did::from_bytes([1; 32]),
            kind,
        }
    }

    fn card() -> NymCard {
        NymCard {
            network: NetworkId::from_bytes([2; 32]),
            attester: Did::from_bytes([1; 32]),
            day: TODAY.minus(1),
            nym: Nym::from_value(7_u64.into()),
            mask: Mask::new(3, 21).unwrap(),
        }
    }

    fn row(kind: AttestationKind, line: Value) -> Result<Row, LineFault> {
        match reader(kind).read(line.to_string().as_bytes(), TODAY) {
            Ok(Wish::Attest(asked)) => Ok(asked.row),
            Ok(Wish::Withdraw { .. }) => panic!("an attestation"),
            Err((_, fault)) => Err(fault),
        }
    }

    #[test]
    fn a_card_and_its_text_give_the_row_that_a_table_would_have() {
        let text = serde_json::to_string(&card()).unwrap();
        for card in [json!(card()), json!(text)] {
            let line = json!({"id": "a", "card": card, "value": "negative"});
            let row = row(AttestationKind::Test, line).unwrap();
            assert_eq!(row.binding, Nym::from_value(7_u64.into()).to_string());
            assert_eq!(row.day, TODAY.to_iso());
            assert_eq!(row.card_day, Some(TODAY.minus(1).to_iso()));
        }
    }

    #[test]
    fn values_may_be_written_as_numbers_and_lists() {
        let value = |kind, value: Value| {
            let line = json!({"id": "a", "binding": "07", "value": value});
            row(kind, line).map(|row| row.value)
        };
        use AttestationKind::{Itinerary, Reading, Test, Vaccination};
        assert_eq!(value(Reading, json!(36.5)), Ok("36.5".to_owned()));
        assert_eq!(value(Reading, json!(37.0)), Ok("37.0".to_owned()));
        assert_eq!(value(Vaccination, json!(3)), Ok("3".to_owned()));
        let regions = value(Itinerary, json!(["420100", "JPN"]));
        assert_eq!(regions, Ok("420100;JPN".to_owned()));
        for wrong in [json!(null), json!(true), json!({}), json!(["negative"])] {
            let refused = value(Test, wrong);
            assert_eq!(refused, Err(LineFault::Row(RowError::Shape)));
        }
    }

    #[test]
    fn what_is_no_line_is_refused_by_name() {
        let fault = |line: Value| {
            let read = reader(AttestationKind::Test).read(line.to_string().as_bytes(), TODAY);
            let (id, fault) = read.unwrap_err();
            (id.is_some(), fault.slug().to_owned())
        };
        let named = |slug: &str| (true, slug.to_owned());
        let nameless = |slug: &str| (false, slug.to_owned());
        let (mut network, mut attester) = (card(), card());
        network.network = NetworkId::from_bytes([9; 32]);
        attester.attester = Did::from_bytes([9; 32]);
        assert_eq!(fault(json!([])), nameless("malformed"));
        assert_eq!(fault(json!({"id": 1})), nameless("malformed"));
        assert_eq!(fault(json!({"id": ""})), nameless("bad_id"));
        let both = json!({"id": "a", "binding": "07", "card": card(), "value": "negative"});
        assert_eq!(fault(both), named("binding_or_card"));
        let none = json!({"id": "a", "value": "negative"});
        assert_eq!(fault(none), named("binding_or_card"));
        let of = |card: Value| json!({"id": "a", "card": card, "value": "negative"});
        assert_eq!(fault(of(json!("LY1:AB"))), named("not_a_card"));
        assert_eq!(fault(of(json!(network))), named("card_of_other_network"));
        assert_eq!(fault(of(json!(attester))), named("card_for_other_attester"));
        let mixed = json!({"id": "a", "withdraw": "why", "value": "negative"});
        assert_eq!(fault(mixed), named("malformed"));
        let unknown = json!({"id": "a", "binding": "07", "value": "negative", "name": "x"});
        assert_eq!(fault(unknown), nameless("malformed"));
        let long = json!({"id": "a", "value": "x".repeat(MAX_LINE)});
        assert_eq!(fault(long), nameless("malformed"));
    }

    #[test]
    fn a_line_without_a_day_is_the_same_line_tomorrow() {
        let line = json!({"id": "a", "binding": "07", "value": "negative"}).to_string();
        let digest = |today| match reader(AttestationKind::Test).read(line.as_bytes(), today) {
            Ok(Wish::Attest(asked)) => asked.digest,
            other => panic!("{other:?}"),
        };
        assert_eq!(digest(TODAY), digest(TODAY.plus(1)));
        let other = json!({"id": "a", "binding": "07", "value": "positive"}).to_string();
        let other = reader(AttestationKind::Test).read(other.as_bytes(), TODAY);
        assert!(matches!(other, Ok(Wish::Attest(asked)) if asked.digest != digest(TODAY)));
    }
}
