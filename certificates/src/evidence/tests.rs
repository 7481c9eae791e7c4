use serde_json::{Value as Json, json};

use super::*;
use crate::hc1;
use crate::shc::Card;
use crate::specimen::{self, SpecimenIssuer, Token};

fn certificate(token: &Token) -> hc1::Certificate {
    let issuer = SpecimenIssuer::new().unwrap();
    let (trust, revoked) = (issuer.trust(&[]).unwrap(), hc1::RevocationList::new());
    let clock = Moment::parse("2021-07-01").unwrap();
    let verifier = hc1::Verifier {
        trust: &trust,
        revoked: &revoked,
        clock,
    };
    verifier.verify(&issuer.code(token).unwrap()).unwrap()
}

fn of_payload(payload: &Json, asked: Asked) -> Result<Evidence, EvidenceFault> {
    of_hc1(&certificate(&Token::of(payload).unwrap()), asked)
}

fn changed(mut payload: Json, path: &str, value: Json) -> Json {
    *payload.pointer_mut(path).unwrap() = value;
    payload
}

fn card(entries: Json) -> Card {
    let mut payload = specimen::card();
    payload["vc"]["credentialSubject"]["fhirBundle"]["entry"] = entries;
    Card::read(payload.to_string().as_bytes()).unwrap()
}

fn patient() -> Json {
    json!({ "fullUrl": "resource:0", "resource": {
        "resourceType": "Patient", "name": [{ "family": "Specimen", "given": ["Anna", "B."] }],
        "birthDate": "1964-08-12",
    } })
}

fn dose(day: &str, vaccine: &str) -> Json {
    json!({ "fullUrl": format!("resource:{day}"), "resource": {
        "resourceType": "Immunization", "status": "completed",
        "vaccineCode": { "coding": [{ "system": "http://hl7.org/fhir/sid/cvx", "code": vaccine }] },
        "patient": { "reference": "resource:0" }, "occurrenceDateTime": day,
    } })
}

fn result(sampled: &str, code: &str) -> Json {
    json!({ "fullUrl": "resource:9", "resource": {
        "resourceType": "Observation", "status": "final",
        "code": { "coding": [{ "system": "http://loinc.org", "code": "94500-6" }] },
        "subject": { "reference": "resource:0" }, "effectiveDateTime": sampled,
        "valueCodeableConcept": { "coding": [{ "system": "http://snomed.info/sct", "code": code }] },
    } })
}

#[test]
fn a_vaccination_tells_its_dose_its_day_and_whose_it_is() {
    let evidence = of_payload(&specimen::vaccination(), Asked::Vaccination).unwrap();
    let newest = Moment::parse("2021-05-29").unwrap();
    assert_eq!(evidence.told, Told::Vaccination { doses: 2, newest });
    assert_eq!(evidence.holder.names, ["Specimen Anna", "SPECIMEN ANNA"]);
    assert_eq!(evidence.holder.birth.as_deref(), Some("1964-08-12"));
}

#[test]
fn a_test_tells_its_result_and_when_the_sample_was_taken() {
    let sampled = Moment::parse("2021-05-29T06:00:00Z").unwrap();
    for (code, negative) in [("260415000", true), ("260373001", false)] {
        let payload = changed(specimen::test(), "/t/0/tr", json!(code));
        let told = of_payload(&payload, Asked::Test).unwrap().told;
        assert_eq!(told, Told::Test { negative, sampled });
    }
}

#[test]
fn what_is_not_asked_or_not_unmistakable_is_refused_by_its_name() {
    let refused = |payload: Json, asked| of_payload(&payload, asked).unwrap_err();
    let test =
        |path, value: &str| refused(changed(specimen::test(), path, json!(value)), Asked::Test);
    assert_eq!(
        test("/t/0/tt", "LP217198-3"),
        EvidenceFault::TestType("LP217198-3".to_owned())
    );
    assert_eq!(
        test("/t/0/tr", "419984006"),
        EvidenceFault::Result("419984006".to_owned())
    );
    assert_eq!(
        test("/t/0/tg", "6142004"),
        EvidenceFault::Disease("6142004".to_owned())
    );
    let many = changed(specimen::vaccination(), "/v/0/dn", json!(16));
    assert_eq!(refused(many, Asked::Vaccination), EvidenceFault::Doses(16));
    assert_eq!(
        refused(specimen::vaccination(), Asked::Test),
        EvidenceFault::OtherKind(Kind::Vaccination, Asked::Test)
    );
    let recovery = json!({
        "ver": "1.3.0", "nam": { "fnt": "SPECIMEN" }, "dob": "1964",
        "r": [{
            "tg": "840539006", "fr": "2021-01-01", "co": "XX", "is": "Specimen Office",
            "df": "2021-01-12", "du": "2021-12-31", "ci": "URN:UVCI:01:XX:SPECIMEN#3",
        }],
    });
    assert_eq!(
        refused(recovery, Asked::Vaccination),
        EvidenceFault::OtherKind(Kind::Recovery, Asked::Vaccination)
    );
}

