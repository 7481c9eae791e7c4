//! The files that people keep cards in.

use serde_json::Value as Json;

use super::refusal::Refusal;

const NAME: &str = "verifiableCredential";
const LARGEST_FILE: usize = 1024 * 1024;

/// The JWS of each card in a `.smart-health-card` file.
pub fn cards_of_file(text: &str) -> Result<Vec<String>, Refusal> {
    let file = json(text)?;
    let cards = file.get(NAME).and_then(Json::as_array);
    let cards = cards.ok_or(Refusal::Payload("no list of cards"))?.iter();
    texts(cards.map(Json::as_str))
}

/// The JWS of each card in the FHIR parameters that a server answers with.
pub fn cards_of_parameters(text: &str) -> Result<Vec<String>, Refusal> {
    let file = json(text)?;
    let parameters = file.get("parameter").and_then(Json::as_array);
    let parameters = parameters.ok_or(Refusal::Payload("no parameters"))?.iter();
    let named = parameters.filter(|one| one.get("name").and_then(Json::as_str) == Some(NAME));
    texts(named.map(|one| one.get("valueString").and_then(Json::as_str)))
}

fn json(text: &str) -> Result<Json, Refusal> {
    if text.len() > LARGEST_FILE {
        return Err(Refusal::Payload("too large a file"));
    }
    serde_json::from_str(text).map_err(|_| Refusal::Payload("no JSON"))
}

fn texts<'a>(cards: impl Iterator<Item = Option<&'a str>>) -> Result<Vec<String>, Refusal> {
    let cards: Option<Vec<String>> = cards.map(|card| card.map(str::to_owned)).collect();
    let cards = cards.filter(|cards| !cards.is_empty());
    cards.ok_or(Refusal::Payload("no cards"))
}
