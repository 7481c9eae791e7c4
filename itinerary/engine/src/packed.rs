//! A row's fate in 64 bits, so that it travels through the query as one column of numbers.
//!
//! ```text
//! seen, ported:  outcome:4 | day:16 | second:17 | region:10 | kind:4 | succeeded:1 | zero:12
//! quarantined:   outcome:4 | zero:52 | reason:8
//! ```

use luyin_itinerary::{Fate, Reason};
use luyin_protocol::region::RegionIndex;
use luyin_protocol::time::Day;

const SEEN: u64 = 1;
const PORTED: u64 = 2;
const QUARANTINED: u64 = 3;

/// In place of a region: the number changed its operator. Above every index that a bitmap can hold.
pub const PORT: u16 = 1023;

/// The bits that tell classes of rows apart: outcome, day, whether under an old code, reason.
pub const CLASS: u64 = 0xf << 60 | 0xffff << 44 | 1 << 12 | 0xff;

/// A fate as a number.
pub fn pack(fate: &Fate) -> u64 {
    match fate {
        Fate::Seen(seen) => {
            place(
                SEEN,
                seen.day,
                seen.second,
                seen.region.get(),
                seen.kind as u8,
            ) | u64::from(seen.succeeded) << 12
        }
        Fate::Ported {
            day, second, kind, ..
        } => place(PORTED, *day, *second, PORT, *kind as u8),
        Fate::Quarantined(reason) => QUARANTINED << 60 | u64::from(reason.number()),
    }
}

fn place(outcome: u64, day: Day, second: u32, region: u16, kind: u8) -> u64 {
    outcome << 60
        | u64::from(day.get()) << 44
        | u64::from(second) << 27
        | u64::from(region) << 17
        | u64::from(kind) << 13
}

/// What a class of rows is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Sightings of a day.
    Seen { day: Day, succeeded: bool },
    /// Changes of operator on a day.
    Ported { day: Day },
    /// Quarantine.
    Quarantined(Reason),
}

impl Class {
    /// From the bits of [`CLASS`].
    pub fn of(bits: u64) -> Option<Self> {
        let day = Day::new(u16::try_from(bits >> 44 & 0xffff).ok()?);
        match bits >> 60 {
            SEEN => Some(Self::Seen {
                day,
                succeeded: bits >> 12 & 1 == 1,
            }),
            PORTED => Some(Self::Ported { day }),
            QUARANTINED => Reason::numbered(u8::try_from(bits & 0xff).ok()?).map(Self::Quarantined),
            _ => None,
        }
    }
}

/// First and last sighting of a subscriber in a region on a day, in 64 bits: what the aggregation holds by the dozen for
/// every subscriber.
///
/// ```text
/// day:16 | region:10 | first:17 | last:17 | zero:4
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(u64);

impl Span {
    /// Of one row; `None` for one in quarantine.
    pub fn of(packed: u64) -> Option<Self> {
        if !matches!(packed >> 60, SEEN | PORTED) {
            return None;
        }
        let day = packed >> 44 & 0xffff;
        let second = packed >> 27 & 0x1_ffff;
        let region = packed >> 17 & 0x3ff;
        Some(Self(day << 48 | region << 38 | second << 21 | second << 4))
    }

    /// From its bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Its bits.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Day and region together.
    pub const fn key(self) -> u64 {
        self.0 >> 38
    }

    /// Both, of the same day and region.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        let (first, last) = (
            self.first().min(other.first()),
            self.last().max(other.last()),
        );
        Self(self.key() << 38 | first << 21 | last << 4)
    }

    const fn first(self) -> u64 {
        self.0 >> 21 & 0x1_ffff
    }

    const fn last(self) -> u64 {
        self.0 >> 4 & 0x1_ffff
    }

    /// Its day.
    pub fn day(self) -> Day {
        Day::new(u16::try_from(self.0 >> 48).unwrap_or(u16::MAX))
    }

    /// Seconds from first to last.
    pub fn seconds(self) -> u64 {
        self.last().saturating_sub(self.first())
    }

    /// Its region; `None` for a change of operator.
    pub fn region(self) -> Option<RegionIndex> {
        let number = u16::try_from(self.0 >> 38 & 0x3ff).ok()?;
        RegionIndex::new(number).ok()
    }
}

#[cfg(test)]
mod tests {
    use luyin_itinerary::{EventKind, Sighting, SubscriberToken};

    use super::*;

    fn seen(second: u32, region: u16) -> Fate {
        Fate::Seen(Sighting {
            token: SubscriberToken::new(u64::MAX).unwrap(),
            day: Day::new(u16::MAX),
            second,
            region: RegionIndex::new(region).unwrap(),
            kind: EventKind::Detach,
            succeeded: true,
        })
    }

    #[test]
    fn the_largest_values_keep_out_of_each_others_bits() {
        let packed = pack(&seen(86_399, 758));
        let class = Class::of(packed & CLASS);
        let day = Day::new(u16::MAX);
        assert_eq!(
            class,
            Some(Class::Seen {
                day,
                succeeded: true
            })
        );
        let span = Span::of(packed).unwrap();
        assert_eq!((span.day(), span.region().unwrap().get()), (day, 758));
        let other = Span::of(pack(&seen(0, 758))).unwrap();
        assert_eq!(span.key(), other.key());
        assert_eq!(span.join(other).seconds(), 86_399);
        assert_eq!(other.join(span), span.join(other));
        assert_ne!(span.key(), Span::of(pack(&seen(0, 0))).unwrap().key());
    }

    #[test]
    fn quarantine_and_porting_are_told_apart() {
        for reason in Reason::ALL {
            let packed = pack(&Fate::Quarantined(reason));
            assert_eq!(Class::of(packed & CLASS), Some(Class::Quarantined(reason)));
            assert_eq!(Span::of(packed), None);
        }
        let day = Day::new(18_000);
        let packed = pack(&Fate::Ported {
            token: SubscriberToken::new(u64::MAX).unwrap(),
            day,
            second: 5,
            kind: EventKind::PortedOut,
        });
        assert_eq!(Class::of(packed & CLASS), Some(Class::Ported { day }));
        assert_eq!(Span::of(packed).unwrap().region(), None);
        assert_eq!(Class::of(0), None);
    }
}
