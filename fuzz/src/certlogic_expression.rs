//! Expressions in CertLogic, as countries publish them.

use crate::{Outcome, Seed, Target, law, specimens};
use luyin_certificates::certlogic::{Expression, Value};
use serde_json::{Value as Json, json};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a fraction is cut off to an integer",
    seeds,
};

/// Deeper than any rule.
const DEEPEST: u32 = 64;

/// Whether only such things stand in it as the language has, whatever stands around them.
fn is_of_the_language(json: &Json, depth: u32) -> bool {
    let within = |json: &Json| is_of_the_language(json, depth + 1);
    depth <= 2 * DEEPEST
        && match json {
            Json::Null => false,
            Json::Bool(_) | Json::String(_) => true,
            Json::Number(number) => number.as_f64().is_some_and(|float| float.fract() == 0.0),
            Json::Array(items) => items.iter().all(within),
            Json::Object(entries) => entries.len() == 1 && entries.values().all(within),
        }
}

/// Nothing is read but what the language has. An expression comes to the same each time, and its negation to the opposite.
fn law(data: &[u8], read: impl Fn(&Json) -> Result<Expression, String>) -> Outcome {
    let json: Json = match serde_json::from_slice(data) {
        Err(error) => return law::refused(error),
        Ok(json) => json,
    };
    let expression = match read(&json) {
        Err(error) => return law::refused(error),
        Ok(expression) => expression,
    };
    assert!(is_of_the_language(&json, 0), "what no expression has: {json}");
    let sight = Value::from(&json!({
        "payload": { "v": [{ "dn": 2, "sd": 2, "dt": "2021-05-29", "ci": "URN:UVCI:01:XX:SPECIMEN#1" }] },
        "external": { "validationClock": "2021-07-01T00:00:00Z", "valueSets": { "a": ["b"] } },
    }));
    let value = expression.evaluate(&sight);
    assert_eq!(expression.evaluate(&sight), value, "another value");
    // Beyond the deepest it has no negation, and that of an expression out of steps is out of steps.
    if let (Ok(not), Ok(value)) = (read(&json!({ "!": [json] })), value) {
        let truth = value.truth().map(|truth| Value::Bool(!truth));
        let opposite = not.evaluate(&sight).ok();
        assert!(opposite.is_none() || opposite == truth, "no opposite");
    }
    Outcome::Accepted
}

fn of_json(json: &Json) -> Result<Expression, String> {
    Expression::read(json).map_err(|issues| {
        let messages: Vec<String> = issues.into_iter().map(|issue| issue.message).collect();
        messages.join("; ")
    })
}

/// Nothing is read but what the language has, and it means one thing.
pub fn check(data: &[u8]) -> Outcome {
    law(data, of_json)
}

fn cut_off(json: &Json) -> Json {
    match json {
        Json::Number(number) => number.as_f64().map_or(Json::Null, |float| json!(float.trunc())),
        Json::Array(items) => items.iter().map(cut_off).collect(),
        Json::Object(entries) => {
            let cut = entries.iter().map(|(key, value)| (key.clone(), cut_off(value)));
            Json::Object(cut.collect())
        }
        other => other.clone(),
    }
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |json| of_json(&cut_off(json)))
}

fn seeds() -> Vec<Seed> {
    let doses = json!({ ">=": [{ "var": "payload.v.0.dn" }, { "var": "payload.v.0.sd" }] });
    let since = json!({ "not-before": [
        { "plusTime": [{ "var": "external.validationClock" }, 0, "day"] },
        { "plusTime": [{ "var": "payload.v.0.dt" }, 14, "day"] },
    ] });
    let deep = (0..DEEPEST).fold(json!(1), |within, _| json!({ "!": [within] }));
    vec![
        ("doses", specimens::written(&doses)),
        ("since", specimens::written(&since)),
        ("numbers", specimens::written(&json!({ "+": [1_234_567, 89_012_345] }))),
        (
            "reduce",
            specimens::written(&json!({ "reduce": [
                { "var": "payload.v" },
                { "+": [{ "var": "accumulator" }, { "var": "current.dn" }] },
                0,
            ] })),
        ),
        ("not-so-deep", specimens::written(&deep)),
        ("not-of-the-language", specimens::written(&json!({ "eval": ["1"] }))),
    ]
}
