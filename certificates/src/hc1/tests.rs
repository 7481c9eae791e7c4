use ciborium::Value;
use coset::{HeaderBuilder, iana};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::inflate::InflateFault;
use crate::specimen::{self, KEY, SpecimenIssuer, Token};

struct Desk {
    issuer: SpecimenIssuer,
    trust: TrustList,
    revoked: RevocationList,
}

impl Desk {
    fn new() -> Self {
        Self::for_kinds(&[])
    }

    fn for_kinds(kinds: &[Kind]) -> Self {
        let issuer = SpecimenIssuer::new().unwrap();
        let trust = issuer.trust(kinds).unwrap();
        let revoked = RevocationList::new();
        Self {
            issuer,
            trust,
            revoked,
        }
    }

    fn verify_at(&self, code: &str, clock: &str) -> Result<Certificate, Refusal> {
        let clock = Moment::parse(clock).unwrap();
        let (trust, revoked) = (&self.trust, &self.revoked);
        Verifier {
            trust,
            revoked,
            clock,
        }
        .verify(code)
    }

    fn verify(&self, code: &str) -> Result<Certificate, Refusal> {
        self.verify_at(code, "2021-07-01")
    }

    fn refusal(&self, token: &Token) -> Refusal {
        self.verify(&self.issuer.code(token).unwrap()).unwrap_err()
    }

    fn judge(&self, payload: &Json) -> Result<Certificate, Refusal> {
        self.verify(&self.issuer.code(&token(payload)).unwrap())
    }
}

fn token(payload: &Json) -> Token {
    Token::of(payload).unwrap()
}

fn claims_of(token: &mut Token) -> &mut Vec<(Value, Value)> {
    token.claims.as_map_mut().unwrap()
}

#[test]
fn a_specimen_holds_and_says_what_it_is() {
    let desk = Desk::new();
    let certificate = desk.judge(&specimen::vaccination()).unwrap();
    assert_eq!(certificate.kind(), Kind::Vaccination);
    assert_eq!(certificate.issuer(), Some("XX"));
    assert_eq!(certificate.issued(), Moment::parse("2021-06-01").unwrap());
    assert_eq!(certificate.payload(), &specimen::vaccination());
    assert_eq!(desk.judge(&specimen::test()).unwrap().kind(), Kind::Test);
}

#[test]
fn it_holds_from_its_issue_until_its_expiry_both_included() {
    let desk = Desk::new();
    let code = desk.issuer.code(&token(&specimen::vaccination())).unwrap();
    let at = |clock| desk.verify_at(&code, clock).map(|_| ());
    let (issued, expires) = ("2021-06-01T00:00:00Z", "2022-06-01T00:00:00Z");
    assert_eq!(at(issued), Ok(()));
    assert_eq!(at(expires), Ok(()));
    assert_eq!(
        at("2021-05-31T23:59:59.999Z"),
        Err(Refusal::NotYetValid(Moment::parse(issued).unwrap()))
    );
    assert_eq!(
        at("2022-06-01T00:00:00.001Z"),
        Err(Refusal::Expired(Moment::parse(expires).unwrap()))
    );
}

#[test]
fn the_protected_name_of_the_key_decides() {
    let desk = Desk::new();
    let es256 = || HeaderBuilder::new().algorithm(iana::Algorithm::ES256);
    let named = |key: &[u8]| HeaderBuilder::new().key_id(key.to_vec()).build();
    let token = token(&specimen::vaccination());
    let holds = |protected, unprotected| {
        let claims = token.claims.clone();
        let token = Token {
            protected,
            unprotected,
            claims,
        };
        desk.verify(&desk.issuer.code(&token).unwrap()).map(|_| ())
    };
    let right = es256().key_id(KEY.to_vec()).build();
    let wrong = es256().key_id(b"a key ?!".to_vec()).build();
    let unknown = Err(Refusal::UnknownKey("YSBrZXkgPyE=".to_owned()));
    assert_eq!(holds(right.clone(), named(b"a key ?!")), Ok(()));
    assert_eq!(holds(wrong, named(KEY)), unknown);
    assert_eq!(holds(es256().build(), named(KEY)), Ok(()));
    assert_eq!(holds(es256().build(), named(b"a key ?!")), unknown);
    assert_eq!(
        holds(es256().build(), coset::Header::default()),
        Err(Refusal::NoKeyNamed)
    );
    // Where the protected header names none, the algorithm of the other counts, if it is the key's.
    assert_eq!(
        holds(coset::Header::default(), named(KEY)),
        Err(Refusal::Algorithm)
    );
    let unprotected = es256().key_id(KEY.to_vec()).build();
    assert_eq!(holds(coset::Header::default(), unprotected), Ok(()));
    let ps256 = HeaderBuilder::new().algorithm(iana::Algorithm::PS256);
    let ps256 = ps256.key_id(KEY.to_vec()).build();
    assert_eq!(holds(ps256, right), Err(Refusal::WrongAlgorithm));
}

