//! The rules, dated. They changed once within three years; the next change is a line in `data/`, not code.

use std::sync::LazyLock;

use luyin_protocol::time::Day;
use serde::Deserialize;

static EMBEDDED: LazyLock<Rules> = LazyLock::new(|| {
    Rules::parse(include_str!("../data/rules.v1.csv"))
        // The text is part of the program, no input reaches it, and a test parses it.
        .expect("the embedded rules are well formed")
});

/// What holds from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RulesInForce {
    /// First day, in Beijing.
    pub valid_from: Day,
    /// How many days before the day of the question it covers.
    pub window_days: u16,
    /// From first to last sighting in a region within one Beijing day, in seconds.
    pub stay_seconds: u32,
    /// How late an event may come, in seconds.
    pub late_seconds: u32,
    /// Events before this day are ancient.
    pub oldest: Day,
}

/// All rules that were ever in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules(Vec<RulesInForce>);

/// Why a table holds no rules.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Not its columns, or not numbers.
    #[error("the rules' table: {0}")]
    Table(#[from] csv::Error),
    /// A date.
    #[error("{0:?} is no date YYYY-MM-DD")]
    Date(String),
    /// Empty, or not in the order of days.
    #[error("the rules are empty or not in the order of their days")]
    Order,
    /// A number that no state could keep up with.
    #[error("the rules of {} are beyond a window of 30 days, a stay of a day or 72 hours", .0.to_iso())]
    Bounds(Day),
}

#[derive(Deserialize)]
struct Line {
    valid_from: String,
    window_days: u16,
    stay_minutes: u32,
    late_hours: u32,
    oldest: String,
}

impl Rules {
    /// The rules of this version.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// Reads a table with the columns of `data/rules.v1.csv`.
    ///
    /// # Errors
    /// [`RulesError`].
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let day = |text: &str| Day::from_iso(text).map_err(|_| RulesError::Date(text.to_owned()));
        let mut rules: Vec<RulesInForce> = Vec::new();
        for line in csv::Reader::from_reader(text.as_bytes()).deserialize() {
            let line: Line = line?;
            let valid_from = day(&line.valid_from)?;
            let bounds = (1..=30).contains(&line.window_days)
                && (1..=1440).contains(&line.stay_minutes)
                && (1..=72).contains(&line.late_hours);
            if !bounds {
                return Err(RulesError::Bounds(valid_from));
            }
            rules.push(RulesInForce {
                valid_from,
                window_days: line.window_days,
                stay_seconds: line.stay_minutes * 60,
                late_seconds: line.late_hours * 3600,
                oldest: day(&line.oldest)?,
            });
        }
        let in_order = rules
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if a.valid_from < b.valid_from));
        if rules.is_empty() || !in_order {
            return Err(RulesError::Order);
        }
        Ok(Self(rules))
    }

    /// What holds on a day; before the first rules, the first.
    #[must_use]
    pub fn on(&self, day: Day) -> RulesInForce {
        let held = self.0.iter().rev().find(|rules| rules.valid_from <= day);
        // `parse` lets no empty table through.
        *held.unwrap_or(&self.0[0])
    }

    /// How many days a state keeps on that day: the window, and one day more, so that yesterday's question can still be
    /// answered while today's is. A shorter window that comes into force does not throw away what the longer one of the
    /// day before needed.
    #[must_use]
    pub fn kept_days(&self, newest: Day) -> u16 {
        let next = newest.plus(1);
        self.on(next).window_days.max(self.on(newest).window_days) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::from_iso(text).unwrap()
    }

    #[test]
    fn fourteen_days_until_the_seventh_of_july_2022_and_seven_from_the_eighth() {
        let rules = Rules::embedded();
        assert_eq!(rules.on(day("2020-03-05")).window_days, 14);
        assert_eq!(rules.on(day("2022-07-07")).window_days, 14);
        assert_eq!(rules.on(day("2022-07-08")).window_days, 7);
        assert_eq!(rules.on(day("2018-01-01")).window_days, 14);
        assert_eq!(rules.on(day("2020-03-05")).stay_seconds, 4 * 3600);
        assert_eq!(rules.on(day("2020-03-05")).late_seconds, 48 * 3600);
        assert_eq!(rules.kept_days(day("2022-07-06")), 15);
        assert_eq!(rules.kept_days(day("2022-07-07")), 15);
        assert_eq!(rules.kept_days(day("2022-07-08")), 8);
    }

    #[test]
    fn tables_that_are_no_rules_are_refused() {
        let head = "valid_from,window_days,stay_minutes,late_hours,oldest\n";
        let parse = |lines: &str| Rules::parse(&format!("{head}{lines}"));
        assert!(matches!(parse(""), Err(RulesError::Order)));
        let twice = "2020-01-01,14,240,48,2019-01-01\n2020-01-01,7,240,48,2019-01-01\n";
        assert!(matches!(parse(twice), Err(RulesError::Order)));
        let long = parse("2020-01-01,31,240,48,2019-01-01\n");
        assert!(matches!(long, Err(RulesError::Bounds(_))));
        let late = parse("2020-01-01,14,240,4800000,2019-01-01\n");
        assert!(matches!(late, Err(RulesError::Bounds(_))));
        let date = parse("1 January,14,240,48,2019-01-01\n");
        assert!(matches!(date, Err(RulesError::Date(_))));
        assert!(matches!(
            parse("2020-01-01,14\n"),
            Err(RulesError::Table(_))
        ));
    }
}
