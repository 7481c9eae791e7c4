//! The test suites of the CertLogic specification: what expressions evaluate to, and what is wrong with
//! ill-formed ones. What the suite itself says to skip is not counted.

use std::path::Path;

use serde_json::Value as Json;

use super::files::{self, SuiteFault};
use super::outcome::Outcome;
use crate::certlogic::{Expression, Value};

pub fn run_evaluation(folder: &Path) -> Result<Outcome, SuiteFault> {
    let mut outcome = Outcome::new();
    for path in files::below(folder, ".json")? {
        let suite = files::json(&path)?;
        if is_skipped(&suite) {
            continue;
        }
        for case in files::list(&suite, "cases", &path)? {
            let assertions = files::list(case, "assertions", &path)?;
            let counted = assertions.iter().zip(1..);
            for (assertion, number) in counted.filter(|(a, _)| !is_skipped(case) && !is_skipped(a))
            {
                let (file, name) = (files::name(folder, &path), files::string(case, "name"));
                outcome.count(
                    format!("{file}: {name} ({number})"),
                    evaluates(case, assertion),
                );
            }
        }
    }
    Ok(outcome)
}

pub fn run_validation(folder: &Path) -> Result<Outcome, SuiteFault> {
    let mut outcome = Outcome::new();
    for path in files::below(folder, ".json")? {
        let suite = files::json(&path)?;
        if is_skipped(&suite) {
            continue;
        }
        let cases = files::list(&suite, "cases", &path)?.iter().zip(1..);
        for (case, number) in cases.filter(|(case, _)| !is_skipped(case)) {
            let name = format!("{} ({number})", files::name(folder, &path));
            outcome.count(name, has_issues(case, files::list(case, "issues", &path)?));
        }
    }
    Ok(outcome)
}

fn is_skipped(json: &Json) -> bool {
    files::string(json, "directive") == "skip"
}

fn evaluates(case: &Json, assertion: &Json) -> Result<(), String> {
    let expression = assertion.get("certLogicExpression");
    let expression = expression.or_else(|| case.get("certLogicExpression"));
    let expression = Expression::read(expression.ok_or("no expression")?);
    let expression = expression.map_err(|issues| format!("ill-formed: {issues:?}"))?;
    let part = |key: &str| Value::from(assertion.get(key).unwrap_or(&Json::Null));
    match expression.evaluate(&part("data")) {
        Ok(value) if value == part("expected") => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

fn has_issues(case: &Json, expected: &[Json]) -> Result<(), String> {
    let expression = case.get("certLogicExpression").unwrap_or(&Json::Null);
    let issues = Expression::read(expression).err().unwrap_or_default();
    let as_expected = issues.len() == expected.len()
        && issues.iter().zip(expected).all(|(issue, expected)| {
            expected.get("expr") == Some(&issue.expression)
                && files::string(expected, "message") == issue.message
        });
    as_expected
        .then_some(())
        .ok_or_else(|| format!("{issues:?}"))
}
