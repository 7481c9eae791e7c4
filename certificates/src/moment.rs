//! A moment to the millisecond, in UTC: what certificates and their rules count time in.

use std::fmt;

use thiserror::Error;

const MILLIS_OF_A_SECOND: i64 = 1_000;
const MILLIS_OF_AN_HOUR: i64 = 3_600 * MILLIS_OF_A_SECOND;
const MILLIS_OF_A_DAY: i64 = 24 * MILLIS_OF_AN_HOUR;
/// Seconds beyond which no date has a year of four digits.
const FAR: f64 = 253_402_300_800.0;

/// Milliseconds since the start of 1970 in UTC, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// What `plusTime` adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Year,
    Month,
    Day,
    Hour,
}

/// A text in none of the forms that stand for a moment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no date and no date-time: write 2021-06-01 or 2021-06-01T12:00:00Z")]
pub struct NotAMoment(pub String);

impl Moment {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Days since the start of 1970, in UTC.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(MILLIS_OF_A_DAY)
    }

    /// A numeric date of a token: seconds since 1970, perhaps with a fraction, before the year 10000.
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        // The bounds keep the product within 2^53, where the conversion is exact.
        (seconds.is_finite() && seconds.abs() < FAR)
            .then(|| Self((seconds * 1_000.0).floor() as i64))
    }

    /// Reads the forms of CertLogic: a date, or a date-time with an optional fraction and offset.
    /// Without an offset it is UTC; what lies below a millisecond is cut off.
    pub fn parse(text: &str) -> Result<Self, NotAMoment> {
        let mut cursor = Cursor(text.as_bytes());
        cursor
            .moment()
            .filter(|_| cursor.0.is_empty())
            .ok_or_else(|| NotAMoment(text.to_owned()))
    }

    /// Reads a date that may lack its day, or its month too, as its last day: the latest that it may mean.
    pub fn parse_last_day(text: &str) -> Result<Self, NotAMoment> {
        let wrong = || NotAMoment(text.to_owned());
        let mut cursor = Cursor(text.as_bytes());
        let year = cursor.number(4).ok_or_else(wrong)?;
        let month = cursor.part(b'-').ok_or_else(wrong)?;
        let day = cursor.part(b'-').ok_or_else(wrong)?;
        if !cursor.0.is_empty() {
            return Err(wrong());
        }
        let month = month.unwrap_or(12);
        let day = day.unwrap_or_else(|| days_of(year, month));
        start_of_day(year, month, day).ok_or_else(wrong)
    }

    /// The moment `amount` units later. A day that the month lacks becomes its last; `None` past all years.
    pub fn plus(self, amount: i64, unit: Unit) -> Option<Self> {
        match unit {
            Unit::Hour => self.plus_millis(amount.checked_mul(MILLIS_OF_AN_HOUR)?),
            Unit::Day => self.plus_millis(amount.checked_mul(MILLIS_OF_A_DAY)?),
            Unit::Month => self.plus_months(amount),
            Unit::Year => self.plus_months(amount.checked_mul(12)?),
        }
    }

    fn plus_millis(self, millis: i64) -> Option<Self> {
        self.0.checked_add(millis).map(Self)
    }

    fn plus_months(self, amount: i64) -> Option<Self> {
        let (year, month, day) = civil(self.0.div_euclid(MILLIS_OF_A_DAY));
        let months = year.checked_mul(12)?.checked_add(month - 1)?;
        let months = months.checked_add(amount)?;
        let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
        if !(-9_999..=9_999).contains(&year) {
            return None;
        }
        let day = day.min(days_of(year, month));
        let midnight = days_since_1970(year, month, day).checked_mul(MILLIS_OF_A_DAY)?;
        midnight
            .checked_add(self.0.rem_euclid(MILLIS_OF_A_DAY))
            .map(Self)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(MILLIS_OF_A_DAY));
        let millis = self.0.rem_euclid(MILLIS_OF_A_DAY);
        let (seconds, millis) = (millis / 1_000, millis % 1_000);
        write!(f, "{year:04}-{month:02}-{day:02}T")?;
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        write!(
            f,
            "{hours:02}:{minutes:02}:{:02}.{millis:03}Z",
            seconds % 60
        )
    }
}