#[test]
fn of_two_keys_with_one_name_either_may_have_signed() {
    let mut desk = Desk::new();
    let code = desk.issuer.code(&token(&specimen::vaccination())).unwrap();
    let other = SpecimenIssuer::new().unwrap();
    let other = Signer::new(other.key().unwrap(), &[]);
    desk.trust.add(KeyId::new(KEY).unwrap(), other.clone());
    desk.verify(&code).unwrap();
    desk.trust = TrustList::new();
    desk.trust.add(KeyId::new(KEY).unwrap(), other);
    assert_eq!(desk.verify(&code).unwrap_err(), Refusal::Altered);
}

#[test]
fn every_altered_byte_of_the_message_is_noticed() {
    let desk = Desk::new();
    let message = desk
        .issuer
        .message(&token(&specimen::vaccination()))
        .unwrap();
    for place in 0..message.len() {
        let mut altered = message.clone();
        altered[place] ^= 1;
        let code = specimen::code(&altered).unwrap();
        desk.verify(&code).expect_err(&format!("byte {place}"));
    }
}

#[test]
fn every_stage_has_its_own_refusal() {
    let desk = Desk::new();
    let refusal = |code: &str| desk.verify(code).unwrap_err();
    assert_eq!(refusal("HC2:AB"), Refusal::NotOurs);
    assert_eq!(refusal("HC1:ab"), Refusal::Base45);
    assert_eq!(refusal("HC1:A0"), Refusal::Zlib(InflateFault::Broken));
    assert_eq!(
        refusal(&specimen::code(b"no message").unwrap()),
        Refusal::Cose
    );
    let message = desk
        .issuer
        .message(&token(&specimen::vaccination()))
        .unwrap();
    assert_eq!(
        refusal(&format!("HC1:{}", base45::encode(&message))),
        Refusal::Zlib(InflateFault::Broken)
    );
    let trailing = [&message[..], &[0]].concat();
    assert_eq!(refusal(&specimen::code(&trailing).unwrap()), Refusal::Cose);
    let tagged = [&[0xd8, 0x3d, 0xd2], &message[..]].concat();
    desk.verify(&specimen::code(&tagged).unwrap()).unwrap();
}

#[test]
fn a_claim_that_is_missing_or_stands_twice_is_refused() {
    let desk = Desk::new();
    let without = |key: i64| {
        let mut token = token(&specimen::vaccination());
        claims_of(&mut token).retain(|(other, _)| *other != Value::from(key));
        desk.refusal(&token)
    };
    assert_eq!(without(6), Refusal::ClaimMissing("time of issue"));
    assert_eq!(without(4), Refusal::ClaimMissing("time of expiry"));
    assert_eq!(without(-260), Refusal::ClaimMissing("health certificate"));
    let mut twice = token(&specimen::vaccination());
    let later = (Value::from(4), Value::from(2_000_000_000));
    claims_of(&mut twice).push(later);
    assert_eq!(desk.refusal(&twice), Refusal::Cbor("a claim stands twice"));
}

#[test]
fn times_with_a_fraction_are_read_and_other_times_are_not() {
    let desk = Desk::new();
    let with = |value| {
        let mut token = token(&specimen::vaccination());
        for (key, time) in claims_of(&mut token) {
            if *key == Value::from(6) {
                *time = Value::clone(&value);
            }
        }
        desk.verify(&desk.issuer.code(&token).unwrap())
    };
    let issued = with(Value::from(1_622_505_600.5)).unwrap().issued();
    assert_eq!(issued, Moment::parse("2021-06-01T00:00:00.5Z").unwrap());
    for wrong in [
        Value::from(f64::NAN),
        Value::from(u64::MAX),
        Value::from("2021-06-01"),
    ] {
        let refusal = Refusal::Cbor("a time is no number of seconds");
        assert_eq!(with(wrong).unwrap_err(), refusal);
    }
}

