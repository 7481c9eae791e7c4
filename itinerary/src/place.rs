//! From the code at a base station to the region of the protocol's table, as it stood on the day.

use std::sync::LazyLock;

use luyin_protocol::region::{DivisionCode, RegionCode, RegionIndex, RegionTable};
use luyin_protocol::time::Day;

use crate::judge::Reason;

const NONE: u16 = u16::MAX;
const DIVISIONS: u32 = 110_000;
const LETTERS: usize = 26;

static EMBEDDED: LazyLock<Places> = LazyLock::new(|| Places::of(RegionTable::embedded()));

/// Where an event happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The region.
    pub region: RegionIndex,
    /// Whether the station still carries the code of a region that this one took over.
    pub succeeded: bool,
}

/// Every code, looked up in a table: a region is asked for once an event, a hundred million times.
#[derive(Debug)]
pub struct Places {
    divisions: Vec<u16>,
    countries: Vec<u16>,
    spans: Vec<Span>,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    region: RegionIndex,
    from: Option<Day>,
    to: Option<Day>,
    successor: Option<u16>,
}

impl Places {
    /// The places of the protocol's table.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    fn of(table: &RegionTable) -> Self {
        let index = |code: RegionCode| table.by_code(code).ok().map(|r| r.index().get());
        let spans = table.regions().iter().map(|region| Span {
            region: region.index(),
            from: region.validity().from(),
            to: region.validity().to(),
            successor: region.successor().and_then(index),
        });
        let divisions = (DIVISIONS..830_000).map(|code| {
            let containing = DivisionCode::new(code).ok().map(|d| table.containing(d));
            containing
                .and_then(Result::ok)
                .map_or(NONE, |region| region.index().get())
        });
        let mut countries = vec![NONE; LETTERS * LETTERS * LETTERS];
        for region in table.regions() {
            if let RegionCode::Country(code) = region.code()
                && let Some(slot) = country(&code.letters()).and_then(|n| countries.get_mut(n))
            {
                *slot = region.index().get();
            }
        }
        Self {
            divisions: divisions.collect(),
            countries,
            spans: spans.collect(),
        }
    }

    /// The region that a code stood for on a day: for a county the prefecture that it lies in, for a region that had ended
    /// its successor.
    ///
    /// # Errors
    /// [`Reason::UnknownRegion`], [`Reason::RetiredRegion`] where none took over, [`Reason::RegionToCome`].
    pub fn on(&self, code: &str, day: Day) -> Result<Place, Reason> {
        let bytes = code.as_bytes();
        let found = match bytes.len() {
            6 => division(bytes).and_then(|n| self.divisions.get(n)),
            3 => country(bytes).and_then(|n| self.countries.get(n)),
            _ => None,
        };
        let mut span = self.span(*found.ok_or(Reason::UnknownRegion)?)?;
        let mut succeeded = false;
        // A chain of successors is no longer than the table.
        for _ in 0..=self.spans.len() {
            if span.from.is_some_and(|from| day < from) {
                return Err(Reason::RegionToCome);
            }
            if span.to.is_none_or(|ended| day < ended) {
                return Ok(Place {
                    region: span.region,
                    succeeded,
                });
            }
            span = self.span(span.successor.ok_or(Reason::RetiredRegion)?)?;
            succeeded = true;
        }
        Err(Reason::RetiredRegion)
    }

    fn span(&self, index: u16) -> Result<Span, Reason> {
        let span = self.spans.get(usize::from(index)).copied();
        span.ok_or(Reason::UnknownRegion)
    }
}

fn division(digits: &[u8]) -> Option<usize> {
    let mut number = 0_u32;
    for digit in digits {
        let digit = digit.checked_sub(b'0').filter(|d| *d < 10)?;
        number = number * 10 + u32::from(digit);
    }
    usize::try_from(number.checked_sub(DIVISIONS)?).ok()
}

fn country(letters: &[u8]) -> Option<usize> {
    let mut number = 0;
    for letter in letters {
        let letter = letter.checked_sub(b'A').map(usize::from);
        number = number * LETTERS + letter.filter(|l| *l < LETTERS)?;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(code: &str, day: &str) -> Result<String, Reason> {
        let place = Places::embedded().on(code, Day::from_iso(day).unwrap())?;
        let region = RegionTable::embedded().by_index(place.region).unwrap();
        Ok(region.code().to_string())
    }

    #[test]
    fn a_county_is_its_prefecture_its_municipality_or_itself() {
        for (code, region) in [
            ("420106", "420100"),
            ("420100", "420100"),
            ("110105", "110000"),
            ("429004", "429004"),
            ("810000", "810000"),
            ("JPN", "JPN"),
        ] {
            assert_eq!(on(code, "2021-06-01").as_deref(), Ok(region));
        }
    }

    #[test]
    fn codes_that_name_no_place_are_unknown() {
        for code in [
            "", "0", "429000", "999999", "42010", "4201060", "jpn", "XYZ", "42O106", "+20106",
            "000000", "武汉",
        ] {
            assert_eq!(on(code, "2021-06-01"), Err(Reason::UnknownRegion), "{code}");
        }
    }

    #[test]
    fn a_region_that_had_ended_is_its_successor_and_before_that_itself() {
        let ended = RegionTable::embedded()
            .regions()
            .iter()
            .find(|region| region.validity().to().is_some() && region.successor().is_some())
            .expect("the table keeps ended regions");
        let end = ended.validity().to().unwrap();
        let code = ended.code().to_string();
        let before = Places::embedded().on(&code, end.minus(1)).unwrap();
        assert_eq!((before.region, before.succeeded), (ended.index(), false));
        let after = Places::embedded().on(&code, end).unwrap();
        let successor = RegionTable::embedded()
            .by_code(ended.successor().unwrap())
            .unwrap();
        assert_eq!((after.region, after.succeeded), (successor.index(), true));
    }

    #[test]
    fn the_table_of_places_is_the_region_table_for_every_code_of_every_region() {
        let day = Day::from_iso("2021-06-01").unwrap();
        for region in RegionTable::embedded().all_in_force(day) {
            let code = region.code().to_string();
            let place = Places::embedded().on(&code, day);
            assert_eq!(place.map(|p| p.region), Ok(region.index()), "{code}");
        }
    }
}