/// What is left of a text.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn moment(&mut self) -> Option<Moment> {
        let year = self.number(4)?;
        let month = self.after(b'-')?;
        let day = self.after(b'-')?;
        let midnight = start_of_day(year, month, day)?;
        if !self.skip(b'T') {
            return Some(midnight);
        }
        let hours = self.number(2).filter(|hours| *hours < 24)?;
        let minutes = self.after(b':').filter(|minutes| *minutes < 60)?;
        let seconds = self.after(b':').filter(|seconds| *seconds < 60)?;
        let millis = self.fraction()?;
        let seconds = hours * 3_600 + minutes * 60 + seconds - self.offset()? * 60;
        midnight.plus_millis(seconds * MILLIS_OF_A_SECOND + millis)
    }

    fn skip(&mut self, sign: u8) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if *first == sign => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        let number = number.iter().try_fold(0, |sum: i64, digit| {
            digit
                .is_ascii_digit()
                .then(|| sum * 10 + i64::from(digit - b'0'))
        })?;
        self.0 = rest;
        Some(number)
    }

    fn after(&mut self, sign: u8) -> Option<i64> {
        self.skip(sign).then(|| self.number(2)).flatten()
    }

    /// Two digits after the sign; inner `None` where the text ends before it.
    fn part(&mut self, sign: u8) -> Option<Option<i64>> {
        if self.0.is_empty() {
            return Some(None);
        }
        self.after(sign).map(Some)
    }

    /// Milliseconds of a fraction of any length; 0 without one.
    fn fraction(&mut self) -> Option<i64> {
        if !self.skip(b'.') {
            return Some(0);
        }
        let digits = self.digits();
        if digits.is_empty() {
            return None;
        }
        let three = digits.iter().copied().chain([b'0'; 3]).take(3);
        Some(three.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
    }

    fn digits(&mut self) -> Vec<u8> {
        let digits: Vec<u8> = self
            .0
            .iter()
            .copied()
            .take_while(u8::is_ascii_digit)
            .collect();
        self.0 = self.0.get(digits.len()..).unwrap_or_default();
        digits
    }

    /// Minutes ahead of UTC: `Z`, `+h`, `+hh`, `+hmm`, `+hhmm`, `+h:mm`, `+hh:mm`, or nothing.
    fn offset(&mut self) -> Option<i64> {
        if self.0.is_empty() || self.skip(b'Z') {
            return Some(0);
        }
        let sign = if self.skip(b'-') {
            -1
        } else if self.skip(b'+') {
            1
        } else {
            return None;
        };
        let digits = self.digits();
        let mut hours = Cursor(&digits);
        let minutes = if self.skip(b':') {
            self.number(2)?
        } else if digits.len() > 2 {
            let (front, back) = digits.split_at_checked(digits.len() - 2)?;
            hours = Cursor(front);
            Cursor(back).number(2)?
        } else {
            0
        };
        if hours.0.len() > 2 || minutes > 59 {
            return None;
        }
        Some(sign * (hours.number(hours.0.len()).filter(|_| !digits.is_empty())? * 60 + minutes))
    }
}

fn start_of_day(year: i64, month: i64, day: i64) -> Option<Moment> {
    let exists = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    exists.then(|| Moment(days_since_1970(year, month, day) * MILLIS_OF_A_DAY))
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

// The two conversions count in eras of 400 years that begin on a first of March, so that the leap day
// is the last day of a year.
const DAYS_OF_AN_ERA: i64 = 146_097;
/// From the first of March of the year 0 to the start of 1970.
const DAYS_TO_1970: i64 = 719_468;

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    year.div_euclid(400) * DAYS_OF_AN_ERA + days - DAYS_TO_1970
}

