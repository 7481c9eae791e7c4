use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::specimen::{self, ISSUER, SpecimenIssuer};

struct Desk {
    specimen: SpecimenIssuer,
    kid: String,
    issuers: IssuerList,
}

impl Desk {
    fn new() -> Self {
        let specimen = SpecimenIssuer::new().unwrap();
        let jwk = specimen.jwk().unwrap();
        let kid = jwk["kid"].as_str().unwrap().to_owned();
        let mut issuers = IssuerList::new();
        issuers.add(issuer(&jwk));
        Self {
            specimen,
            kid,
            issuers,
        }
    }

    fn header(&self) -> Json {
        json!({ "alg": "ES256", "zip": "DEF", "kid": self.kid })
    }

    fn jws(&self, payload: &Json) -> String {
        let payload = payload.to_string();
        self.specimen
            .jws(&self.header(), payload.as_bytes())
            .unwrap()
    }

    fn verify_at(&self, jws: &str, clock: &str) -> Result<Card, Refusal> {
        let clock = Moment::parse(clock).unwrap();
        Verifier {
            issuers: &self.issuers,
            clock,
        }
        .verify(jws)
    }

    fn verify(&self, jws: &str) -> Result<Card, Refusal> {
        self.verify_at(jws, "2021-07-01")
    }

    fn judge(&self, change: impl FnOnce(&mut Json)) -> Result<Card, Refusal> {
        let mut payload = specimen::card();
        change(&mut payload);
        self.verify(&self.jws(&payload))
    }
}

fn issuer(jwk: &Json) -> Issuer {
    Issuer::read(ISSUER, &json!({ "keys": [jwk] })).unwrap()
}

fn digits(text: &str) -> String {
    text.bytes()
        .map(|byte| format!("{:02}", byte - b'-'))
        .collect()
}

#[test]
fn a_specimen_holds_and_says_what_it_is() {
    let card = Desk::new().judge(|_| {}).unwrap();
    assert_eq!(card.issuer(), ISSUER);
    assert_eq!(
        card.not_before(),
        Moment::parse("2021-06-01T00:00:00.5Z").unwrap()
    );
    assert_eq!(card.bundle()["resourceType"], "Bundle");
    assert_eq!(card.types(), ["https://smarthealth.cards#health-card"]);
}

#[test]
fn a_code_alone_and_in_parts_gives_the_same_card() {
    let desk = Desk::new();
    let jws = desk.jws(&specimen::card());
    let clock = Moment::parse("2021-07-01").unwrap();
    let verifier = Verifier {
        issuers: &desk.issuers,
        clock,
    };
    verifier
        .verify_codes(&[&format!("shc:/{}", digits(&jws))])
        .unwrap();
    let (first, second) = jws.split_at(jws.len() / 2);
    let first = format!("shc:/1/2/{}", digits(first));
    let second = format!("shc:/2/2/{}", digits(second));
    verifier.verify_codes(&[&second, &first]).unwrap();
    let refusal = |codes: &[&str]| verifier.verify_codes(codes).unwrap_err();
    assert_eq!(refusal(&[&first]), Refusal::PartMissing(2));
    assert_eq!(
        refusal(&[&first, &first]),
        Refusal::Part("one stands twice")
    );
    let of_three = second.replacen("2/2", "2/3", 1);
    assert_eq!(
        refusal(&[&first, &of_three]),
        Refusal::Part("they are parts of different codes")
    );
}

#[test]
fn digits_that_are_no_characters_are_refused() {
    let refusal = |code: &str| jws_of_codes(&[code]).unwrap_err();
    for code in [
        "shc:/5",
        "shc:/78",
        "shc:/",
        "shc:/5a",
        "shc:/ 56",
        "shc:/56\n",
    ] {
        assert_eq!(refusal(code), Refusal::Numeric, "{code:?}");
    }
    for code in ["", "56", "shc:56", "SHC:/56", "HC1:56"] {
        assert_eq!(refusal(code), Refusal::NotOurs, "{code:?}");
    }
    for code in [
        "shc:/0/2/56",
        "shc:/3/2/56",
        "shc:/+1/2/56",
        "shc:/1/2",
        "shc:/1/99/56",
    ] {
        assert!(matches!(refusal(code), Refusal::Part(_)), "{code:?}");
    }
    let alone = |characters: usize| jws_of_codes(&[&format!("shc:/{}", "56".repeat(characters))]);
    alone(1_195).unwrap();
    assert_eq!(alone(1_196), Err(Refusal::Numeric));
    assert_eq!(jws_of_codes(&["shc:/0077"]).unwrap(), "-z");
}

