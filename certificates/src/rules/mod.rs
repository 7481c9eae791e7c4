//! Rules of countries, as the EU's gateway publishes them: chosen for a trip, judged on a certificate,
//! and explained in the holder's language.

mod identifier;
mod judgement;
mod rule;
mod rule_set;

#[cfg(test)]
mod tests;

pub use identifier::{Identifier, Scope};
pub use judgement::{Finding, Trip, Verdict};
pub use rule::{Rule, RuleFault, RuleType};
pub use rule_set::RuleSet;
