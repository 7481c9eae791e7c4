use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Six digits PPCCDD of GB/T 2260: province, prefecture, county.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DivisionCode(u32);

/// Alpha-3 code of ISO 3166-1, such as `JPN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 3]);

/// Code by which the world outside the protocol names a region. Well formed; whether it exists is for the table to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RegionCode {
    /// A division of China.
    Division(DivisionCode),
    /// Any other country.
    Country(CountryCode),
}

/// Neither six digits nor three capital letters. The text is not kept: it may be anything a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a region code has six digits (GB/T 2260) or three capital letters (ISO 3166-1 alpha-3)")]
pub struct InvalidRegionCode;

impl DivisionCode {
    /// Takes 110000 to 829999, the range in which GB/T 2260 gives out codes.
    pub const fn new(code: u32) -> Result<Self, InvalidRegionCode> {
        if code >= 110_000 && code <= 829_999 {
            Ok(Self(code))
        } else {
            Err(InvalidRegionCode)
        }
    }

    /// The code as a number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// PP0000, the province-level division.
    pub const fn province(self) -> Self {
        Self(self.0 / 10_000 * 10_000)
    }

    /// PPCC00. Not always a place: `429000` and `110100` are not.
    pub const fn prefecture(self) -> Self {
        Self(self.0 / 100 * 100)
    }
}

impl CountryCode {
    /// Takes three letters A to Z.
    pub fn new(letters: [u8; 3]) -> Result<Self, InvalidRegionCode> {
        if letters.iter().all(u8::is_ascii_uppercase) {
            Ok(Self(letters))
        } else {
            Err(InvalidRegionCode)
        }
    }

    /// The three letters.
    pub const fn letters(self) -> [u8; 3] {
        self.0
    }
}

impl FromStr for RegionCode {
    type Err = InvalidRegionCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.as_bytes();
        if bytes.len() == 6 && bytes.iter().all(u8::is_ascii_digit) {
            let number = text.parse().map_err(|_| InvalidRegionCode)?;
            return DivisionCode::new(number).map(Self::Division);
        }
        let letters = bytes.try_into().map_err(|_| InvalidRegionCode)?;
        CountryCode::new(letters).map(Self::Country)
    }
}

impl TryFrom<String> for RegionCode {
    type Error = InvalidRegionCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RegionCode> for String {
    fn from(code: RegionCode) -> Self {
        code.to_string()
    }
}

impl From<DivisionCode> for RegionCode {
    fn from(code: DivisionCode) -> Self {
        Self::Division(code)
    }
}

impl From<CountryCode> for RegionCode {
    fn from(code: CountryCode) -> Self {
        Self::Country(code)
    }
}

impl fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Division(code) => code.fmt(f),
            Self::Country(code) => code.fmt(f),
        }
    }
}
