//! From an expression to a formula of atoms: every spelling that means the same to the note comes to the same atoms.
//!
//! What is taken evaluates without a fault on every note, since its numbers and moments stay far inside their ranges.

use super::atom::{Atom, Count, Literal};
use super::formula::Formula;
use super::refusal::Why;
use super::vocabulary::{Dated, Variable};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Parts of an expression that are looked at, those of conditions that stand twice counted twice.
const MOST_STEPS: u32 = 2_000;
/// Numbers and hours beyond which nothing in a note lies.
const MOST_NUMBER: i64 = 1_000_000;
const MOST_HOURS: i64 = 24 * 10_000;

/// What is refused, and why.
pub(super) struct Refused {
    pub(super) expression: Json,
    pub(super) why: Why,
}

type Read<T> = Result<T, Refused>;

fn refuse<T>(expression: &Json, why: Why) -> Read<T> {
    Err(Refused {
        expression: expression.clone(),
        why,
    })
}

/// The formula of a well-formed expression.
pub(super) fn formula(json: &Json) -> Read<Formula> {
    let mut reader = Reader { steps: MOST_STEPS };
    reader.condition(json, true)
}

struct Reader {
    steps: u32,
}

/// A sum of counts, each with its factor, and a number.
#[derive(Default)]
struct Sum {
    counts: BTreeMap<Count, i64>,
    number: i64,
}

/// A variable's moment and so many hours more; `None` is the day of the pass.
struct Moment {
    of: Option<Dated>,
    hours: i64,
}

/// How two values stand that must be in an order.
#[derive(Clone, Copy)]
struct Order {
    /// The first is the greater.
    falling: bool,
    /// They differ.
    strict: bool,
}

impl Order {
    fn greater_first<T>(self, [left, right]: [T; 2]) -> [T; 2] {
        if self.falling {
            [left, right]
        } else {
            [right, left]
        }
    }

    fn named(operator: &str) -> Option<(Self, bool)> {
        let (falling, strict, moments) = match operator {
            "<" => (false, true, false),
            "<=" => (false, false, false),
            ">" => (true, true, false),
            ">=" => (true, false, false),
            "before" => (false, true, true),
            "not-after" => (false, false, true),
            "after" => (true, true, true),
            "not-before" => (true, false, true),
            _ => return None,
        };
        Some((Self { falling, strict }, moments))
    }
}

fn operation(json: &Json) -> Option<(&str, &Json)> {
    let object: &Map<String, Json> = json.as_object()?;
    let (operator, values) = object.iter().next()?;
    Some((operator, values))
}

fn variable(json: &Json) -> Read<Option<Variable>> {
    let Some(("var", path)) = operation(json) else {
        return Ok(None);
    };
    match path.as_str().and_then(Variable::named) {
        Some(variable) => Ok(Some(variable)),
        None => refuse(json, Why::Variable),
    }
}

