//! The ID number in the one spelling that is blinded, so that one person has one identifier.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

const RESIDENT_WEIGHTS: [usize; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const RESIDENT_CHECK: &[u8; 11] = b"10X98765432";
const MAX_PASSPORT_LEN: usize = 20;

/// Why an ID number was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonIdError {
    /// Not 17 digits and a digit or X.
    #[error("a resident ID number has 17 digits and a check character")]
    Form,
    /// The check character does not fit: a typing error, which would give the person a second identifier.
    #[error("the check character does not fit")]
    Check,
    /// Not a country of three capital letters with a number of letters and digits.
    #[error("a passport has a three-letter country and up to 20 letters and digits")]
    Passport,
}

/// An ID number in canonical spelling, with its kind before it. Erased when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct PersonId(Vec<u8>);

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonId(..)")
    }
}

impl PersonId {
    /// A resident ID number (GB 11643-1999): 17 digits and the ISO 7064 MOD 11-2 check character, `x` or `X`.
    pub fn resident(number: &str) -> Result<Self, PersonIdError> {
        let upper = number.to_ascii_uppercase();
        let (digits, check) = upper
            .as_bytes()
            .split_first_chunk::<17>()
            .ok_or(PersonIdError::Form)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(PersonIdError::Form);
        }
        let &[check] = check else {
            return Err(PersonIdError::Form);
        };
        let sum: usize = digits
            .iter()
            .zip(RESIDENT_WEIGHTS)
            .map(|(digit, weight)| usize::from(digit.saturating_sub(b'0')) * weight)
            .sum();
        if RESIDENT_CHECK.get(sum % RESIDENT_CHECK.len()) != Some(&check) {
            return Err(PersonIdError::Check);
        }
        Ok(Self::labelled(b"R", upper.as_bytes()))
    }

    /// A passport: ISO 3166 alpha-3 country and the number without spaces or dashes, in any case.
    pub fn passport(country: &str, number: &str) -> Result<Self, PersonIdError> {
        let country = country.to_ascii_uppercase();
        let number = number.to_ascii_uppercase();
        let country_well = country.len() == 3 && country.bytes().all(|b| b.is_ascii_uppercase());
        let number_well = (1..=MAX_PASSPORT_LEN).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_alphanumeric());
        if country_well && number_well {
            Ok(Self::labelled(
                b"P",
                &[country.as_bytes(), number.as_bytes()].concat(),
            ))
        } else {
            Err(PersonIdError::Passport)
        }
    }

    fn labelled(kind: &[u8], number: &[u8]) -> Self {
        Self([b"luyin/v1/uid/", kind, b"/", number].concat())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