fn civil(days_since_1970: i64) -> (i64, i64, i64) {
    let days = days_since_1970 + DAYS_TO_1970;
    let of_era = days.rem_euclid(DAYS_OF_AN_ERA);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = (shifted + 2) % 12 + 1;
    let year = year + days.div_euclid(DAYS_OF_AN_ERA) * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    #[test]
    fn every_form_of_an_offset_is_read() {
        let noon = moment("2021-06-01T12:00:00Z");
        for offset in ["+5", "+05", "+500", "+0500", "+5:00", "+05:00"] {
            assert_eq!(
                moment(&format!("2021-06-01T17:00:00{offset}")),
                noon,
                "{offset}"
            );
            assert_eq!(moment(&format!("2021-06-01T17:00:00.000{offset}")), noon);
        }
        assert_eq!(moment("2021-06-01T12:00:00"), noon);
        assert_eq!(moment("2021-06-01T06:30:00-530"), noon);
    }

    #[test]
    fn what_lies_below_a_millisecond_is_cut_off() {
        assert_eq!(
            moment("2021-06-01T00:00:00.9999999").to_string(),
            "2021-06-01T00:00:00.999Z"
        );
        assert_eq!(
            moment("2021-06-01T00:00:00.5Z").to_string(),
            "2021-06-01T00:00:00.500Z"
        );
    }

    #[test]
    fn texts_that_only_look_like_dates_are_refused() {
        for text in [
            "",
            "2021",
            "2021-06",
            "2021-6-1",
            "2021-02-29",
            "2021-13-01",
            "2021-06-00",
            "2021-06-01T24:00:00Z",
            "2021-06-01T12:00Z",
            "2021-06-01T12:00:00.Z",
            "2021-06-01T12:00:00+",
            "2021-06-01T12:00:00+12345",
            "2021-06-01T12:00:00+1:5",
            "2021-06-01T12:00:00z",
            "2021-06-01T12:00:00+:30",
            "2021-06-01 12:00:00",
            "2021-06-01T12:00:00Z ",
            "２021-06-01",
        ] {
            assert_eq!(Moment::parse(text), Err(NotAMoment(text.to_owned())));
        }
    }

    #[test]
    fn a_day_that_the_month_lacks_becomes_its_last() {
        let plus = |text, amount, unit| moment(text).plus(amount, unit).unwrap().to_string();
        assert_eq!(
            plus("2021-01-31", 1, Unit::Month),
            "2021-02-28T00:00:00.000Z"
        );
        assert_eq!(
            plus("2020-02-29", 1, Unit::Year),
            "2021-02-28T00:00:00.000Z"
        );
        assert_eq!(
            plus("2020-02-29T10:00:00Z", -4, Unit::Year),
            "2016-02-29T10:00:00.000Z"
        );
        assert_eq!(plus("2021-03-28", 1, Unit::Day), "2021-03-29T00:00:00.000Z");
    }

    #[test]
    fn a_birth_without_a_day_falls_on_the_last_one() {
        let last = |text| Moment::parse_last_day(text).map(|m| m.to_string());
        assert_eq!(last("2004").unwrap(), "2004-12-31T00:00:00.000Z");
        assert_eq!(last("2004-02").unwrap(), "2004-02-29T00:00:00.000Z");
        assert_eq!(last("2004-02-03").unwrap(), "2004-02-03T00:00:00.000Z");
        for text in [
            "",
            "04",
            "2004-",
            "2004-13",
            "2004-02-30",
            "2004-02-03T00:00:00Z",
        ] {
            last(text).unwrap_err();
        }
    }

    #[test]
    fn sums_past_all_years_are_refused() {
        assert_eq!(moment("2021-01-01").plus(i64::MAX, Unit::Day), None);
        assert_eq!(moment("2021-01-01").plus(i64::MAX, Unit::Year), None);
        assert_eq!(moment("2021-01-01").plus(9_000, Unit::Year), None);
        assert_eq!(Moment::from_seconds(f64::NAN), None);
        assert_eq!(Moment::from_seconds(1e300), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same(millis in -60_000_000_000_000_i64..250_000_000_000_000) {
            let moment = Moment::from_millis(millis);
            prop_assert_eq!(Moment::parse(&moment.to_string()), Ok(moment));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[0-9TZ:.+-]{0,40}|.{0,20}") {
            let _ = Moment::parse(&text);
            let _ = Moment::parse_last_day(&text);
        }

        #[test]
        fn no_sum_panics(millis in any::<i64>(), amount in any::<i64>()) {
            for unit in [Unit::Year, Unit::Month, Unit::Day, Unit::Hour] {
                let _ = Moment::from_millis(millis).plus(amount, unit);
            }
        }
    }
}
