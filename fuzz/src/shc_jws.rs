//! The JWS of a health card.

use crate::{Outcome, Seed, Target, law, specimens};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use luyin_certificates::shc::{Jws, Refusal};
use serde_json::{Value as Json, json};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "white space around it is trimmed",
    seeds,
};

/// What a payload may be blown up to.
const LARGEST: usize = 512 * 1024;

/// Each part has one spelling, the header says what is taken and nothing critical, and the payload is no larger than it may be.
fn law(data: &[u8], read: impl Fn(&str) -> Result<Jws, Refusal>) -> Outcome {
    let text = match std::str::from_utf8(data) {
        Err(error) => return law::refused(error),
        Ok(text) => text,
    };
    let jws = match read(text) {
        Err(error) => return law::refused(error),
        Ok(jws) => jws,
    };
    let decoded: Vec<Vec<u8>> = text
        .split('.')
        .map(|part| {
            let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
            assert_eq!(URL_SAFE_NO_PAD.encode(&bytes), part, "a second spelling");
            bytes
        })
        .collect();
    let [header, _, _] = decoded.as_slice() else {
        panic!("not three parts");
    };
    let header: Json = serde_json::from_slice(header).expect("a header is JSON");
    assert_eq!(header.get("alg"), Some(&json!("ES256")));
    assert_eq!(header.get("kid"), Some(&json!(jws.key_id())));
    assert_eq!(header.get("crit"), None, "something critical is overlooked");
    assert!(jws.payload().len() <= LARGEST, "a payload without bounds");
    Outcome::Accepted
}

/// One spelling, one algorithm, bounded.
pub fn check(data: &[u8]) -> Outcome {
    law(data, Jws::read)
}

fn planted(data: &[u8]) -> Outcome {
    law(data, |text| Jws::read(text.trim()))
}

fn jws(header: &Json, packed: &[u8]) -> Vec<u8> {
    let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let header = encoded(&specimens::written(header));
    let signature = encoded(&specimens::FILLING);
    format!("{header}.{}.{signature}", encoded(packed)).into_bytes()
}

fn seeds() -> Vec<Seed> {
    let header = json!({ "alg": "ES256", "kid": "a", "zip": "DEF" });
    let critical = json!({ "alg": "ES256", "crit": ["b"], "kid": "a", "zip": "DEF" });
    let unsigned = json!({ "alg": "none", "kid": "a", "zip": "DEF" });
    let packed = specimens::deflated(b"{}");
    let large = specimens::deflated(&vec![b' '; LARGEST + 1]);
    vec![
        ("small", jws(&header, &packed)),
        ("not-signed", jws(&unsigned, &packed)),
        ("not-understood", jws(&critical, &packed)),
        ("not-so-large", jws(&header, &large)),
    ]
}
