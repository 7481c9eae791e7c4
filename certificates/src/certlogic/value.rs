//! What expressions evaluate to.

use std::collections::BTreeMap;

use serde_json::{Number, Value as Json};

use crate::Moment;

/// A value of the data, or one that was made from it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number that is no integer, which no operation takes.
    Fraction(f64),
    Text(String),
    List(Vec<Self>),
    Object(BTreeMap<String, Self>),
    Moment(Moment),
}

impl Value {
    /// Whether a condition holds: some values, such as moments, are neither truthy nor falsy.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Bool(bool) => Some(*bool),
            Self::Integer(integer) => Some(*integer != 0),
            Self::Text(text) => Some(!text.is_empty()),
            Self::List(list) => Some(!list.is_empty()),
            Self::Object(object) => Some(!object.is_empty()),
            Self::Fraction(_) | Self::Moment(_) => None,
        }
    }

    /// What the path leads to, if it leads anywhere.
    pub(super) fn at(&self, path: &[String]) -> Option<&Self> {
        let mut place = Some(self);
        for fragment in path {
            place = match place {
                Some(Self::Object(object)) => object.get(fragment),
                Some(Self::List(list)) => index(fragment).and_then(|index| list.get(index)),
                _ => None,
            };
        }
        place
    }

    /// How many values it is, counting those within.
    pub(super) fn weight(&self) -> u32 {
        let within = match self {
            Self::List(list) => list.iter().fold(0, add_weight),
            Self::Object(object) => object.values().fold(0, add_weight),
            _ => 0,
        };
        within.saturating_add(1)
    }

    /// Equality, where both can be compared.
    pub(super) fn same(&self, other: &Self) -> Option<bool> {
        (self.is_plain() && other.is_plain()).then(|| self == other)
    }

    pub(super) const fn is_plain(&self) -> bool {
        matches!(
            self,
            Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Text(_)
        )
    }
}

fn add_weight(sum: u32, value: &Value) -> u32 {
    sum.saturating_add(value.weight())
}

fn index(fragment: &str) -> Option<usize> {
    let digits = fragment.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| fragment.parse().ok()).flatten()
}

/// A number with a zero fraction is an integer, as in JavaScript.
pub(super) fn integer(number: &Number) -> Option<i64> {
    // Beyond 2^53 the integers that a float can be are no longer all of them.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_i64().or_else(|| {
        let float = number.as_f64()?;
        (float.fract() == 0.0 && float.abs() <= EXACT).then_some(float as i64)
    })
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(bool) => Self::Bool(*bool),
            Json::Number(number) => integer(number).map_or_else(
                || Self::Fraction(number.as_f64().unwrap_or(f64::NAN)),
                Self::Integer,
            ),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(list) => Self::List(list.iter().map(Self::from).collect()),
            Json::Object(object) => Self::Object(
                object
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}
