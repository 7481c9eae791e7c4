//! Canonical bytes and other bytes as JSON carries them: standard base64 with padding (clause 9.1).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use luyin_protocol::codec::Canonical;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A canonical value; any text but the base64 of its one encoding is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded<T>(pub T);

impl<T: Canonical> Serialize for Encoded<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&STANDARD.encode(self.0.to_vec()))
    }
}

impl<'de, T: Canonical> Deserialize<'de> for Encoded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = decode::<D>(deserializer)?;
        T::from_slice(&bytes).map(Self).map_err(D::Error::custom)
    }
}

/// Bytes whose form another layer checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedBytes(pub Vec<u8>);

impl Serialize for EncodedBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for EncodedBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        decode::<D>(deserializer).map(Self)
    }
}

fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = <Cow<'de, str>>::deserialize(deserializer)?;
    STANDARD
        .decode(text.as_bytes())
        .map_err(|_| D::Error::custom("not base64"))
}

#[cfg(test)]
mod tests {
    use luyin_protocol::time::Day;

    use super::*;

    #[test]
    fn only_the_one_encoding_of_a_value_is_read() {
        let json = serde_json::to_string(&Encoded(Day::new(20_000))).unwrap();
        assert_eq!(json, "\"TiA=\"");
        let read: Encoded<Day> = serde_json::from_str(&json).unwrap();
        assert_eq!(read.0, Day::new(20_000));
        for bad in ["\"TiA\"", "\"TiAA\"", "\"\"", "\"TiB=\"", "7"] {
            assert!(serde_json::from_str::<Encoded<Day>>(bad).is_err(), "{bad}");
        }
    }
}
