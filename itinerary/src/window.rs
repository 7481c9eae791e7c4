//! The days that a question on a day covers, and what they hold of one subscriber.

use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::region::RegionTable;
use luyin_protocol::time::Day;

use crate::asked::AskedError;
use crate::place::Places;
use crate::record::DayRecord;
use crate::rules::Rules;

/// `[D-N, D-1]`, Beijing days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    first: Day,
    asked: Day,
}

impl Window {
    /// Of a question asked on a day, by the rules of that day.
    #[must_use]
    pub fn asked_on(day: Day, rules: &Rules) -> Self {
        Self {
            first: day.minus(rules.on(day).window_days),
            asked: day,
        }
    }

    /// The first day.
    #[must_use]
    pub const fn first(self) -> Day {
        self.first
    }

    /// The last day: the one before the question.
    #[must_use]
    pub const fn last(self) -> Day {
        self.asked.minus(1)
    }

    /// The day of the question.
    #[must_use]
    pub const fn asked(self) -> Day {
        self.asked
    }

    /// Its days, the oldest first.
    pub fn days(self) -> impl Iterator<Item = Day> {
        (self.first.get()..self.asked.get()).map(Day::new)
    }

    /// Itself, where all of its days were delivered.
    ///
    /// # Errors
    /// [`AskedError::Incomplete`] with the first that was not.
    pub fn complete(self, is_complete: impl Fn(Day) -> bool) -> Result<Self, AskedError> {
        match self.days().find(|day| !is_complete(*day)) {
            Some(day) => Err(AskedError::Incomplete {
                day,
                asked: self.asked,
            }),
            None => Ok(self),
        }
    }

    /// Whether a day lies in it.
    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day < self.asked
    }
}

/// Why nothing is stated of a subscriber, though the operator knows the days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unattested {
    /// No event on any day of the window: the operator knows nothing, which is not the same as a stay at home.
    #[error("not seen on any day of the window")]
    NotSeen,
    /// The number changed its operator within the window: the other operator knows the rest.
    #[error("the number changed its operator within the window")]
    Ported,
}

/// What a subscriber's days of a window come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visited {
    regions: Itinerary,
}

impl Visited {
    /// The regions, as they are named on the day of the question: one that has ended since is its successor.
    #[must_use]
    pub const fn regions(&self) -> &Itinerary {
        &self.regions
    }

    /// Codes separated by `;`, in the order of the table, as an attester's table has them.
    #[must_use]
    pub fn value(&self) -> String {
        let table = RegionTable::embedded();
        let codes = self.regions.regions().filter_map(|region| {
            let region = table.by_index(region).ok()?;
            Some(region.code().to_string())
        });
        codes.collect::<Vec<_>>().join(";")
    }
}

/// The union of a subscriber's days of a window.
///
/// # Errors
/// [`Unattested`]: it is not a state of health to be unknown, and nothing is guessed.
pub fn visited(
    window: Window,
    days: impl IntoIterator<Item = (Day, DayRecord)>,
) -> Result<Visited, Unattested> {
    let mut all: Option<DayRecord> = None;
    for (day, record) in days {
        if window.contains(day) {
            all.get_or_insert_default().add(&record);
        }
    }
    let all = all.ok_or(Unattested::NotSeen)?;
    if all.ported {
        return Err(Unattested::Ported);
    }
    let table = RegionTable::embedded();
    let named = all.regions.regions().map(|region| {
        let code = table.by_index(region).map(|r| r.code().to_string());
        let today = code.ok().map(|c| Places::embedded().on(&c, window.asked));
        // A region that ended without a successor keeps its own index: the place was visited all the same.
        today
            .and_then(Result::ok)
            .map_or(region, |place| place.region)
    });
    Ok(Visited {
        regions: Itinerary::from_regions(named),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    fn window(asked: &str) -> Window {
        Window::asked_on(day(asked), Rules::embedded())
    }

    fn stay(code: &str, on: &str) -> (Day, DayRecord) {
        let place = Places::embedded().on(code, day(on)).unwrap();
        let record = DayRecord {
            regions: Itinerary::from_regions([place.region]),
            ported: false,
        };
        (day(on), record)
    }

    #[test]
    fn a_question_of_the_fifth_of_march_2020_covers_the_fourteen_days_before() {
        let window = window("2020-03-05");
        assert_eq!(window.first().to_iso(), "2020-02-20");
        assert_eq!(window.last().to_iso(), "2020-03-04");
        assert_eq!(window.days().count(), 14);
        assert!(!window.contains(day("2020-03-05")));
        assert!(!window.contains(day("2020-02-19")));
    }

    #[test]
    fn a_stay_that_ended_on_the_sixth_of_september_is_visible_through_the_thirteenth() {
        let days = [stay("420100", "2022-09-06"), stay("110000", "2022-09-10")];
        let value = |asked| visited(window(asked), days).unwrap().value();
        assert_eq!(value("2022-09-07"), "420100");
        assert_eq!(value("2022-09-13"), "110000;420100");
        assert_eq!(value("2022-09-14"), "110000");
    }

    #[test]
    fn the_window_shrinks_on_the_eighth_of_july_2022() {
        assert_eq!(window("2022-07-07").first().to_iso(), "2022-06-23");
        assert_eq!(window("2022-07-08").first().to_iso(), "2022-07-01");
    }

    #[test]
    fn who_was_not_seen_or_changed_the_operator_gets_no_itinerary() {
        let asked = window("2022-09-07");
        let early = [stay("420100", "2022-08-30")];
        assert_eq!(visited(asked, early), Err(Unattested::NotSeen));
        let mut ported = stay("420100", "2022-09-06");
        ported.1.ported = true;
        assert_eq!(visited(asked, [ported]), Err(Unattested::Ported));
        let home = (day("2022-09-06"), DayRecord::default());
        assert_eq!(visited(asked, [home]).unwrap().value(), "");
    }

    #[test]
    fn a_region_that_ended_within_the_window_is_named_as_its_successor() {
        let days = [stay("371200", "2019-01-08")];
        assert_eq!(
            visited(window("2019-01-09"), days).unwrap().value(),
            "370100"
        );
    }
}
