//! From JSON to a well-formed expression, or to everything that is wrong with it.

use serde_json::{Map, Value as Json};

use super::expression::{Expression, Order, Term};
use super::value::integer;
use crate::Unit;

/// Deeper than any rule, and far from what a stack bears.
const DEEPEST: u32 = 64;
const UNITS: &str = "year, month, day, hour";

/// A part of an expression, and what is wrong with it, in the words of the published validator.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    pub expression: Json,
    pub message: String,
}

impl Expression {
    /// Reads an expression; every issue is found, not only the first.
    pub fn read(json: &Json) -> Result<Self, Vec<Issue>> {
        let mut reader = Reader::default();
        match reader.term(json) {
            Some(term) if reader.issues.is_empty() => Ok(Self(term)),
            _ => Err(reader.issues),
        }
    }
}

#[derive(Default)]
struct Reader {
    depth: u32,
    issues: Vec<Issue>,
}

/// Where an operation could not be read, an issue says so.
type Read<T = Term> = Option<T>;

impl Reader {
    fn issue<T>(&mut self, expression: &Json, message: impl Into<String>) -> Read<T> {
        let (expression, message) = (expression.clone(), message.into());
        self.issues.push(Issue {
            expression,
            message,
        });
        None
    }

    fn term(&mut self, json: &Json) -> Read {
        if self.depth == DEEPEST {
            return self.issue(json, format!("nested deeper than {DEEPEST}"));
        }
        self.depth += 1;
        let term = match json {
            Json::Bool(bool) => Some(Term::Bool(*bool)),
            Json::String(text) => Some(Term::Text(text.clone())),
            Json::Number(number) => match integer(number) {
                Some(integer) => Some(Term::Integer(integer)),
                None => self.issue(json, format!("{number} is a non-integer number")),
            },
            Json::Null => self.issue(json, "invalid CertLogic expression"),
            Json::Array(items) => self.terms(items).map(Term::List),
            Json::Object(object) => self.operation(json, object),
        };
        self.depth -= 1;
        term
    }

    /// All are read even if one is ill-formed.
    fn terms(&mut self, items: &[Json]) -> Read<Vec<Term>> {
        let terms: Vec<Read> = items.iter().map(|item| self.term(item)).collect();
        terms.into_iter().collect()
    }

    fn operation(&mut self, json: &Json, object: &Map<String, Json>) -> Read {
        let mut entries = object.iter();
        let (Some((operator, values)), None) = (entries.next(), entries.next()) else {
            let keys = object.len();
            return self.issue(
                json,
                format!("expression object must have exactly one key, but it has {keys}"),
            );
        };
        if operator == "var" {
            return self.var(json, values);
        }
        let Json::Array(values) = values else {
            return self.issue(
                json,
                "operation not of the form { \"<operator>\": [ <values...> ] }",
            );
        };
        match operator.as_str() {
            "if" => self.three("an \"if\"", json, values).map(Term::If),
            "reduce" => self.three("a \"reduce\"", json, values).map(Term::Reduce),
            "and" => self.and(json, values),
            "!" => self.not(json, values),
            "===" => self.two(operator, json, values).map(Term::Same),
            "in" => self.two(operator, json, values).map(Term::In),
            "+" => self.two(operator, json, values).map(Term::Plus),
            "plusTime" => self.plus_time(json, values),
            "extractFromUVCI" => self.extract_from_uvci(json, values),
            "dccDateOfBirth" => self.date_of_birth(json, values),
            _ => self.comparison(operator, json, values),
        }
    }

    fn var(&mut self, json: &Json, path: &Json) -> Read {
        let Json::String(path) = path else {
            return self.issue(json, "not of the form { \"var\": \"<path>\" }");
        };
        if path.is_empty() {
            return Some(Term::Var(Vec::new()));
        }
        if path.split('.').any(str::is_empty) {
            return self.issue(
                json,
                format!("data access path doesn't have a valid format: {path}"),
            );
        }
        Some(Term::Var(path.split('.').map(str::to_owned).collect()))
    }

    fn three(&mut self, name: &str, json: &Json, values: &[Json]) -> Read<Box<[Term; 3]>> {
        self.counted(name, 3, json, values);
        let terms = self.terms(values.get(..3).unwrap_or(values))?;
        terms.try_into().ok()
    }

