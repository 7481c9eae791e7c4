//! Time as the protocol counts it: milliseconds, Beijing days, half-day slots, 30-second steps.

use crate::codec::{Canonical, DecodeError, Reader, Writer};
use serde::{Deserialize, Serialize};

const BEIJING_OFFSET_S: u64 = 8 * 3600;
const DAY_S: u64 = 86_400;

macro_rules! number {
    ($($(#[$doc:meta])* $name:ident($repr:ty, $read:ident);)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name($repr);
        impl $name {
            /// From its number.
            #[must_use]
            pub const fn new(n: $repr) -> Self { Self(n) }
            /// Its number.
            #[must_use]
            pub const fn get(self) -> $repr { self.0 }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.fmt(f) }
        }
        impl Canonical for $name {
            fn encode(&self, w: &mut Writer) { w.$read(self.0); }
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> { r.$read(stringify!($name)).map(Self) }
        }
    )* };
}

number! {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Timestamp(u64, u64);
    /// Days since 1970-01-01 in Beijing time (clause 4.5).
    Day(u16, u16);
    /// Half-days: `2 * day`, plus one from noon (clause 4.3).
    Slot(u32, u32);
    /// Steps of 30 seconds since 1970-01-01T00:00:00Z, as a shown pass carries them.
    Step(u32, u32);
}

impl Timestamp {
    /// The Beijing day; times beyond 2149 all fall on the last day.
    #[must_use]
    pub fn day(self) -> Day {
        let day = (self.0 / 1000).saturating_add(BEIJING_OFFSET_S) / DAY_S;
        Day(u16::try_from(day).unwrap_or(u16::MAX))
    }

    /// The half-day.
    #[must_use]
    pub fn slot(self) -> Slot {
        let half = (self.0 / 1000).saturating_add(BEIJING_OFFSET_S) / (DAY_S / 2);
        Slot(u32::try_from(half).unwrap_or(u32::MAX))
    }

    /// The 30-second step.
    #[must_use]
    pub fn step(self) -> Step {
        Step(u32::try_from(self.0 / 30_000).unwrap_or(u32::MAX))
    }

    /// Milliseconds since the Beijing day began.
    #[must_use]
    pub fn since_midnight_ms(self) -> u64 {
        (self.0.saturating_add(BEIJING_OFFSET_S * 1000)) % (DAY_S * 1000)
    }

    /// Milliseconds since the half-day began.
    #[must_use]
    pub fn since_slot_ms(self) -> u64 {
        self.since_midnight_ms() % (DAY_S / 2 * 1000)
    }

    /// This moment and so many milliseconds more.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this; zero where `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Day {
    /// The first moment of the day in Beijing.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp((u64::from(self.0) * DAY_S).saturating_sub(BEIJING_OFFSET_S) * 1000)
    }

    /// The day's two slots.
    #[must_use]
    pub fn slots(self) -> [Slot; 2] {
        [Slot(u32::from(self.0) * 2), Slot(u32::from(self.0) * 2 + 1)]
    }

    /// So many days earlier, not before day 0.
    #[must_use]
    pub const fn minus(self, days: u16) -> Self {
        Self(self.0.saturating_sub(days))
    }

    /// So many days later, not beyond the last.
    #[must_use]
    pub const fn plus(self, days: u16) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// `YYYY-MM-DD`.
    #[must_use]
    pub fn to_iso(self) -> String {
        let (y, m, d) = civil(i64::from(self.0));
        format!("{y:04}-{m:02}-{d:02}")
    }

    /// From `YYYY-MM-DD`; a date that does not exist is refused.
    pub fn from_iso(text: &str) -> Result<Self, DecodeError> {
        let bad = || DecodeError::Invalid("a date (YYYY-MM-DD)");
        let mut parts = text.split('-');
        let (Some(y), Some(m), Some(d), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(bad());
        };
        if (y.len(), m.len(), d.len()) != (4, 2, 2) {
            return Err(bad());
        }
        let number = |s: &str| s.parse::<u32>().map_err(|_| bad());
        let day = days_from_civil(number(y)?, number(m)?, number(d)?);
        let day = u16::try_from(day).map(Self).map_err(|_| bad())?;
        if day.to_iso() == text {
            Ok(day)
        } else {
            Err(bad())
        }
    }
}

impl Slot {
    /// The day the slot belongs to; slots beyond the last day fall on it.
    #[must_use]
    pub fn day(self) -> Day {
        Day(u16::try_from(self.0 / 2).unwrap_or(u16::MAX))
    }

    /// So many slots earlier, not before slot 0.
    #[must_use]
    pub const fn minus(self, n: u32) -> Self {
        Self(self.0.saturating_sub(n))
    }
}

/// Days since 1970-01-01 of a Gregorian date (Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms"), for years from 1970.
fn days_from_civil(y: u32, m: u32, d: u32) -> i64 {
    let (y, m, d) = (i64::from(y), i64::from(m), i64::from(d));
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// The inverse of [`days_from_civil`]: year, month, day.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    (
        yoe + era * 400 + i64::from(m <= 2),
        m,
        doy - (153 * mp + 2) / 5 + 1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beijing_day_turns_at_16_utc() {
        // 2020-03-05T15:59:59Z and 16:00:00Z
        let before = Timestamp::new(1_583_423_999_000);
        let after = Timestamp::new(1_583_424_000_000);
        assert_eq!(before.day().to_iso(), "2020-03-05");
        assert_eq!(after.day().to_iso(), "2020-03-06");
        assert_eq!(after.day().start(), after);
        assert_eq!(before.slot().get() % 2, 1);
        assert_eq!(after.slot(), after.day().slots()[0]);
    }

    #[test]
    fn every_day_has_one_date_and_back() {
        for n in 0..=u16::MAX {
            let day = Day::new(n);
            assert_eq!(Day::from_iso(&day.to_iso()).unwrap(), day);
        }
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in [
            "2021-02-29",
            "2021-13-01",
            "2021-1-01",
            "",
            "2021-02-30x",
            "1969-12-31",
            "2021-00-10",
            "2021-04-31",
            "2500-01-01",
        ] {
            assert!(Day::from_iso(text).is_err(), "{text}");
        }
    }
}
