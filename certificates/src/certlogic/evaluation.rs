//! The value of an expression on data.

use std::collections::BTreeMap;

use super::expression::{Expression, Order, Term};
use super::fault::Fault;
use super::value::Value;
use crate::{Moment, NotAMoment};

/// Each term is a step, and each value that is taken from the data. A rule takes some hundreds, most of
/// them for a value set; folds could take any number, and make lists of any size.
const MOST_STEPS: u32 = 1_000_000;
/// May stand before an identifier, and is not part of what is extracted from it.
const UVCI: &str = "URN:UVCI:";

type Evaluated<T = Value> = Result<T, Fault>;

impl Expression {
    pub fn evaluate(&self, data: &Value) -> Evaluated {
        let mut steps = Steps(MOST_STEPS);
        steps.value(&self.0, data)
    }
}

/// How many steps may still be taken.
struct Steps(u32);

impl Steps {
    fn value(&mut self, term: &Term, data: &Value) -> Evaluated {
        self.take(1)?;
        Ok(match term {
            Term::Bool(bool) => Value::Bool(*bool),
            Term::Integer(integer) => Value::Integer(*integer),
            Term::Text(text) => Value::Text(text.clone()),
            Term::List(terms) => Value::List(self.values(terms, data)?),
            Term::Var(path) => match data.at(path) {
                Some(value) => {
                    self.take(value.weight())?;
                    value.clone()
                }
                None => Value::Null,
            },
            Term::If(parts) => {
                let [condition, then, otherwise] = &**parts;
                if self.truth("if", condition, data)? {
                    self.value(then, data)?
                } else {
                    self.value(otherwise, data)?
                }
            }
            Term::And(terms) => self.and(terms, data)?,
            Term::Not(term) => Value::Bool(!self.truth("!", term, data)?),
            Term::Same(sides) => {
                let [left, right] = self.pair(sides, data)?;
                let same = left.same(&right);
                Value::Bool(same.ok_or(Fault::NotComparable("==="))?)
            }
            Term::In(sides) => Value::Bool(is_in(&self.pair(sides, data)?)?),
            Term::Plus(sides) => match self.pair(sides, data)? {
                [Value::Integer(left), Value::Integer(right)] => {
                    let sum = left.checked_add(right);
                    Value::Integer(sum.ok_or(Fault::OutOfRange("+"))?)
                }
                _ => return Err(Fault::NotIntegers("+")),
            },
            Term::Integers(order, terms) => {
                let integers = self.values(terms, data)?.into_iter().map(integer);
                Value::Bool(order.holds(&integers.collect::<Evaluated<Vec<_>>>()?))
            }
            Term::Moments(order, terms) => {
                let moments = self.values(terms, data)?.into_iter().map(moment);
                Value::Bool(order.holds(&moments.collect::<Evaluated<Vec<_>>>()?))
            }
            Term::PlusTime(term, amount, unit) => {
                let begin = self.text("plusTime", term, data)?;
                let sum = read_moment(&begin)?.plus(*amount, *unit);
                Value::Moment(sum.ok_or(Fault::OutOfRange("plusTime"))?)
            }
            Term::Reduce(parts) => self.reduce(parts, data)?,
            Term::ExtractFromUvci(term, index) => match self.value(term, data)? {
                Value::Null => Value::Null,
                Value::Text(identifier) => fragment(&identifier, *index),
                _ => return Err(Fault::NotAText("extractFromUVCI")),
            },
            Term::DateOfBirth(term) => {
                let birth = self.text("dccDateOfBirth", term, data)?;
                Value::Moment(Moment::parse_last_day(&birth)?)
            }
        })
    }

    fn take(&mut self, steps: u32) -> Evaluated<()> {
        self.0 = self.0.checked_sub(steps).ok_or(Fault::TooManySteps)?;
        Ok(())
    }

    fn values(&mut self, terms: &[Term], data: &Value) -> Evaluated<Vec<Value>> {
        terms.iter().map(|term| self.value(term, data)).collect()
    }

    fn pair(&mut self, [left, right]: &[Term; 2], data: &Value) -> Evaluated<[Value; 2]> {
        Ok([self.value(left, data)?, self.value(right, data)?])
    }

    fn truth(&mut self, operation: &'static str, term: &Term, data: &Value) -> Evaluated<bool> {
        let truth = self.value(term, data)?.truth();
        truth.ok_or(Fault::Undecided(operation))
    }

    fn text(&mut self, operation: &'static str, term: &Term, data: &Value) -> Evaluated<String> {
        match self.value(term, data)? {
            Value::Text(text) => Ok(text),
            _ => Err(Fault::NotAText(operation)),
        }
    }

    /// The first falsy operand, or the last.
    fn and(&mut self, terms: &[Term], data: &Value) -> Evaluated {
        let mut last = Value::Bool(true);
        for term in terms {
            if !last.truth().ok_or(Fault::Undecided("and"))? {
                break;
            }
            last = self.value(term, data)?;
        }
        Ok(last)
    }

    fn reduce(&mut self, [operand, step, initial]: &[Term; 3], data: &Value) -> Evaluated {
        let items = match self.value(operand, data)? {
            Value::Null => Vec::new(),
            Value::List(items) => items,
            _ => return Err(Fault::NotAList("reduce")),
        };
        let mut accumulator = self.value(initial, data)?;
        for current in items {
            let fold = [("accumulator", accumulator), ("current", current)];
            let fold = fold.map(|(name, value)| (name.to_owned(), value));
            accumulator = self.value(step, &Value::Object(BTreeMap::from(fold)))?;
        }
        Ok(accumulator)
    }
}

impl Order {
    fn holds<T: PartialOrd>(self, values: &[T]) -> bool {
        values.windows(2).all(|pair| match (self, pair) {
            (Self::Less, [left, right]) => left < right,
            (Self::Greater, [left, right]) => left > right,
            (Self::LessOrSame, [left, right]) => left <= right,
            (Self::GreaterOrSame, [left, right]) => left >= right,
            _ => false,
        })
    }
}

fn integer(value: Value) -> Evaluated<i64> {
    match value {
        Value::Integer(integer) => Ok(integer),
        _ => Err(Fault::NotIntegers("comparison")),
    }
}

fn moment(value: Value) -> Evaluated<Moment> {
    match value {
        Value::Moment(moment) => Ok(moment),
        _ => Err(Fault::NotMoments("comparison")),
    }
}

/// A date or date-time; since 1.3.2 also a date without its day or month.
fn read_moment(text: &str) -> Result<Moment, NotAMoment> {
    Moment::parse(text).or_else(|fault| Moment::parse_last_day(text).map_err(|_| fault))
}

fn is_in([item, list]: &[Value; 2]) -> Evaluated<bool> {
    let Value::List(list) = list else {
        return Err(Fault::NotAList("in"));
    };
    if !item.is_plain() {
        return Err(Fault::NotComparable("in"));
    }
    Ok(list.contains(item))
}

/// The part of an identifier between its separators, counted from 0.
fn fragment(identifier: &str, index: i64) -> Value {
    let body = identifier.strip_prefix(UVCI).unwrap_or(identifier);
    let fragment = usize::try_from(index).ok();
    let fragment = fragment.and_then(|index| body.split(['/', '#', ':']).nth(index));
    fragment.map_or(Value::Null, |fragment| Value::Text(fragment.to_owned()))
}
