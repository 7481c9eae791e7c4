use serde_json::{Value as Json, json};

use super::*;
use crate::Moment;
use crate::certlogic::Fault;
use crate::hc1::{Certificate, Kind, RevocationList, Verifier};
use crate::specimen::{self, SpecimenIssuer, Token};

fn document() -> Json {
    json!({
        "Identifier": "VR-DE-0001", "Type": "Acceptance", "Country": "DE", "Version": "1.0.0",
        "SchemaVersion": "1.0.0", "Engine": "CERTLOGIC", "EngineVersion": "0.7.5",
        "CertificateType": "Vaccination",
        "Description": [
            { "lang": "de", "desc": "Die Impfserie muss vollständig sein." },
            { "lang": "en", "desc": "The vaccination schedule must be complete." },
            { "lang": "zh", "desc": "须完成全部接种。" },
        ],
        "ValidFrom": "2021-06-01T00:00:00Z", "ValidTo": "2022-06-01T00:00:00Z",
        "AffectedFields": ["v.0.dn", "v.0.sd"],
        "Logic": { ">=": [{ "var": "payload.v.0.dn" }, { "var": "payload.v.0.sd" }] },
    })
}

fn rule(change: impl FnOnce(&mut Json)) -> Rule {
    let mut document = document();
    change(&mut document);
    Rule::read(&document).unwrap()
}

fn fault(change: impl FnOnce(&mut Json)) -> RuleFault {
    let mut document = document();
    change(&mut document);
    Rule::read(&document).unwrap_err()
}

fn set(rules: impl IntoIterator<Item = Rule>) -> RuleSet {
    let mut set = RuleSet::new();
    rules.into_iter().for_each(|rule| set.add(rule));
    set
}

fn trip() -> Trip<'static> {
    let clock = Moment::parse("2021-07-01").unwrap();
    Trip {
        arrival: "DE",
        region: None,
        issuer: Some("XX"),
        clock,
    }
}

fn certificate(change: impl FnOnce(&mut Json)) -> Certificate {
    let mut payload = specimen::vaccination();
    change(&mut payload);
    let issuer = SpecimenIssuer::new().unwrap();
    let code = issuer.code(&Token::of(&payload).unwrap()).unwrap();
    let (trust, revoked) = (issuer.trust(&[]).unwrap(), RevocationList::new());
    let clock = trip().clock;
    let verifier = Verifier {
        trust: &trust,
        revoked: &revoked,
        clock,
    };
    verifier.verify(&code).unwrap()
}

fn explained(rule: Rule, certificate: &Certificate, languages: &[&str]) -> Vec<Option<String>> {
    let set = set([rule]);
    let findings = set.judge(certificate, &trip(), &json!({}));
    findings
        .iter()
        .map(|finding| finding.explain(languages))
        .collect()
}

#[test]
fn a_rule_that_refuses_names_itself_in_the_holders_language() {
    let unfinished = certificate(|payload| payload["v"][0]["dn"] = json!(1));
    let says = |languages: &[&str]| {
        let mut said = explained(rule(|_| {}), &unfinished, languages);
        said.pop().unwrap().unwrap()
    };
    assert_eq!(says(&["zh-CN", "en"]), "VR-DE-0001: 须完成全部接种。");
    assert_eq!(
        says(&["de-AT"]),
        "VR-DE-0001: Die Impfserie muss vollständig sein."
    );
    let english = "VR-DE-0001: The vaccination schedule must be complete.";
    assert_eq!(says(&["fr", "es"]), english);
    assert_eq!(says(&[]), english);
}

#[test]
fn a_rule_that_is_fulfilled_explains_nothing() {
    assert_eq!(
        explained(rule(|_| {}), &certificate(|_| {}), &["en"]),
        [None]
    );
}

#[test]
fn a_rule_without_english_speaks_what_it_has() {
    let rule = rule(|d| d["Description"] = json!([{ "lang": "fr", "desc": "Complet." }]));
    assert_eq!(rule.describe(&["de"]), "Complet.");
}

#[test]
fn a_rule_that_faults_does_not_count_as_fulfilled() {
    let set = set([
        rule(|d| d["Logic"] = json!({ "+": ["a", 1] })),
        rule(|d| {
            d["Identifier"] = json!("VR-DE-0002");
            d["Logic"] = json!("yes");
        }),
    ]);
    let certificate = certificate(|_| {});
    let verdicts = set.judge(&certificate, &trip(), &json!({})).into_iter();
    let verdicts: Vec<Verdict> = verdicts.map(|finding| finding.verdict).collect();
    assert_eq!(
        verdicts,
        [Verdict::Faulty(Fault::NotIntegers("+")), Verdict::Undecided]
    );
}

