//! Rules of countries with the tests that each country gave its rule, a case each.

use std::path::Path;

use serde_json::{Map, Value as Json};

use super::files::{self, SuiteFault};
use super::outcome::Outcome;
use crate::certlogic::Value;
use crate::rules::{Rule, Verdict};

const RULE: &str = "rule.json";

pub fn run(folder: &Path) -> Result<Outcome, SuiteFault> {
    let mut outcome = Outcome::new();
    for path in files::below(folder, RULE)? {
        // A rule or a test that cannot be read fails alone.
        let rule = files::json(&path).map_err(|fault| fault.to_string());
        let rule = rule.and_then(|rule| Rule::read(&rule).map_err(|fault| fault.to_string()));
        let tests = path.with_file_name("tests");
        let tests = if tests.is_dir() {
            files::below(&tests, ".json")?
        } else {
            Vec::new()
        };
        for path in tests {
            let name = files::name(folder, &path);
            let came_out = match files::json(&path) {
                Ok(test) => comes_out(&rule, &test),
                Err(fault) => Err(fault.to_string()),
            };
            outcome.count(name, came_out);
        }
    }
    Ok(outcome)
}

fn comes_out(rule: &Result<Rule, String>, test: &Json) -> Result<(), String> {
    let rule = rule.as_ref().map_err(Clone::clone)?;
    let parts = ["payload", "external"].into_iter();
    let data: Map<String, Json> = parts
        .filter_map(|key| Some((key.to_owned(), test.get(key)?.clone())))
        .collect();
    let verdict = Verdict::of(rule, &Value::from(&Json::Object(data)));
    let expected = match test.get("expected").and_then(Json::as_bool) {
        Some(true) => Verdict::Fulfilled,
        Some(false) => Verdict::Unfulfilled,
        None => return Err("the test expects neither true nor false".to_owned()),
    };
    (verdict == expected)
        .then_some(())
        .ok_or_else(|| format!("{verdict:?}"))
}