#[test]
fn it_holds_from_its_issue_until_its_expiry_if_it_has_one() {
    let desk = Desk::new();
    let mut payload = specimen::card();
    let endless = desk.jws(&payload);
    desk.verify_at(&endless, "2099-01-01").unwrap();
    let issued = Moment::parse("2021-06-01T00:00:00.5Z").unwrap();
    assert_eq!(
        desk.verify_at(&endless, "2021-06-01T00:00:00.499Z")
            .unwrap_err(),
        Refusal::NotYetValid(issued)
    );
    payload["exp"] = json!(1_654_041_600);
    let jws = desk.jws(&payload);
    desk.verify_at(&jws, "2022-05-31T23:59:59.999Z").unwrap();
    let expires = Moment::parse("2022-06-01").unwrap();
    assert_eq!(
        desk.verify_at(&jws, "2022-06-01").unwrap_err(),
        Refusal::Expired(expires)
    );
}

#[test]
fn each_fault_of_a_payload_has_its_refusal() {
    let desk = Desk::new();
    let refusal = |change: fn(&mut Json)| desk.judge(change).unwrap_err();
    assert_eq!(
        refusal(|p| p["iss"] = json!("http://specimen.example")),
        Refusal::IssuerUrl
    );
    assert_eq!(
        refusal(|p| p["iss"] = json!("https://specimen.example/")),
        Refusal::IssuerUrl
    );
    let other = "https://other.example";
    let unknown = Refusal::UnknownIssuer(other.to_owned());
    assert_eq!(
        refusal(|p| p["iss"] = json!("https://other.example")),
        unknown
    );
    assert_eq!(
        refusal(|p| p["nbf"] = json!(1_622_505_600_500_u64)),
        Refusal::Time("nbf")
    );
    assert_eq!(
        refusal(|p| p["exp"] = json!(1_622_505_599)),
        Refusal::Time("exp")
    );
    assert_eq!(refusal(|p| p["exp"] = json!(null)), Refusal::Time("exp"));
    assert_eq!(
        refusal(|p| p["vc"]["type"] = json!(["a"])),
        Refusal::NotAHealthCard
    );
    assert_eq!(refusal(|p| p["vc"] = json!({})), Refusal::NotAHealthCard);
    let no_bundle = Refusal::Payload("no FHIR bundle");
    assert_eq!(
        refusal(|p| p["vc"]["credentialSubject"] = json!({})),
        no_bundle
    );
    let jws = desk.specimen.jws(&desk.header(), b"\"a text\"").unwrap();
    assert_eq!(
        desk.verify(&jws).unwrap_err(),
        Refusal::Payload("no issuer")
    );
}

#[test]
fn each_fault_of_a_header_has_its_refusal() {
    let desk = Desk::new();
    let refusal = |change: fn(&mut Json)| {
        let (mut header, payload) = (desk.header(), specimen::card().to_string());
        change(&mut header);
        let jws = desk.specimen.jws(&header, payload.as_bytes()).unwrap();
        desk.verify(&jws).unwrap_err()
    };
    assert_eq!(
        refusal(|h| h["alg"] = json!("none")),
        Refusal::Header("alg")
    );
    assert_eq!(
        refusal(|h| h["alg"] = json!("HS256")),
        Refusal::Header("alg")
    );
    assert_eq!(refusal(|h| h["zip"] = json!(null)), Refusal::Header("zip"));
    assert_eq!(refusal(|h| h["kid"] = json!(1)), Refusal::Header("kid"));
    assert_eq!(
        refusal(|h| h["crit"] = json!(["b64"])),
        Refusal::Header("crit")
    );
    assert_eq!(
        refusal(|h| h["kid"] = json!("other")),
        Refusal::UnknownKey("other".to_owned())
    );
}

#[test]
fn every_altered_character_of_a_card_is_noticed() {
    let desk = Desk::new();
    let jws = desk.jws(&specimen::card());
    for place in 0..jws.len() {
        let mut altered = jws.clone().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        desk.verify(&altered)
            .expect_err(&format!("character {place}"));
    }
}

#[test]
fn a_signature_of_another_form_or_key_is_told_apart() {
    let desk = Desk::new();
    let jws = desk.jws(&specimen::card());
    let (signed, signature) = jws.rsplit_once('.').unwrap();
    let shorter = format!("{signed}.{}", &signature[..84]);
    assert_eq!(desk.verify(&shorter).unwrap_err(), Refusal::SignatureForm);
    let payload = specimen::card().to_string();
    let other = SpecimenIssuer::new().unwrap();
    let forged = other.jws(&desk.header(), payload.as_bytes()).unwrap();
    assert_eq!(desk.verify(&forged).unwrap_err(), Refusal::Altered);
}

