//! What rules say about a certificate.

use serde_json::{Value as Json, json};

use super::rule::Rule;
use super::rule_set::RuleSet;
use crate::Moment;
use crate::certlogic::{Fault, Value};
use crate::hc1::Certificate;

/// What a certificate is judged for.
#[derive(Clone, Copy, Debug)]
pub struct Trip<'a> {
    /// The country whose rules of acceptance apply, in two letters.
    pub arrival: &'a str,
    pub region: Option<&'a str>,
    /// The country that issued the certificate.
    pub issuer: Option<&'a str>,
    pub clock: Moment,
}

/// What one rule says.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Fulfilled,
    /// It refuses.
    Unfulfilled,
    /// Its expression has no value on this certificate: a person has to look.
    Faulty(Fault),
    /// Its value is neither true nor false.
    Undecided,
}

/// A rule and its verdict.
#[derive(Clone, Debug)]
pub struct Finding<'r> {
    pub rule: &'r Rule,
    pub verdict: Verdict,
}

impl RuleSet {
    /// What every rule that applies says. `value_sets` maps the names of the value sets to their codes.
    pub fn judge(
        &self,
        certificate: &Certificate,
        trip: &Trip<'_>,
        value_sets: &Json,
    ) -> Vec<Finding<'_>> {
        let data = Value::from(&json!({
            "payload": certificate.payload(),
            "external": {
                "validationClock": trip.clock.to_string(),
                "valueSets": value_sets,
                "countryCode": trip.arrival,
                "region": trip.region,
                "issuerCountryCode": trip.issuer,
                "iat": certificate.issued().to_string(),
                "exp": certificate.expires().to_string(),
            },
        }));
        let rules = self.applicable(trip, certificate.kind()).into_iter();
        rules
            .map(|rule| Finding {
                rule,
                verdict: Verdict::of(rule, &data),
            })
            .collect()
    }
}

impl Verdict {
    /// Of a rule on `payload` and `external`.
    pub fn of(rule: &Rule, data: &Value) -> Self {
        match rule.logic().evaluate(data) {
            Ok(Value::Bool(true)) => Self::Fulfilled,
            Ok(Value::Bool(false)) => Self::Unfulfilled,
            Ok(_) => Self::Undecided,
            Err(fault) => Self::Faulty(fault),
        }
    }
}

impl Finding<'_> {
    /// The rule's name and what it demands, in the first of the holder's languages that it speaks.
    /// `None` for a rule that is fulfilled: there is nothing to explain.
    pub fn explain(&self, languages: &[&str]) -> Option<String> {
        let (rule, says) = (self.rule, self.rule.describe(languages));
        match &self.verdict {
            Verdict::Fulfilled => None,
            Verdict::Unfulfilled => Some(format!("{rule}: {says}")),
            Verdict::Faulty(fault) => Some(format!("{rule}: {says} ({fault})")),
            Verdict::Undecided => Some(format!("{rule}: {says} (neither true nor false)")),
        }
    }
}