#[test]
fn a_rule_sees_clock_value_sets_and_issuer() {
    let logic = json!({ "and": [
        { "in": [{ "var": "payload.v.0.mp" }, { "var": "external.valueSets.products" }] },
        { "===": [{ "var": "external.issuerCountryCode" }, "XX"] },
        { "after": [
            { "plusTime": [{ "var": "external.validationClock" }, 0, "day"] },
            { "plusTime": [{ "var": "payload.v.0.dt" }, 14, "day"] },
        ] },
    ] });
    let set = set([rule(|d| d["Logic"] = logic)]);
    let value_sets = json!({ "products": ["EU/1/20/1528"] });
    let certificate = certificate(|_| {});
    let findings = set.judge(&certificate, &trip(), &value_sets);
    assert_eq!(findings[0].verdict, Verdict::Fulfilled);
    let findings = set.judge(&certificate, &trip(), &json!({ "products": [] }));
    assert_eq!(findings[0].verdict, Verdict::Unfulfilled);
}

#[test]
fn only_rules_of_the_trip_and_the_kind_apply_and_of_each_the_newest_that_holds() {
    let named = |name: &'static str, country: &'static str| {
        move |d: &mut Json| {
            d["Identifier"] = json!(name);
            d["Country"] = json!(country);
        }
    };
    let set = set([
        rule(|_| {}),
        rule(|d| d["Version"] = json!("1.10.0")),
        rule(|d| d["Version"] = json!("1.9.0")),
        rule(|d| {
            d["Version"] = json!("2.0.0");
            d["ValidFrom"] = json!("2021-07-02T00:00:00Z");
        }),
        rule(named("VR-AT-0001", "AT")),
        rule(|d| {
            d["Identifier"] = json!("TR-DE-0001");
            d["CertificateType"] = json!("Test");
        }),
        rule(|d| {
            d["Identifier"] = json!("GR-DE-0001");
            d["CertificateType"] = json!("General");
        }),
        rule(|d| {
            named("IR-XX-0001", "XX")(d);
            d["Type"] = json!("Invalidation");
        }),
        rule(|d| {
            d["Identifier"] = json!("VR-DE-0003");
            d["Region"] = json!("BY");
        }),
    ]);
    let names = |trip: &Trip<'_>| {
        let rules = set.applicable(trip, Kind::Vaccination).into_iter();
        rules
            .map(|rule| (rule.identifier().to_string(), rule.version()))
            .collect::<Vec<_>>()
    };
    let applicable = names(&trip());
    let ids: Vec<&str> = applicable.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(ids, ["GR-DE-0001", "IR-XX-0001", "VR-DE-0001"]);
    assert_eq!(
        applicable[2].1,
        rule(|d| d["Version"] = json!("1.10.0")).version()
    );
    let of_region = Trip {
        region: Some("BY"),
        ..trip()
    };
    assert_eq!(names(&of_region).len(), 4);
    let too_late = Trip {
        clock: Moment::parse("2022-06-01").unwrap(),
        ..trip()
    };
    assert_eq!(names(&too_late), []);
}

#[test]
fn a_document_that_contradicts_itself_is_no_rule() {
    let name = |name: &str| RuleFault::Disagrees(name.to_owned());
    assert_eq!(fault(|d| d["Country"] = json!("AT")), name("VR-DE-0001"));
    assert_eq!(
        fault(|d| d["CertificateType"] = json!("Test")),
        name("VR-DE-0001")
    );
    assert_eq!(
        fault(|d| d["Type"] = json!("Invalidation")),
        name("VR-DE-0001")
    );
    for wrong in ["XR-DE-0001", "VR-D-0001", "VR-DE-01", "VR-DE-0001-A", "VR"] {
        let identifier = RuleFault::Identifier(wrong.to_owned());
        assert_eq!(fault(|d| d["Identifier"] = json!(wrong)), identifier);
    }
    assert_eq!(
        fault(|d| d["ValidTo"] = json!("2021-06-01")),
        RuleFault::Validity
    );
    assert_eq!(
        fault(|d| d["Version"] = json!("1.0")),
        RuleFault::Version("1.0".to_owned())
    );
    assert_eq!(
        fault(|d| d["Description"] = json!([])),
        RuleFault::Unexplained
    );
    assert!(matches!(
        fault(|d| d["Engine"] = json!("OTHER")),
        RuleFault::Engine(_)
    ));
    assert!(matches!(
        fault(|d| d["EngineVersion"] = json!("2.0.0")),
        RuleFault::Engine(_)
    ));
    assert!(matches!(
        fault(|d| d["Logic"] = json!({ "or": [] })),
        RuleFault::Logic(_)
    ));
    assert!(matches!(
        fault(|d| d["AffectedFields"] = json!(1)),
        RuleFault::Form(_)
    ));
}

#[test]
fn a_rule_that_reads_more_than_it_names_can_be_told() {
    assert_eq!(rule(|_| {}).undeclared_reads(), Vec::<String>::new());
    let rule = rule(|d| d["AffectedFields"] = json!(["v.0.dn"]));
    assert_eq!(rule.undeclared_reads(), ["v.0.sd"]);
}