#[test]
fn keys_are_taken_only_under_their_thumbprint_and_without_their_private_part() {
    let jwk = SpecimenIssuer::new().unwrap().jwk().unwrap();
    let fault = |change: fn(&mut Json)| {
        let mut jwk = jwk.clone();
        change(&mut jwk);
        IssuerKey::read(&jwk, ISSUER).unwrap_err()
    };
    assert_eq!(fault(|k| k["kid"] = json!("other")), JwkFault::Thumbprint);
    assert_eq!(fault(|k| k["d"] = json!("secret")), JwkFault::Private);
    assert_eq!(fault(|k| k["alg"] = json!("ES384")), JwkFault::Kind);
    assert_eq!(fault(|k| k["use"] = json!("enc")), JwkFault::Kind);
    assert_eq!(fault(|k| k["x"] = json!("AA")), JwkFault::Coordinates);
    assert_eq!(fault(|k| k["x5c"] = json!(["AA"])), JwkFault::Certificate);
}

#[test]
fn the_thumbprint_is_that_of_the_specification() {
    let (x, y) = (
        "11XvRWy1I2S0EyJlyf_bWfw_TQ5CJJNLw78bHXNxcgw",
        "eZXwxvO1hvCY0KucrPfKo7yAyMT6Ajc3N7OkAB6VYy8",
    );
    assert_eq!(
        key::thumbprint(x, y),
        "3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s"
    );
}

#[test]
fn revoked_cards_are_refused_and_later_ones_of_the_same_identifier_are_not() {
    let mut desk = Desk::new();
    let mut jwk = desk.specimen.jwk().unwrap();
    jwk["crlVersion"] = json!(3);
    let mut revoked = |rids: Json| {
        let mut issuer = issuer(&jwk);
        let list = json!({ "kid": desk.kid, "method": "rid", "ctr": 3, "rids": rids });
        issuer.revoke(&desk.kid, &list).unwrap();
        desk.issuers.add(issuer);
        desk.judge(|_| {}).map(|_| ())
    };
    assert_eq!(revoked(json!([])), Ok(()));
    assert_eq!(revoked(json!(["other", "specimen"])), Err(Refusal::Revoked));
    assert_eq!(
        revoked(json!(["specimen.1622505601"])),
        Err(Refusal::Revoked)
    );
    assert_eq!(revoked(json!(["specimen.1622505600"])), Ok(()));
}

#[test]
fn a_list_of_revocations_with_a_fault_is_not_relied_on() {
    let desk = Desk::new();
    let mut jwk = desk.specimen.jwk().unwrap();
    jwk["crlVersion"] = json!(3);
    let fault = |change: &dyn Fn(&mut Json)| {
        let mut list = json!({ "kid": desk.kid, "method": "rid", "ctr": 3, "rids": ["a"] });
        change(&mut list);
        match issuer(&jwk).revoke(&desk.kid, &list) {
            Err(IssuerFault::Revocations(fault)) => fault,
            other => panic!("{other:?}"),
        }
    };
    use RevocationsFault as F;
    assert_eq!(
        fault(&|l| l["kid"] = json!("x")),
        F::OtherKey("x".to_owned())
    );
    assert_eq!(
        fault(&|l| l["method"] = json!("x")),
        F::Method("x".to_owned())
    );
    assert_eq!(fault(&|l| l["ctr"] = json!(2)), F::Version(2));
    assert_eq!(fault(&|l| l["rids"] = json!(1)), F::Form);
    assert_eq!(
        fault(&|l| l["rids"] = json!(["a", "a.1"])),
        F::Twice("a.1".to_owned())
    );
    for wrong in ["", "a=", "a.b", ".1", "a.1.2", "abcdefghijklmnopqrstuvwxy"] {
        let identifier = F::Identifier(wrong.to_owned());
        assert_eq!(fault(&|l| l["rids"] = json!([wrong])), identifier);
    }
}

#[test]
fn files_and_parameters_give_every_card_in_them() {
    let file = json!({ "verifiableCredential": ["a", "b"] }).to_string();
    assert_eq!(cards_of_file(&file).unwrap(), ["a", "b"]);
    let parameters = json!({ "parameter": [
        { "name": "verifiableCredential", "valueString": "a" },
        { "name": "resourceLink", "part": [] },
    ] });
    assert_eq!(cards_of_parameters(&parameters.to_string()).unwrap(), ["a"]);
    for empty in ["{}", "[]", "no JSON", "{\"verifiableCredential\":[]}"] {
        cards_of_file(empty).unwrap_err();
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text in "shc:/[0-9/]{0,60}|[A-Za-z0-9_.-]{0,80}|.{0,40}") {
        let _ = jws_of_codes(&[&text]);
        let _ = jws_of_codes(&[&text, &text]);
        let _ = Jws::read(&text);
        let _ = Card::read(text.as_bytes());
        let _ = cards_of_file(&text);
    }

    #[test]
    fn every_jws_comes_back_from_its_digits(text in "[A-Za-z0-9_.-]{1,300}") {
        let code = format!("shc:/{}", digits(&text));
        prop_assert_eq!(jws_of_codes(&[&code]), Ok(text));
    }
}
