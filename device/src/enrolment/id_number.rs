//! Resident ID numbers, GB 11643: six digits of a region, eight of a birth date, three of an order, one check character.

use std::fmt;

use luyin_keys::voprf::{PersonId, PersonIdError};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What is wrong with a number. The number itself is never part of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdNumberError {
    /// Not 18 characters.
    #[error("a resident ID number has 18 characters, this one has {0}")]
    Length(usize),
    /// A character that has no place there, counted from 1.
    #[error("character {0} of the ID number is not a digit (only the last may be X)")]
    Character(usize),
    /// A date that does not exist.
    #[error("characters 7 to 14 of the ID number are no date of birth")]
    BirthDate,
    /// The last character does not fit the others.
    #[error("the check character of the ID number does not fit: one of its digits is mistyped")]
    Check,
}

/// A resident ID number whose check character fits. Erased when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct IdNumber(String);

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(..)")
    }
}

impl IdNumber {
    /// Reads a number; white space around it is ignored, `x` is `X`.
    ///
    /// # Errors
    /// [`IdNumberError`] names what is wrong.
    pub fn parse(text: &str) -> Result<Self, IdNumberError> {
        let mut number = text.trim().to_ascii_uppercase();
        let checked = check(&number);
        if checked.is_err() {
            number.zeroize();
        }
        checked.map(|()| Self(number))
    }

    /// The number in the spelling that trustees evaluate.
    ///
    /// # Errors
    /// [`PersonIdError`], which no value of this type causes.
    pub fn person(&self) -> Result<PersonId, PersonIdError> {
        PersonId::resident(&self.0)
    }

    /// The last two characters that are digits: an X is passed over.
    #[must_use]
    pub fn last_two_digits(&self) -> u8 {
        let digits = self.0.bytes().rev().filter(u8::is_ascii_digit);
        let mut last = digits.take(2).map(|d| d.saturating_sub(b'0'));
        let ones = last.next().unwrap_or(0);
        let tens = last.next().unwrap_or(0);
        tens * 10 + ones
    }

    /// The characters, for the registrar's sealed register alone.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

fn check(number: &str) -> Result<(), IdNumberError> {
    let count = number.chars().count();
    if count != 18 {
        return Err(IdNumberError::Length(count));
    }
    let misplaced = number
        .chars()
        .enumerate()
        .find(|(i, c)| !(c.is_ascii_digit() || (*i == 17 && *c == 'X')));
    if let Some((i, _)) = misplaced {
        return Err(IdNumberError::Character(i + 1));
    }
    let part = |from, to| number.get(from..to).unwrap_or_default();
    let (year, month, day) = (part(6, 10), part(10, 12), part(12, 14));
    if !is_date(year, month, day) {
        return Err(IdNumberError::BirthDate);
    }
    PersonId::resident(number)
        .map(|_| ())
        .map_err(|_| IdNumberError::Check)
}

/// Whether the three parts name a day of the Gregorian calendar between 1800 and 2199.
fn is_date(year: &str, month: &str, day: &str) -> bool {
    let number = |text: &str| text.parse::<u16>().unwrap_or(0);
    let (year, month, day) = (number(year), number(month), number(day));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    };
    (1800..2200).contains(&year) && (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_of_a_number_is_named() {
        for (text, fault) in [
            ("1101051949123100", IdNumberError::Length(16)),
            ("", IdNumberError::Length(0)),
            ("11010519491231002X7", IdNumberError::Length(19)),
            ("1101051949123100X2", IdNumberError::Character(17)),
            ("11O10519491231002X", IdNumberError::Character(3)),
            ("11010519491331002X", IdNumberError::BirthDate),
            ("11010519490230002X", IdNumberError::BirthDate),
            ("110105194912310021", IdNumberError::Check),
            ("11010519491231003X", IdNumberError::Check),
        ] {
            assert_eq!(IdNumber::parse(text).unwrap_err(), fault, "{text}");
        }
    }

    #[test]
    fn a_leap_day_before_1970_is_a_date_and_one_of_1900_is_not() {
        assert!(is_date("1952", "02", "29"));
        assert!(is_date("2000", "02", "29"));
        assert!(!is_date("1900", "02", "29"));
        assert!(!is_date("1951", "02", "29"));
        assert!(!is_date("1799", "01", "01"));
    }

    #[test]
    fn the_last_digits_pass_over_an_x() {
        let id = IdNumber::parse(" 11010519491231002x\n").unwrap();
        assert_eq!(id.expose(), "11010519491231002X");
        assert_eq!(id.last_two_digits(), 2);
        let id = IdNumber::parse("440524188001010014").unwrap();
        assert_eq!(id.last_two_digits(), 14);
        assert!(!format!("{id:?}").contains("4405"));
    }
}