    fn two(&mut self, operator: &str, json: &Json, values: &[Json]) -> Read<Box<[Term; 2]>> {
        if values.len() != 2 {
            let count = values.len();
            let _: Read = self.issue(
                json,
                format!("an operation with operator \"{operator}\" must have 2 operands, but it has {count}"),
            );
        }
        let terms = self.terms(values.get(..2).unwrap_or(values))?;
        terms.try_into().ok()
    }

    fn counted(&mut self, name: &str, wanted: usize, json: &Json, values: &[Json]) {
        let count = values.len();
        if count != wanted {
            let _: Read = self.issue(
                json,
                format!("{name}-operation must have exactly {wanted} values/operands, but it has {count}"),
            );
        }
    }

    fn and(&mut self, json: &Json, values: &[Json]) -> Read {
        if values.len() < 2 {
            let count = values.len();
            let _: Read = self.issue(
                json,
                format!("an \"and\" operation must have at least 2 operands, but it has {count}"),
            );
        }
        self.terms(values).map(Term::And)
    }

    fn not(&mut self, json: &Json, values: &[Json]) -> Read {
        let [value] = values else {
            let count = values.len();
            return self.issue(
                json,
                format!("a !-operation (logical not/negation) must have exactly 1 operand, but it has {count}"),
            );
        };
        self.term(value).map(Box::new).map(Term::Not)
    }

    fn comparison(&mut self, operator: &str, json: &Json, values: &[Json]) -> Read {
        let (order, of_moments) = match operator {
            "<" => (Order::Less, false),
            ">" => (Order::Greater, false),
            "<=" => (Order::LessOrSame, false),
            ">=" => (Order::GreaterOrSame, false),
            "before" => (Order::Less, true),
            "after" => (Order::Greater, true),
            "not-after" => (Order::LessOrSame, true),
            "not-before" => (Order::GreaterOrSame, true),
            _ => return self.issue(json, format!("unrecognised operator: \"{operator}\"")),
        };
        if !(2..=3).contains(&values.len()) {
            let count = values.len();
            let _: Read = self.issue(
                json,
                format!("an operation with operator \"{operator}\" must have 2 or 3 operands, but it has {count}"),
            );
        }
        let terms = self.terms(values.get(..3).unwrap_or(values))?;
        Some(if of_moments {
            Term::Moments(order, terms)
        } else {
            Term::Integers(order, terms)
        })
    }

    fn plus_time(&mut self, json: &Json, values: &[Json]) -> Read {
        self.counted("a \"plusTime\"", 3, json, values);
        let term = values.first().and_then(|value| self.term(value));
        let amount = values.get(1).and_then(|amount| {
            self.integer(json, "\"amount\" argument (#2) of \"plusTime\"", amount)
        });
        let unit = values.get(2).and_then(|unit| match unit.as_str() {
            Some("year") => Some(Unit::Year),
            Some("month") => Some(Unit::Month),
            Some("day") => Some(Unit::Day),
            Some("hour") => Some(Unit::Hour),
            _ => self.issue(
                json,
                format!(
                    "\"unit\" argument (#3) of \"plusTime\" must be a string equal to one of {UNITS}, but it is: {}",
                    shown(unit)
                ),
            ),
        });
        Some(Term::PlusTime(Box::new(term?), amount?, unit?))
    }

    fn extract_from_uvci(&mut self, json: &Json, values: &[Json]) -> Read {
        self.counted("an \"extractFromUVCI\"", 2, json, values);
        let term = values.first().and_then(|value| self.term(value));
        let index = values.get(1).and_then(|index| {
            self.integer(
                json,
                "\"index\" argument (#2) of \"extractFromUVCI\"",
                index,
            )
        });
        Some(Term::ExtractFromUvci(Box::new(term?), index?))
    }

    fn date_of_birth(&mut self, json: &Json, values: &[Json]) -> Read {
        let [value] = values else {
            let count = values.len();
            return self.issue(
                json,
                format!("a \"dccDateOfBirth\"-operation must have exactly 1 value/operand, but it has {count}"),
            );
        };
        self.term(value).map(Box::new).map(Term::DateOfBirth)
    }

    fn integer(&mut self, json: &Json, name: &str, value: &Json) -> Read<i64> {
        let number = value.as_number().and_then(integer);
        number.or_else(|| {
            let shown = shown(value);
            self.issue(
                json,
                format!("{name} must be an integer, but it is: {shown}"),
            )
        })
    }
}

fn shown(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
