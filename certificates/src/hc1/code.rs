//! From the text of a square code to the bytes of its message.

use super::refusal::Refusal;
use crate::inflate::{Wrap, inflate};

/// What every code begins with: health certificate, first version.
const PREFIX: &str = "HC1:";
/// A square code of the largest version holds 4,296 characters.
const LONGEST: usize = 4_296;
/// A certificate takes about 400 bytes. This is what one could be blown up to before it is refused.
const LARGEST_MESSAGE: usize = 64 * 1024;

/// The bytes of the COSE message that the code carries.
pub fn message(code: &str) -> Result<Vec<u8>, Refusal> {
    inflated(&base45(unprefixed(code)?)?)
}

/// The text after the prefix.
pub fn unprefixed(code: &str) -> Result<&str, Refusal> {
    code.strip_prefix(PREFIX).ok_or(Refusal::NotOurs)
}

/// The bytes behind base45 (RFC 9285).
pub fn base45(text: &str) -> Result<Vec<u8>, Refusal> {
    if text.len() > LONGEST {
        return Err(Refusal::TooLong);
    }
    let bytes = base45::decode(text).map_err(|_| Refusal::Base45)?;
    // The decoder lets a last pair pass whose value is above one byte.
    if base45::encode(&bytes) == text {
        Ok(bytes)
    } else {
        Err(Refusal::Base45)
    }
}

/// The bytes behind zlib. Compression is not optional in the specification: plain bytes are refused.
pub fn inflated(packed: &[u8]) -> Result<Vec<u8>, Refusal> {
    Ok(inflate(Wrap::Zlib, packed, LARGEST_MESSAGE)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pairs_and_triples_above_their_bytes_are_refused() {
        for text in ["GGW", ":::", "::", "V5", "A", "AAAA", "a", "é", "\u{0}"] {
            assert_eq!(base45(text), Err(Refusal::Base45), "{text:?}");
        }
        assert_eq!(base45("U5"), Ok(vec![255]));
        assert_eq!(base45(""), Ok(vec![]));
    }

    #[test]
    fn a_text_longer_than_any_square_code_is_not_decoded() {
        assert_eq!(base45(&"0".repeat(LONGEST + 1)), Err(Refusal::TooLong));
    }

    #[test]
    fn other_prefixes_are_other_codes() {
        for code in ["HC2:AB", "HL0:AB", "hc1:AB", " HC1:AB", "NCFOXN", "", "HC1"] {
            assert_eq!(message(code), Err(Refusal::NotOurs));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_decoder_panic(text in "HC1:[0-9A-Z $%*+./:-]{0,400}|.{0,40}") {
            let _ = message(&text);
        }

        #[test]
        fn bytes_have_one_text_only(text in "[0-9A-Z $%*+./:-]{0,40}") {
            if let Ok(bytes) = base45(&text) {
                prop_assert_eq!(base45::encode(&bytes), text);
            }
        }
    }
}
