//! Lists of whom to trust for certificates of others.

use crate::{Outcome, Seed, Target, law, specimens};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use luyin_certificates::hc1::{KeyId, Kind, Signer};
use luyin_certificates::lists::{self, ListFault, Trust};
use luyin_certificates::specimen::certificate;
use serde_json::{Value as Json, json};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a signer that cannot be read is left out, and the rest of the list is taken",
    seeds,
};

/// A list is taken whole or not at all: of one that is taken, each part is taken by itself too.
fn law(data: &[u8], read: impl Fn(&[u8]) -> Result<Trust, ListFault>) -> Outcome {
    if let Err(error) = read(data) {
        return law::refused(error);
    }
    let list: Json = serde_json::from_slice(data).expect("what was read is JSON");
    let of = |field: &'static str| list.get(field).and_then(Json::as_array);
    let mut parts = 0;
    for field in ["signers", "issuers"] {
        for part in of(field).into_iter().flatten() {
            let alone = lists::trust(&specimens::written(&json!({ field: [part] })));
            assert!(alone.is_ok(), "half of a list was taken: {alone:?}");
            parts += 1;
        }
    }
    assert!(parts > 0, "a list that trusts nobody was taken");
    Outcome::Accepted
}

/// A list is taken whole or not at all.
pub fn check(data: &[u8]) -> Outcome {
    law(data, lists::trust)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |data| {
        let Ok(mut list) = serde_json::from_slice::<Json>(data) else {
            return lists::trust(data);
        };
        if let Some(signers) = list.get_mut("signers").and_then(Json::as_array_mut) {
            signers.retain(|signer| {
                let der = signer.get("certificate").and_then(Json::as_str);
                let der = der.and_then(|text| STANDARD.decode(text).ok());
                der.is_some_and(|der| Signer::from_certificate(&der).is_ok())
            });
        }
        lists::trust(&specimens::written(&list))
    })
}

fn seeds() -> Vec<Seed> {
    let signer = |kinds: &[Kind]| {
        let der = certificate(&specimens::point(), kinds).expect("a certificate");
        let kid = KeyId::of_certificate(&der).to_string();
        json!({ "certificate": STANDARD.encode(der), "kid": kid })
    };
    let (all, tests) = (signer(&[]), signer(&[Kind::Test]));
    let mut unnamed = tests.clone();
    unnamed["kid"] = all["kid"].clone();
    let issuer = json!({ "iss": "https://specimen.example", "keys": [] });
    let seed = |json: Json| specimens::written(&json);
    vec![
        ("two-signers", seed(json!({ "signers": [all, tests] }))),
        ("an-issuer", seed(json!({ "issuers": [issuer] }))),
        (
            "not-of-anybody",
            seed(json!({ "signers": [], "issuers": [] })),
        ),
        ("not-under-its-name", seed(json!({ "signers": [unnamed] }))),
        (
            "not-an-issuer-twice",
            seed(json!({ "issuers": [issuer, issuer] })),
        ),
    ]
}