impl Reader {
    fn step(&mut self, json: &Json) -> Read<()> {
        match self.steps.checked_sub(1) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => refuse(json, Why::TooEntangled),
        }
    }

    /// The condition, or its contrary.
    fn condition(&mut self, json: &Json, holds: bool) -> Read<Formula> {
        self.step(json)?;
        if let Json::Bool(value) = json {
            return Ok(Formula::constant(*value == holds));
        }
        if let Some(variable) = variable(json)? {
            return match variable {
                Variable::TestNegative => Ok(Formula::literal(Literal {
                    atom: Atom::Negative,
                    holds,
                })),
                _ => refuse(json, Why::NotACondition),
            };
        }
        let Some((operator, values)) = operation(json) else {
            return refuse(json, Why::NotACondition);
        };
        let values = values.as_array().map_or(&[][..], Vec::as_slice);
        let joined = |result: Result<Formula, Why>| result.or_else(|why| refuse(json, why));
        match (operator, values) {
            ("and", values) => self.join(json, values, holds),
            ("!", [value]) => self.condition(value, !holds),
            // Where the condition holds the first, else the second.
            ("if", [condition, then, otherwise]) => {
                let unless = self.condition(condition, false)?;
                let first = joined(unless.or(self.condition(then, holds)?))?;
                let held = self.condition(condition, true)?;
                let second = joined(held.or(self.condition(otherwise, holds)?))?;
                joined(first.and(second))
            }
            ("===", [left, right]) => self.same(json, [left, right], holds),
            (operator, values) => match Order::named(operator) {
                Some((order, moments)) => self.ordered(json, values, order, moments, holds),
                None => refuse(json, Why::Operation),
            },
        }
    }

    /// All of them; or, where that must not hold, the contrary of one.
    fn join(&mut self, json: &Json, values: &[Json], holds: bool) -> Read<Formula> {
        let mut all = Formula::constant(holds);
        for value in values {
            let one = self.condition(value, holds)?;
            let joined = if holds { all.and(one) } else { all.or(one) };
            all = joined.or_else(|why| refuse(json, why))?;
        }
        Ok(all)
    }

    /// Of two conditions: both or neither. Of two numbers: none is the greater.
    fn same(&mut self, json: &Json, [left, right]: [&Json; 2], holds: bool) -> Read<Formula> {
        let joined = |result: Result<Formula, Why>| result.or_else(|why| refuse(json, why));
        if is_condition(left) || is_condition(right) {
            let first = self
                .condition(left, false)?
                .or(self.condition(right, holds)?);
            let second = self
                .condition(left, true)?
                .or(self.condition(right, !holds)?);
            return joined(joined(first)?.and(joined(second)?));
        }
        let mut all = Formula::constant(holds);
        for falling in [true, false] {
            let order = Order {
                falling,
                strict: false,
            };
            let one = self.numbers(json, left, right, order, holds)?;
            all = joined(if holds { all.and(one) } else { all.or(one) })?;
        }
        Ok(all)
    }

    /// Each value and the next in the order.
    fn ordered(
        &mut self,
        json: &Json,
        values: &[Json],
        order: Order,
        moments: bool,
        holds: bool,
    ) -> Read<Formula> {
        let mut all = Formula::constant(holds);
        for pair in values.windows(2) {
            let [left, right] = pair else {
                return refuse(json, Why::Operation);
            };
            let one = if moments {
                self.moments(json, left, right, order, holds)?
            } else {
                self.numbers(json, left, right, order, holds)?
            };
            let joined = if holds { all.and(one) } else { all.or(one) };
            all = joined.or_else(|why| refuse(json, why))?;
        }
        Ok(all)
    }

    fn numbers(
        &mut self,
        json: &Json,
        left: &Json,
        right: &Json,
        order: Order,
        holds: bool,
    ) -> Read<Formula> {
        let [greater, less] = order.greater_first([left, right]);
        let mut difference = Sum::default();
        self.add(greater, 1, &mut difference)?;
        self.add(less, -1, &mut difference)?;
        let least = i64::from(order.strict);
        match difference.at_least(least) {
            Ok(Ok(literal)) if holds => Ok(Formula::literal(literal)),
            Ok(Ok(literal)) => Ok(Formula::literal(literal.contrary())),
            Ok(Err(constant)) => Ok(Formula::constant(constant == holds)),
            Err(why) => refuse(json, why),
        }
    }

    fn add(&mut self, json: &Json, factor: i64, to: &mut Sum) -> Read<()> {
        self.step(json)?;
        if let Json::Number(number) = json {
            // Read as an integer before; one with a zero fraction is none here.
            let Some(number) = number.as_i64() else {
                return refuse(json, Why::NotANumber);
            };
            if number.abs() > MOST_NUMBER {
                return refuse(json, Why::OutOfRange);
            }
            to.number += factor * number;
            return Ok(());
        }
        if let Some(variable) = variable(json)? {
            let (counted, one) = match variable {
                Variable::Normal(window) => (window, Count::Normal as fn(u16) -> Count),
                Variable::Unwell(window) => (window, Count::Unwell as fn(u16) -> Count),
                Variable::Doses => {
                    *to.counts.entry(Count::Doses).or_default() += factor;
                    return Ok(());
                }
                Variable::AtRisk => {
                    *to.counts.entry(Count::AtRisk).or_default() += factor;
                    return Ok(());
                }
                _ => return refuse(json, Why::NotANumber),
            };
            for day in (0..16).map(|i| 1 << i).filter(|day| counted & day != 0) {
                *to.counts.entry(one(day)).or_default() += factor;
            }
            return Ok(());
        }
        match operation(json) {
            Some(("+", Json::Array(values))) => {
                for value in values {
                    self.add(value, factor, to)?;
                }
                Ok(())
            }
            _ => refuse(json, Why::NotANumber),
        }
    }

    fn moments(
        &mut self,
        json: &Json,
        left: &Json,
        right: &Json,
        order: Order,
        holds: bool,
    ) -> Read<Formula> {
        let [later, earlier] = order.greater_first([left, right]);
        let (later, earlier) = (self.moment(later)?, self.moment(earlier)?);
        // Hours that the later one is allowed to be before the other.
        let leeway = later.hours - earlier.hours;
        let literal = match (later.of, earlier.of) {
            (mine, other) if mine == other => {
                let constant = leeway >= i64::from(order.strict);
                return Ok(Formula::constant(constant == holds));
            }
            (Some(dated), None) => within(dated, leeway, order.strict),
            // The day is later than the note's: it is not within what is stricter.
            (None, Some(dated)) => within(dated, -leeway, !order.strict).contrary(),
            _ => return refuse(json, Why::TwoDays),
        };
        Ok(Formula::literal(if holds {
            literal
        } else {
            literal.contrary()
        }))
    }

    fn moment(&mut self, json: &Json) -> Read<Moment> {
        self.step(json)?;
        let Some(("plusTime", Json::Array(values))) = operation(json) else {
            return refuse(json, Why::NotAMoment);
        };
        let [of, amount, unit] = values.as_slice() else {
            return refuse(json, Why::NotAMoment);
        };
        let of = match variable(of)? {
            Some(Variable::Day) => None,
            Some(Variable::Dated(dated)) => Some(dated),
            _ => return refuse(json, Why::NotAMoment),
        };
        let unit = match unit.as_str() {
            Some("day") => 24,
            Some("hour") => 1,
            // Their length depends on where they begin.
            _ => return refuse(json, Why::NotAMoment),
        };
        let hours = amount.as_i64().and_then(|amount| amount.checked_mul(unit));
        match hours {
            Some(hours) if hours.abs() <= MOST_HOURS => Ok(Moment { of, hours }),
            _ => refuse(json, Why::OutOfRange),
        }
    }
}

