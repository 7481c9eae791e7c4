//! From a formula to the predicates of a pass (protocol 5.6), or to the reason why no pass proves it.

use super::atom::{Atom, Count, Literal};
use super::formula::{Alternatives, Formula, only};
use super::refusal::{RulebookRefusal, Why};
use super::vocabulary::{ALL_DAYS, Dated};
use luyin_protocol::policy::Predicates;
use std::collections::BTreeSet;

/// Half-days that a policy may look back for a check-in.
const MOST_LAG: i64 = 28;
/// A re-enrolment longer ago is none. Less than the days since 1970, from which a first enrolment is.
const MOST_HORIZON: i64 = 10_000;

/// What is found while going through the alternatives.
#[derive(Default)]
struct Draft {
    slot_lag: Option<u8>,
    normal: Option<(u16, u8)>,
    window_b: u16,
    tests: Tests,
    reading: Option<u16>,
    itinerary: Option<u16>,
    fresh: Option<(u16, u8)>,
}

/// What is said of tests and doses, each with the doses that would do instead.
#[derive(Default)]
struct Tests {
    negative: BTreeSet<Option<u8>>,
    within: BTreeSet<(Option<u8>, u16)>,
    doses: Option<u8>,
}

/// The predicates that hold of exactly the notes that meet the formula. The mask is shown or not by the policy itself.
pub(super) fn predicates(
    formula: &Formula,
    show_mask: bool,
) -> Result<Predicates, RulebookRefusal> {
    let mut draft = Draft::default();
    for alternatives in formula.alternatives() {
        draft
            .take(alternatives)
            .map_err(|why| together(alternatives, why))?;
    }
    let all = || formula.alternatives().iter().flatten().copied().collect();
    let (max_test_age, min_doses) = draft.tests.settle().map_err(|why| together(&all(), why))?;
    let slot_lag = draft
        .slot_lag
        .ok_or_else(|| together(&all(), Why::NoCheckin))?;
    let (window_a, min_normal) = draft.normal.unwrap_or_default();
    let (fresh_horizon, fresh_normal) = draft.fresh.unwrap_or_default();
    Ok(Predicates {
        slot_lag,
        min_normal,
        window_a,
        window_b: draft.window_b,
        max_test_age,
        min_doses,
        max_reading_age: draft.reading,
        max_itinerary_age: draft.itinerary,
        fresh_horizon,
        fresh_normal,
        show_mask,
    })
}

fn together(alternatives: &Alternatives, why: Why) -> RulebookRefusal {
    let said: Vec<String> = alternatives.iter().map(Literal::to_string).collect();
    RulebookRefusal::Together {
        said: said.join(" or "),
        why,
    }
}

fn fits<T: TryFrom<i64>>(number: i64) -> Result<T, Why> {
    T::try_from(number).map_err(|_| Why::TooFar)
}

/// The stricter of two bounds that are each smaller the stricter they are.
fn strictest<T: Ord>(held: &mut Option<T>, new: T) {
    match held {
        Some(held) if *held <= new => {}
        _ => *held = Some(new),
    }
}

impl Draft {
    fn take(&mut self, alternatives: &Alternatives) -> Result<(), Why> {
        if alternatives.is_empty() {
            return Err(Why::Never);
        }
        if let Some(literal) = only(alternatives) {
            return self.demand(literal);
        }
        let mut both = alternatives.iter().copied();
        let (Some(one), Some(other), None) = (both.next(), both.next(), both.next()) else {
            return Err(Why::Alternatives);
        };
        self.either(one, other)
            .or_else(|unmatched| match unmatched {
                Why::Alternatives => self.either(other, one),
                why => Err(why),
            })
    }

    fn demand(&mut self, literal: Literal) -> Result<(), Why> {
        match (literal.holds, literal.atom) {
            (true, Atom::Negative) => {
                self.tests.negative.insert(None);
            }
            (true, Atom::AtLeast(Count::Doses, least)) => self.tests.doses = Some(fits(least)?),
            (true, Atom::AtLeast(Count::Normal(window), least)) => {
                let new = (window, fits(least)?);
                if self.normal.is_some() {
                    return Err(Why::TwoWindows);
                }
                self.normal = Some(new);
            }
            (false, Atom::AtLeast(Count::Unwell(window), 1)) => self.window_b |= window,
            (_, Atom::AtLeast(Count::Unwell(_), _)) => return Err(Why::SomeUnwell),
            // Every pass demands it already.
            (false, Atom::AtLeast(Count::AtRisk, 1)) => {}
            (true, Atom::Within(Dated::Checkin, lag)) if lag <= MOST_LAG => {
                strictest(&mut self.slot_lag, fits(lag)?);
            }
            (true, Atom::Within(Dated::Checkin, _)) => return Err(Why::NoCheckin),
            (true, Atom::Within(Dated::Test, age)) => {
                self.tests.within.insert((None, fits(age)?));
            }
            (true, Atom::Within(Dated::Reading, age)) => strictest(&mut self.reading, fits(age)?),
            (true, Atom::Within(Dated::Itinerary, age)) => {
                strictest(&mut self.itinerary, fits(age)?);
            }
            _ => return Err(Why::WrongSide),
        }
        Ok(())
    }

    /// Two alternatives in one order; [`Why::Alternatives`] where they are none of a pass.
    fn either(&mut self, one: Literal, other: Literal) -> Result<(), Why> {
        match ((one.holds, one.atom), (other.holds, other.atom)) {
            ((true, Atom::Negative), (true, Atom::AtLeast(Count::Doses, least))) => {
                self.tests.negative.insert(Some(fits(least)?));
            }
            (
                (true, Atom::Within(Dated::Test, age)),
                (true, Atom::AtLeast(Count::Doses, least)),
            ) => {
                self.tests.within.insert((Some(fits(least)?), fits(age)?));
            }
            (
                (false, Atom::Within(Dated::Enrolment, age)),
                (true, Atom::AtLeast(Count::Normal(ALL_DAYS), least)),
            ) => {
                if age > MOST_HORIZON {
                    return Err(Why::TooFar);
                }
                if self.fresh.is_some() {
                    return Err(Why::TwoWindows);
                }
                self.fresh = Some((fits(age)?, fits(least)?));
            }
            _ => return Err(Why::Alternatives),
        }
        Ok(())
    }
}

impl Tests {
    /// The oldest test that does, and the doses that do.
    fn settle(self) -> Result<(Option<u16>, Option<u8>), Why> {
        let mut negative = self.negative.into_iter();
        let (instead, more) = (negative.next(), negative.next());
        let Some(instead) = instead else {
            return if self.within.is_empty() {
                Ok((None, self.doses))
            } else {
                Err(Why::AnyTest)
            };
        };
        if more.is_some() || self.within.iter().any(|(doses, _)| *doses != instead) {
            return Err(Why::AnyTest);
        }
        if self.doses.is_some() {
            return Err(Why::Both);
        }
        // However old where nothing is said of its age.
        let age = self.within.iter().map(|(_, age)| *age).min();
        Ok((Some(age.unwrap_or(u16::MAX)), instead))
    }
}
