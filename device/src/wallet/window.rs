//! Which days an itinerary answers for. The rules are dated and stand in one table, the one by which operators derive
//! (`itinerary/data/rules.v1.csv`): of it a card needs the first two columns.

use luyin_protocol::time::Day;

const RULES: &str = include_str!("../../../itinerary/data/rules.v1.csv");

/// Days from one to another, both counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first.
    pub from: Day,
    /// The last.
    pub to: Day,
}

impl Window {
    /// What a question of a day covers: [D-N, D-1], Beijing days.
    #[must_use]
    pub fn asked_on(day: Day) -> Self {
        Self {
            from: day.minus(days_on(day)),
            to: day.minus(1),
        }
    }
}

/// The N in force on a day; before the first rules, theirs.
fn days_on(day: Day) -> u16 {
    let line = |line: &str| {
        let (from, rest) = line.split_once(',')?;
        let (days, _) = rest.split_once(',')?;
        Some((Day::from_iso(from).ok()?, days.parse().ok()?))
    };
    let rules = || RULES.lines().skip(1).filter_map(line);
    let held = rules().filter(|(from, _)| *from <= day).last();
    // The table is part of the program, and a test holds it against the operator's reading of it.
    held.or_else(|| rules().next()).map_or(0, |(_, days)| days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyin_itinerary::Rules;

    #[test]
    fn a_card_covers_the_days_that_the_operator_answers_for_on_every_day() {
        let first = Day::from_iso("2018-06-01").unwrap();
        for day in (0..4_500).map(|n| first.plus(n)) {
            let days = Rules::embedded().on(day).window_days;
            let window = Window::asked_on(day);
            assert_eq!((window.from, window.to), (day.minus(days), day.minus(1)));
        }
    }

    #[test]
    fn the_window_shrank_from_fourteen_days_to_seven_in_july_2022() {
        let on = |text: &str| {
            let window = Window::asked_on(Day::from_iso(text).unwrap());
            (window.from.to_iso(), window.to.to_iso())
        };
        let days = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(on("2020-03-05"), days("2020-02-20", "2020-03-04"));
        assert_eq!(on("2022-07-07"), days("2022-06-23", "2022-07-06"));
        assert_eq!(on("2022-07-08"), days("2022-07-01", "2022-07-07"));
    }
}