/// `dated >= day - leeway`, or greater.
fn within(dated: Dated, leeway: i64, strict: bool) -> Literal {
    let grain = dated.grain();
    let whole = leeway.div_euclid(grain);
    // Exactly so much before is too much where they must differ.
    let age = if strict && leeway.rem_euclid(grain) == 0 {
        whole - 1
    } else {
        whole
    };
    Literal {
        atom: Atom::Within(dated, age),
        holds: true,
    }
}

impl Sum {
    /// The sum is at least so much; or whether it always or never is, where it counts nothing.
    fn at_least(self, least: i64) -> Result<Result<Literal, bool>, Why> {
        let needed = least - self.number;
        let counts: Vec<(Count, i64)> = self.counts.into_iter().filter(|(_, n)| *n != 0).collect();
        let Some((_, factor)) = counts.first().copied() else {
            return Ok(Err(needed <= 0));
        };
        if factor.abs() != 1 || counts.iter().any(|(_, other)| *other != factor) {
            return Err(Why::Mixture);
        }
        let mut all: Option<Count> = None;
        for (count, _) in counts {
            all = Some(match (all, count) {
                (None, count) => count,
                (Some(Count::Normal(a)), Count::Normal(b)) => Count::Normal(a | b),
                (Some(Count::Unwell(a)), Count::Unwell(b)) => Count::Unwell(a | b),
                _ => return Err(Why::Mixture),
            });
        }
        let count = all.ok_or(Why::Mixture)?;
        let literal = |least, holds| Literal {
            atom: Atom::AtLeast(count, least),
            holds,
        };
        Ok(Ok(if factor == 1 {
            literal(needed, true)
        } else {
            // At most `-needed`.
            literal(1 - needed, false)
        }))
    }
}

/// Whether the value can only be true or false.
fn is_condition(json: &Json) -> bool {
    match json {
        Json::Bool(_) => true,
        _ => match operation(json) {
            Some(("var", path)) => {
                path.as_str().and_then(Variable::named) == Some(Variable::TestNegative)
            }
            Some(("+" | "plusTime", _)) | None => false,
            Some(("if", Json::Array(values))) => values.get(1).is_some_and(is_condition),
            Some(_) => true,
        },
    }
}
