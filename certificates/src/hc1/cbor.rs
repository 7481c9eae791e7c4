//! CBOR, and its part that JSON can say.

use ciborium::Value;
use serde_json::{Map, Number, Value as Json};

use super::refusal::Refusal;

/// A date-time as text (RFC 8949, 3.4.1). Hungary and Sweden tag theirs.
const DATE_TIME: u64 = 0;

/// One item and nothing after it.
pub fn read(bytes: &[u8]) -> Result<Value, Refusal> {
    let mut rest = bytes;
    let value = ciborium::from_reader(&mut rest).map_err(|_| Refusal::Cbor("not well-formed"))?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(Refusal::Cbor("bytes follow the item"))
    }
}

/// The same as JSON. Reading stopped at a depth of 256, so this does not go deeper.
pub fn json(value: Value) -> Result<Json, Refusal> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(bool) => Json::Bool(bool),
        Value::Integer(integer) => Json::Number(number(integer.into())?),
        Value::Float(float) => {
            Json::Number(Number::from_f64(float).ok_or(Refusal::Cbor("a number is not finite"))?)
        }
        Value::Text(text) => Json::String(text),
        Value::Tag(DATE_TIME, tagged) => json(*tagged)?,
        Value::Array(items) => Json::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        Value::Map(entries) => Json::Object(object(entries)?),
        _ => return Err(Refusal::Cbor("an item that JSON cannot say")),
    })
}

fn number(integer: i128) -> Result<Number, Refusal> {
    i64::try_from(integer)
        .map(Number::from)
        .or_else(|_| u64::try_from(integer).map(Number::from))
        .map_err(|_| Refusal::Cbor("a number of more than 64 bits"))
}

fn object(entries: Vec<(Value, Value)>) -> Result<Map<String, Json>, Refusal> {
    let mut object = Map::new();
    for (key, value) in entries {
        let Value::Text(key) = key else {
            return Err(Refusal::Cbor("a key that is no text"));
        };
        // Two readers could each take another one of the two.
        if object.insert(key, json(value)?).is_some() {
            return Err(Refusal::Cbor("a key stands twice"));
        }
    }
    Ok(object)
}
