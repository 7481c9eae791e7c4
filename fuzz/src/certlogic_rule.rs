//! Rules, as countries publish them.

use crate::{Outcome, Seed, Target, law, specimens};
use luyin_certificates::Moment;
use luyin_certificates::rules::{Rule, RuleFault, RuleType};
use serde_json::{Value as Json, json};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a rule is taken for the country that its name says, whatever else it says",
    seeds,
};

/// A rule is of the country that it says and that stands in its name, of the class that its name has, holds for its time and
/// no longer, and explains itself to everybody.
fn law(data: &[u8], read: impl Fn(&Json) -> Result<Rule, RuleFault>) -> Outcome {
    let json: Json = match serde_json::from_slice(data) {
        Err(error) => return law::refused(error),
        Ok(json) => json,
    };
    let rule = match read(&json) {
        Err(error) => return law::refused(error),
        Ok(rule) => rule,
    };
    assert_eq!(json.get("Country"), Some(&json!(rule.country())), "another country");
    assert_eq!(rule.identifier().country(), rule.country(), "another country");
    let is_invalidation = rule.to_string().starts_with("IR-");
    assert_eq!(rule.rule_type() == RuleType::Invalidation, is_invalidation);
    let moment = |field: &str| json.get(field).and_then(Json::as_str).map(Moment::parse);
    let (Some(Ok(from)), Some(Ok(to))) = (moment("ValidFrom"), moment("ValidTo")) else {
        panic!("a rule without its time");
    };
    let before = Moment::from_millis(from.millis() - 1);
    assert!(rule.holds_at(from) && !rule.holds_at(before) && !rule.holds_at(to));
    let words = json.get("Description").and_then(Json::as_array);
    let mut words = words.into_iter().flatten().filter_map(|one| one.get("desc"));
    assert!(words.any(|said| said == rule.describe(&["zh-CN"])), "words of its own");
    Outcome::Accepted
}

/// A rule is what its name says, for its time.
pub fn check(data: &[u8]) -> Outcome {
    law(data, Rule::read)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |json| {
        let mut json = json.clone();
        let name = json.get("Identifier").and_then(Json::as_str);
        let named = name.and_then(|name| name.get(3..5)).map(str::to_owned);
        if let (Some(country), Some(named)) = (json.get_mut("Country"), named) {
            *country = named.into();
        }
        Rule::read(&json)
    })
}

fn document() -> Json {
    json!({
        "Identifier": "VR-XX-0001", "Type": "Acceptance", "Country": "XX", "Version": "1.0.0",
        "SchemaVersion": "1.0.0", "Engine": "CERTLOGIC", "EngineVersion": "0.7.5",
        "CertificateType": "Vaccination",
        "Description": [{ "lang": "en", "desc": "All doses." }, { "lang": "zh", "desc": "须完成全部接种。" }],
        "ValidFrom": "2021-06-01T00:00:00Z", "ValidTo": "2022-06-01T00:00:00Z",
        "AffectedFields": ["v.0.dn"],
        "Logic": { "===": [{ "var": "payload.v.0.dn" }, 2] },
    })
}

fn seeds() -> Vec<Seed> {
    let with = |field: &str, value: Json| {
        let mut document = document();
        document[field] = value;
        specimens::written(&document)
    };
    vec![
        ("of-acceptance", specimens::written(&document())),
        ("of-a-region", with("Region", json!("AB"))),
        ("not-of-its-kind", with("CertificateType", json!("Test"))),
        ("not-explained", with("Description", json!([]))),
        ("not-of-this-engine", with("EngineVersion", json!("2.0.0"))),
    ]
}
