//! What an operator calls a subscriber.

use std::fmt;
use std::str::FromStr;

/// A random 64-bit number with its highest bit set, which the operator gives a subscriber and keeps the list of. A telephone
/// number, an IMSI or a citizen's number, all below 2^63, cannot pass for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriberToken(u64);

/// Not a token. What it was is not kept: it may be a telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a subscriber token is a 64-bit number with its highest bit set; as text 16 hex digits in small letters"
)]
pub struct InvalidToken;

impl SubscriberToken {
    /// From its number.
    ///
    /// # Errors
    /// [`InvalidToken`] below 2^63.
    pub const fn new(number: u64) -> Result<Self, InvalidToken> {
        if number >> 63 == 1 {
            Ok(Self(number))
        } else {
            Err(InvalidToken)
        }
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for SubscriberToken {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let small = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() != 16 || !text.bytes().all(small) {
            return Err(InvalidToken);
        }
        let number = u64::from_str_radix(text, 16).map_err(|_| InvalidToken)?;
        Self::new(number)
    }
}

/// The number of a text of at most 16 hex digits in small letters. Whether it is a token is for the judge to say, who tells
/// garbage from a telephone number.
#[must_use]
pub fn token_number(text: &str) -> Option<u64> {
    let small = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    let fits = (1..=16).contains(&text.len()) && text.bytes().all(small);
    fits.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

impl fmt::Display for SubscriberToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text() {
        for number in [1 << 63, u64::MAX, 0xfedc_ba98_7654_3210] {
            let token = SubscriberToken::new(number).unwrap();
            assert_eq!(token.to_string().parse(), Ok(token));
        }
    }

    #[test]
    fn numbers_that_people_have_are_no_tokens() {
        for number in [13_800_138_000, 460_001_234_567_890, 110_101_199_003_078_515] {
            assert_eq!(SubscriberToken::new(number), Err(InvalidToken));
        }
        for text in [
            "13800138000",
            "110101199003078515",
            "7fffffffffffffff",
            "FEDCBA9876543210",
            "+edcba9876543210",
            "",
        ] {
            assert_eq!(text.parse::<SubscriberToken>(), Err(InvalidToken), "{text}");
        }
    }
}