#[test]
fn a_key_signs_only_the_kinds_that_its_certificate_names() {
    let desk = Desk::for_kinds(&[Kind::Test]);
    desk.judge(&specimen::test()).unwrap();
    let refusal = desk.judge(&specimen::vaccination()).unwrap_err();
    assert_eq!(refusal, Refusal::KeyUsage(Kind::Vaccination));
}

#[test]
fn revoked_certificates_are_refused_by_each_of_the_hashes() {
    let payload = specimen::vaccination();
    let identifier = "URN:UVCI:01:XX:SPECIMEN#1";
    let mut desk = Desk::new();
    desk.revoked.add_identifier("URN:UVCI:01:XX:SPECIMEN#2");
    desk.revoked.add_identifier_of("YY", identifier);
    desk.judge(&payload).unwrap();
    desk.revoked.add_identifier_of("XX", identifier);
    assert_eq!(desk.judge(&payload).unwrap_err(), Refusal::Revoked);
    desk.revoked = RevocationList::new();
    desk.revoked.add_identifier(identifier);
    assert_eq!(desk.judge(&payload).unwrap_err(), Refusal::Revoked);

    desk.revoked = RevocationList::new();
    let message = desk.issuer.message(&token(&payload)).unwrap();
    let first_half = &message[message.len() - 64..message.len() - 32];
    let hash = ring::digest::digest(&ring::digest::SHA256, first_half);
    desk.revoked.add(hash.as_ref()[..16].try_into().unwrap());
    let code = specimen::code(&message).unwrap();
    assert_eq!(desk.verify(&code).unwrap_err(), Refusal::Revoked);
    desk.judge(&payload).unwrap();
}

#[test]
fn payloads_against_the_schema_are_refused_by_their_field() {
    let desk = Desk::new();
    let field = |change: fn(&mut Json)| {
        let mut payload = specimen::vaccination();
        change(&mut payload);
        match desk.judge(&payload) {
            Err(Refusal::Schema(fault)) => fault.field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(field(|p| p["ver"] = json!("2.0.0")), "ver");
    assert_eq!(field(|p| p["ver"] = json!("1.3")), "ver");
    assert_eq!(field(|p| p["dob"] = json!("1815-08-24")), "dob");
    assert_eq!(field(|p| p["dob"] = json!("2021-06-02")), "dob");
    assert_eq!(field(|p| p["dob"] = json!(null)), "dob");
    assert_eq!(field(|p| p["nam"]["fnt"] = json!("Specimen")), "fnt");
    assert_eq!(field(|p| p["nam"]["gnt"] = json!("")), "gnt");
    assert_eq!(field(|p| p["v"][0]["dn"] = json!(0)), "dn");
    assert_eq!(field(|p| p["v"][0]["dt"] = json!("2021-02-30")), "dt");
    assert_eq!(field(|p| p["v"][0]["is"] = json!("x".repeat(81))), "is");
    assert_eq!(field(|p| p["v"][0]["co"] = json!("xx")), "co");
    assert_eq!(field(|p| p["v"] = json!([])), "v");
    assert_eq!(field(|p| p["v"] = json!([p["v"][0], p["v"][0]])), "v");
    assert_eq!(field(|p| p["t"] = json!([])), "v, t and r");
    assert_eq!(
        field(|p| drop(p.as_object_mut().unwrap().remove("v"))),
        "v, t or r"
    );
}

#[test]
fn keys_of_a_payload_may_not_stand_twice() {
    let desk = Desk::new();
    let mut token = token(&specimen::vaccination());
    let certificates = claims_of(&mut token).pop().unwrap().1;
    let mut payload = certificates.into_map().unwrap().pop().unwrap().1;
    payload
        .as_map_mut()
        .unwrap()
        .push((Value::from("ver"), Value::from("1.0.0")));
    let certificates = Value::Map(vec![(Value::from(1), payload)]);
    claims_of(&mut token).push((Value::from(-260), certificates));
    assert_eq!(desk.refusal(&token), Refusal::Cbor("a key stands twice"));
}

proptest! {
    #[test]
    fn no_message_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Envelope::read(&bytes);
        let _ = Claims::read(&bytes);
        let _ = Signer::from_certificate(&bytes);
    }

    #[test]
    fn no_token_makes_the_reader_panic(place in 0..400_usize, byte in any::<u8>()) {
        let mut claims = Vec::new();
        ciborium::into_writer(&token(&specimen::vaccination()).claims, &mut claims).unwrap();
        if let Some(changed) = claims.get_mut(place) {
            *changed = byte;
        }
        if let Ok(claims) = Claims::read(&claims) {
            let _ = schema::check(claims.payload(), claims.issued());
        }
    }
}
