//! What must hold of every decoder. A law panics where it is broken.

use crate::Outcome;
use luyin_protocol::codec::Canonical;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Display;

/// A refusal says why.
pub fn refused(error: impl Display) -> Outcome {
    assert!(!error.to_string().is_empty(), "a refusal without a word");
    Outcome::Refused
}

/// One encoding a value: what decodes encodes to the very bytes.
pub fn one_encoding<T, E: Display>(
    data: &[u8],
    decode: impl FnOnce(&[u8]) -> Result<T, E>,
    encode: impl FnOnce(&T) -> Vec<u8>,
) -> Outcome {
    match decode(data) {
        Err(error) => refused(error),
        Ok(value) => {
            let again = encode(&value);
            assert!(
                again == data,
                "a second encoding of a value: {} bytes",
                data.len()
            );
            Outcome::Accepted
        }
    }
}

/// The same of a canonical type.
pub fn canonical<T: Canonical, E: Display>(
    data: &[u8],
    decode: impl FnOnce(&[u8]) -> Result<T, E>,
) -> Outcome {
    one_encoding(data, decode, T::to_vec)
}

/// The same of a text. Bytes that are no text are refused before the decoder sees them, as they are wherever it is called.
pub fn one_spelling<T, E: Display>(
    data: &[u8],
    parse: impl FnOnce(&str) -> Result<T, E>,
    write: impl FnOnce(&T) -> String,
) -> Outcome {
    match std::str::from_utf8(data) {
        Err(error) => refused(error),
        Ok(text) => one_encoding(data, |_| parse(text), |value| write(value).into_bytes()),
    }
}

/// What is whole is not whole without its last byte: nothing may follow that nobody reads.
pub fn nothing_to_spare<T, E: Display>(
    data: &[u8],
    decode: impl Fn(&[u8]) -> Result<T, E>,
) -> Outcome {
    match decode(data) {
        Err(error) => refused(error),
        Ok(_) => {
            let front = data.split_last().map(|(_, front)| decode(front));
            assert!(
                front.is_none_or(|read| read.is_err()),
                "a last byte that nobody reads: {} bytes",
                data.len()
            );
            Outcome::Accepted
        }
    }
}

/// JSON of which nothing is overlooked: written again it says the same, but for white space, the order of fields, and fields
/// that say nothing (`null`, `false` and empty lists).
pub fn whole_json<T: Serialize, E: Display>(
    data: &[u8],
    decode: impl FnOnce(&[u8]) -> Result<T, E>,
) -> Outcome {
    match decode(data) {
        Err(error) => refused(error),
        Ok(value) => {
            let said: Value = serde_json::from_slice(data).expect("what was read is JSON");
            let meant = serde_json::to_value(&value).expect("what was read can be written");
            assert!(
                telling(said) == telling(meant),
                "JSON of which a part was overlooked"
            );
            Outcome::Accepted
        }
    }
}

/// JSON to its end, which once written and read again is written the same.
pub fn steady_json<T: Serialize, E: Display>(
    data: &[u8],
    decode: impl Fn(&[u8]) -> Result<T, E>,
) -> Outcome {
    match decode(data) {
        Err(error) => refused(error),
        Ok(value) => {
            let json = serde_json::from_slice::<Value>(data);
            assert!(json.is_ok(), "something that is no JSON was overlooked");
            let write =
                |value: &T| serde_json::to_vec(value).expect("what was read can be written");
            let written = write(&value);
            match decode(&written) {
                Ok(again) => assert!(write(&again) == written, "another value once it is written"),
                Err(error) => panic!("what was written is refused: {error}"),
            }
            Outcome::Accepted
        }
    }
}

/// Without the fields that say nothing.
fn telling(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, telling(value)))
            .filter(|(_, value)| !matches!(value, Value::Null | Value::Bool(false)))
            .filter(|(_, value)| value.as_array().is_none_or(|items| !items.is_empty()))
            .collect(),
        Value::Array(items) => items.into_iter().map(telling).collect(),
        other => other,
    }
}

/// Of what is sealed or signed, only that opens which somebody sealed.
pub fn only_what_was_made<T, E: Display>(
    data: &[u8],
    made: &[&[u8]],
    open: impl FnOnce(&[u8]) -> Result<T, E>,
) -> Outcome {
    match open(data) {
        Err(error) => refused(error),
        Ok(_) => {
            assert!(
                made.contains(&data),
                "what nobody made opens: {} bytes",
                data.len()
            );
            Outcome::Accepted
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    fn two(data: &[u8]) -> Result<u8, &'static str> {
        match data {
            [a, _] => Ok(*a),
            _ => Err("not two bytes"),
        }
    }

    fn breaks(law: impl FnOnce() -> Outcome + std::panic::UnwindSafe) -> bool {
        catch_unwind(law).is_err()
    }

    #[test]
    fn a_second_encoding_breaks_the_law_and_a_refusal_does_not() {
        let law = |data: &'static [u8]| move || one_encoding(data, two, |a| vec![*a, 0]);
        assert_eq!(law(b"a\0")(), Outcome::Accepted);
        assert_eq!(law(b"a")(), Outcome::Refused);
        assert!(breaks(law(b"ab")));
    }

    #[test]
    fn json_that_is_written_otherwise_each_time_or_has_an_end_of_its_own_breaks_the_law() {
        let front = |data: &[u8]| {
            let end = data.iter().position(|b| *b == b' ').unwrap_or(data.len());
            let (front, _) = data.split_at(end);
            serde_json::from_slice::<u8>(front).map_err(|e| e.to_string())
        };
        let more = move |data: &[u8]| front(data).map(|n| n.saturating_add(1));
        assert_eq!(steady_json(b"7", front), Outcome::Accepted);
        assert_eq!(steady_json(b"x", front), Outcome::Refused);
        assert!(breaks(move || steady_json(b"7 x", front)));
        assert!(breaks(move || steady_json(b"7", more)));
    }

    #[test]
    fn a_field_that_is_overlooked_breaks_the_law_and_an_empty_one_does_not() {
        let read = |data: &[u8]| {
            let mut all: Value = serde_json::from_slice(data).map_err(|e| e.to_string())?;
            if let Some(fields) = all.as_object_mut() {
                fields.remove("b");
            }
            Ok::<_, String>(all)
        };
        let law = |data: &'static [u8]| move || whole_json(data, read);
        assert_eq!(law(br#"{ "a": 1, "b": [] }"#)(), Outcome::Accepted);
        assert_eq!(law(br#"{ "a": 1, "b": null }"#)(), Outcome::Accepted);
        assert!(breaks(law(br#"{ "a": 1, "b": 2 }"#)));
    }

    #[test]
    fn a_byte_that_nobody_reads_breaks_the_law() {
        let front = |data: &[u8]| data.first().copied().ok_or("no byte");
        assert_eq!(nothing_to_spare(b"ab", two), Outcome::Accepted);
        assert_eq!(nothing_to_spare(b"abc", two), Outcome::Refused);
        assert!(breaks(move || nothing_to_spare(b"ab", front)));
    }

    #[test]
    fn what_nobody_made_breaks_the_law_when_it_opens() {
        let law = |data: &'static [u8]| move || only_what_was_made(data, &[b"ab"], two);
        assert_eq!(law(b"ab")(), Outcome::Accepted);
        assert_eq!(law(b"a")(), Outcome::Refused);
        assert!(breaks(law(b"ac")));
    }
}
