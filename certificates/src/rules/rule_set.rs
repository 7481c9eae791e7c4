//! Rules of many countries.

use std::collections::BTreeMap;

use super::identifier::Identifier;
use super::judgement::Trip;
use super::rule::{Rule, RuleType};
use crate::hc1::Kind;

/// Rules in all versions that were published.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
}

impl RuleSet {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, rule: Rule) {
        self.rules.push(rule);
    }

    /// The rules that decide on a certificate of this kind for the trip, ordered by name: those of the
    /// country of arrival for all its regions and for the one named, and what the issuing country takes
    /// back. Of a rule in several versions, the newest that holds at the moment.
    pub fn applicable(&self, trip: &Trip<'_>, kind: Kind) -> Vec<&Rule> {
        let mut newest: BTreeMap<(&Identifier, Option<&str>), &Rule> = BTreeMap::new();
        let on_trip = self.rules.iter().filter(|rule| concerns(rule, trip, kind));
        for rule in on_trip {
            let kept = newest
                .entry((rule.identifier(), rule.region()))
                .or_insert(rule);
            if kept.version() < rule.version() {
                *kept = rule;
            }
        }
        newest.into_values().collect()
    }
}

fn concerns(rule: &Rule, trip: &Trip<'_>, kind: Kind) -> bool {
    let by_country = match rule.rule_type() {
        RuleType::Acceptance => rule.country() == trip.arrival,
        RuleType::Invalidation => Some(rule.country()) == trip.issuer,
    };
    let by_region = rule
        .region()
        .is_none_or(|region| trip.region == Some(region));
    by_country && by_region && rule.scope().covers(kind) && rule.holds_at(trip.clock)
}
