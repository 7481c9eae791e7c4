//! Policies written as CertLogic rules (protocol clauses 6.23 to 6.26).
//!
//! What stands on the ledger is the policy that the rules come to, and nothing of the rules: they come to exactly one
//! policy or are refused with the reason, so a document of rules explains a policy only where it gives that very policy
//! again. It may then come from anywhere.

mod atom;
mod compile;
mod condition;
mod formula;
mod refusal;
#[cfg(test)]
mod tests;
mod vocabulary;

pub use refusal::{RulebookRefusal, Unfit, Why};
pub(crate) use vocabulary::data;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use condition::{Refused, formula};
use formula::Formula;
use luyin_certificates::Moment;
use luyin_certificates::certlogic::Value;
use luyin_certificates::rules::{Rule, RuleType, Scope};
use luyin_protocol::codec::Canonical;
use luyin_protocol::policy::{Policy, PolicyRef, Thresholds};
use luyin_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The longest document.
pub const MAX_RULEBOOK: usize = 64 * 1024;
/// More rules than anybody reads.
const MOST_RULES: usize = 32;

/// What of a policy is no rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    id: u16,
    version: u16,
    name_zh: String,
    name_en: String,
    effective: Timestamp,
    grace_ms: u32,
    thresholds: Thresholds,
    show_mask: bool,
    paper: bool,
    gate_code: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    policy: Header,
    rules: Vec<Json>,
}

/// Rules, and the policy that they come to.
#[derive(Clone, Debug)]
pub struct Rulebook {
    policy: Policy,
    rules: Vec<Rule>,
}

/// What one rule says of a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleStanding {
    /// What it is called.
    pub rule: String,
    /// Whether it is fulfilled.
    pub met: bool,
    /// What it demands, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Rulebook {
    /// Reads a document and works out its policy.
    ///
    /// # Errors
    /// [`RulebookRefusal`]: the first thing that is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self, RulebookRefusal> {
        if bytes.len() > MAX_RULEBOOK {
            return Err(RulebookRefusal::Size(MAX_RULEBOOK));
        }
        let document: Document = serde_json::from_slice(bytes)?;
        if document.rules.is_empty() || document.rules.len() > MOST_RULES {
            return Err(RulebookRefusal::Count(MOST_RULES));
        }
        let header = document.policy;
        let (mut rules, mut names) = (Vec::new(), BTreeSet::new());
        let mut all = Formula::constant(true);
        for (at, json) in (1..).zip(&document.rules) {
            let rule = Rule::read(json).map_err(|fault| RulebookRefusal::Rule { at, fault })?;
            let unfit = |why| RulebookRefusal::Unfit {
                rule: rule.to_string(),
                why,
            };
            if !names.insert(rule.to_string()) {
                return Err(unfit(Unfit::NamedTwice));
            }
            check(&rule, header.effective).map_err(unfit)?;
            let of_rule = |Refused { expression, why }| RulebookRefusal::Expression {
                rule: rule.to_string(),
                expression,
                why,
            };
            let logic = json.get("Logic").unwrap_or(&Json::Null);
            let refused = |why| {
                let expression = logic.clone();
                of_rule(Refused { expression, why })
            };
            let one = formula(logic).map_err(of_rule)?;
            all = all.and(one).map_err(refused)?;
            rules.push(rule);
        }
        let predicates = compile::predicates(&all, header.show_mask)?;
        let policy = Policy {
            reference: PolicyRef {
                id: header.id,
                version: header.version,
            },
            name_zh: header.name_zh,
            name_en: header.name_en,
            effective: header.effective,
            grace_ms: header.grace_ms,
            thresholds: header.thresholds,
            predicates,
            paper: header.paper,
            gate_code: header.gate_code,
        };
        policy.check()?;
        Ok(Self { policy, rules })
    }

    /// The policy.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The policy's canonical bytes in base64, as a page hands them on.
    #[must_use]
    pub fn policy_text(&self) -> String {
        STANDARD.encode(self.policy.to_vec())
    }

    /// What each rule says of a note, as [`crate::wallet::Wallet::rule_data`] gives it. Needs no wallet: it may run apart from
    /// the secrets.
    #[must_use]
    pub fn judge(&self, note: &Json) -> Vec<RuleStanding> {
        let data = &Value::from(note);
        let standing = |rule: &Rule| RuleStanding {
            rule: rule.to_string(),
            // Whatever is taken evaluates; a fault would be no fulfilment.
            met: rule.logic().evaluate(data) == Ok(Value::Bool(true)),
            zh: rule.describe(&["zh"]).to_owned(),
            en: rule.describe(&["en"]).to_owned(),
        };
        self.rules.iter().map(standing).collect()
    }
}

fn check(rule: &Rule, effective: Timestamp) -> Result<(), Unfit> {
    if rule.rule_type() != RuleType::Acceptance {
        return Err(Unfit::Type);
    }
    if rule.scope() != Scope::General {
        return Err(Unfit::Scope);
    }
    for language in ["zh", "en"] {
        if !rule.speaks(language) {
            return Err(Unfit::Silent(language));
        }
    }
    let moment = i64::try_from(effective.get()).unwrap_or(i64::MAX);
    if !rule.holds_at(Moment::from_millis(moment)) {
        return Err(Unfit::Validity);
    }
    match rule.undeclared_reads().into_iter().next() {
        Some(path) => Err(Unfit::Undeclared(path)),
        None => Ok(()),
    }
}