#[test]
fn a_key_that_is_named_outside_of_the_signature_is_not_relied_on() {
    let mut token = Token::of(&specimen::vaccination()).unwrap();
    token.unprotected.key_id = std::mem::take(&mut token.protected.key_id);
    let refused = of_hc1(&certificate(&token), Asked::Vaccination).unwrap_err();
    assert_eq!(refused, EvidenceFault::KeyNameUnsigned);
}

#[test]
fn a_certificate_keeps_its_mark_when_it_is_signed_anew_and_no_two_share_one() {
    let mark = |payload: &Json| of_payload(payload, Asked::Vaccination).unwrap().mark;
    let other = changed(
        specimen::vaccination(),
        "/v/0/ci",
        json!("URN:UVCI:01:XX:OTHER"),
    );
    assert_eq!(
        mark(&specimen::vaccination()),
        mark(&specimen::vaccination())
    );
    assert_ne!(mark(&specimen::vaccination()), mark(&other));
    let (one, two) = (Mark::of(&[b"ab", b"c"]), Mark::of(&[b"a", b"bc"]));
    assert_ne!(one, two);
}

#[test]
fn a_card_tells_how_many_doses_of_these_vaccines_were_given() {
    let told = |entries| of_shc(&card(entries), Asked::Vaccination).map(|evidence| evidence.told);
    let newest = Moment::parse("2021-02-01").unwrap();
    let (one, two) = (dose("2021-01-01", "208"), dose("2021-02-01", "510"));
    let influenza = dose("2021-03-01", "140");
    let all = told(json!([patient(), one, two, two, influenza]));
    assert_eq!(all, Ok(Told::Vaccination { doses: 2, newest }));
    let mut not_done = dose("2021-03-01", "208");
    not_done["resource"]["status"] = json!("not-done");
    assert_eq!(
        told(json!([patient(), not_done])),
        Err(EvidenceFault::NothingAsked(Asked::Vaccination))
    );
    assert_eq!(
        told(json!([patient(), dose("2021-03", "208")])),
        Err(EvidenceFault::Day("2021-03".to_owned()))
    );
}

#[test]
fn a_card_tells_its_newest_result_and_of_two_at_once_the_worse() {
    let told = |entries| of_shc(&card(entries), Asked::Test).map(|evidence| evidence.told);
    let (early, late) = ("2021-01-01T08:00:00Z", "2021-01-02T08:00:00Z");
    let sampled = Moment::parse(late).unwrap();
    let (good, bad) = ("260415000", "10828004");
    assert_eq!(
        told(json!([patient(), result(early, bad), result(late, good)])),
        Ok(Told::Test {
            negative: true,
            sampled
        })
    );
    assert_eq!(
        told(json!([patient(), result(late, bad), result(late, good)])),
        Ok(Told::Test {
            negative: false,
            sampled
        })
    );
    assert_eq!(
        told(json!([patient(), result(late, "419984006")])),
        Err(EvidenceFault::Result("419984006".to_owned()))
    );
    assert_eq!(
        told(json!([patient()])),
        Err(EvidenceFault::NothingAsked(Asked::Test))
    );
}

#[test]
fn a_card_about_two_people_or_about_nobody_tells_nothing() {
    let refused = |entries| of_shc(&card(entries), Asked::Vaccination).unwrap_err();
    let dose = dose("2021-01-01", "208");
    assert_eq!(refused(json!([dose])), EvidenceFault::Holder);
    assert_eq!(
        refused(json!([patient(), patient(), dose])),
        EvidenceFault::Holder
    );
    let mut of_another = dose.clone();
    of_another["resource"]["patient"]["reference"] = json!("resource:7");
    assert_eq!(
        refused(json!([patient(), dose, of_another])),
        EvidenceFault::Holder
    );
}

#[test]
fn a_cards_mark_is_of_its_content_and_its_issuer() {
    let mark = |entries| of_shc(&card(entries), Asked::Vaccination).unwrap().mark;
    let one = mark(json!([patient(), dose("2021-01-01", "208")]));
    assert_eq!(one, mark(json!([patient(), dose("2021-01-01", "208")])));
    assert_ne!(one, mark(json!([patient(), dose("2021-01-02", "208")])));
    let evidence = of_shc(
        &card(json!([patient(), dose("2021-01-01", "208")])),
        Asked::Vaccination,
    );
    assert_eq!(evidence.unwrap().holder.names, ["Specimen Anna B."]);
}
