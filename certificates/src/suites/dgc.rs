//! The member states' codes with their expected results, by the definitions of that repository's README.
//!
//! A file is a case, and passes if every result that it expects comes out. The two results of code
//! generation are treated so: `EXPECTEDENCODE` compares the JSON with the CBOR; `EXPECTEDVALIDOBJECT` is
//! left out, since 56 files want it true and `EXPECTEDSCHEMAVALIDATION` of the same object false.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::files::{self, SuiteFault};
use super::outcome::Outcome;
use super::picture;
use crate::Moment;
use crate::hc1::{Claims, Envelope, RevocationList, Signer, TrustList, Verifier, code, schema};

pub fn run(folder: &Path) -> Result<Outcome, SuiteFault> {
    let mut outcome = Outcome::new();
    for path in files::below(folder, ".json")? {
        // A file that cannot be read fails alone: its suite is made by many hands.
        let came_out = match files::json(&path) {
            Ok(file) => Case::of(&file).and_then(|case| case.check()),
            Err(fault) => Err(fault.to_string()),
        };
        outcome.count(files::name(folder, &path), came_out);
    }
    Ok(outcome)
}

struct Case<'a> {
    file: &'a Json,
    certificate: Vec<u8>,
    trust: TrustList,
    clock: Moment,
}

/// The results that a whole verification depends on.
const DECISIVE: [&str; 8] = [
    "EXPECTEDUNPREFIX",
    "EXPECTEDB45DECODE",
    "EXPECTEDCOMPRESSION",
    "EXPECTEDDECODE",
    "EXPECTEDVERIFY",
    "EXPECTEDEXPIRATIONCHECK",
    "EXPECTEDSCHEMAVALIDATION",
    "EXPECTEDKEYUSAGE",
];

impl<'a> Case<'a> {
    fn of(file: &'a Json) -> Result<Self, String> {
        let context = file.get("TESTCTX").ok_or("no test context")?;
        let certificate = STANDARD.decode(files::string(context, "CERTIFICATE"));
        let certificate = certificate.map_err(|fault| format!("certificate: {fault}"))?;
        let mut trust = TrustList::new();
        // A certificate that cannot be read trusts nobody, and the case comes out so.
        let _ = trust.add_certificate(&certificate);
        let clock = Moment::parse(files::string(context, "VALIDATIONCLOCK"));
        Ok(Self {
            file,
            certificate,
            trust,
            clock: clock.map_err(|fault| fault.to_string())?,
        })
    }

    fn check(&self) -> Result<(), String> {
        let expected = self.file.get("EXPECTEDRESULTS").and_then(Json::as_object);
        let expected = expected.ok_or("no expected results")?;
        let mut against = Vec::new();
        for (name, expected) in expected {
            let came_out = self.result(name);
            if came_out.is_some_and(|came_out| Some(came_out) != expected.as_bool()) {
                against.push(format!("{name} should be {expected}"));
            }
        }
        let of = |name: &str| expected.get(name).and_then(Json::as_bool);
        let refused = self.verify().is_err();
        if DECISIVE.iter().any(|name| of(name) == Some(false)) && !refused {
            against.push("the verifier lets it pass".to_owned());
        }
        let whole = [
            "EXPECTEDVERIFY",
            "EXPECTEDEXPIRATIONCHECK",
            "EXPECTEDSCHEMAVALIDATION",
        ];
        // Some give no expected key usage with a signer whose usage is another.
        let holds = self.result("EXPECTEDKEYUSAGE") == Some(true)
            && whole.iter().all(|name| of(name) == Some(true))
            && DECISIVE.iter().all(|name| of(name) != Some(false));
        if let (true, Err(refusal)) = (holds, self.verify()) {
            against.push(format!("the verifier refuses it: {refusal}"));
        }
        if against.is_empty() {
            Ok(())
        } else {
            Err(against.join("; "))
        }
    }

    fn verify(&self) -> Result<(), String> {
        let (trust, revoked) = (&self.trust, &RevocationList::new());
        let verifier = Verifier {
            trust,
            revoked,
            clock: self.clock,
        };
        let verified = verifier.verify(self.string("PREFIX"));
        verified.map(|_| ()).map_err(|refusal| refusal.to_string())
    }

    /// How a step comes out; `None` for steps that the file gives nothing for, or that are not ours.
    fn result(&self, name: &str) -> Option<bool> {
        let claims = self.claims();
        Some(match name {
            "EXPECTEDUNPREFIX" => code::unprefixed(self.string("PREFIX")).is_ok_and(|text| {
                self.string("BASE45").is_empty() || text == self.string("BASE45")
            }),
            "EXPECTEDB45DECODE" => self
                .packed()
                .is_some_and(|packed| self.is("COMPRESSED", &packed)),
            "EXPECTEDCOMPRESSION" => {
                let packed = self.hex("COMPRESSED").or_else(|| self.packed())?;
                code::inflated(&packed).is_ok_and(|message| self.is("COSE", &message))
            }
            "EXPECTEDVERIFY" => self
                .envelope()
                .is_some_and(|envelope| envelope.signer(&self.trust).is_ok()),
            "EXPECTEDDECODE" => claims.is_some_and(|claims| self.is_payload(&claims)),
            "EXPECTEDEXPIRATIONCHECK" => {
                claims.is_some_and(|claims| claims.check_time(self.clock).is_ok())
            }
            "EXPECTEDVALIDJSON" => {
                claims.is_some_and(|claims| Some(claims.payload()) == self.file.get("JSON"))
            }
            "EXPECTEDSCHEMAVALIDATION" => claims
                .is_some_and(|claims| schema::check(claims.payload(), claims.issued()).is_ok()),
            "EXPECTEDKEYUSAGE" => self.may_sign(&claims?),
            "EXPECTEDENCODE" => {
                self.file.get("CBOR")?;
                self.cbor().as_ref() == self.file.get("JSON")
            }
            "EXPECTEDPICTUREDECODE" => {
                let picture = STANDARD.decode(self.file.get("2DCODE")?.as_str()?).ok();
                picture.and_then(|png| picture::text(&png)).as_deref()
                    == Some(self.string("PREFIX"))
            }
            _ => return None,
        })
    }

    fn string(&self, key: &str) -> &str {
        files::string(self.file, key)
    }

    fn hex(&self, key: &str) -> Option<Vec<u8>> {
        hex::decode(self.file.get(key)?.as_str()?).ok()
    }

    /// Whether the bytes are those that the file gives, if it gives any.
    fn is(&self, key: &str, bytes: &[u8]) -> bool {
        self.hex(key).is_none_or(|given| given == bytes)
    }

    fn packed(&self) -> Option<Vec<u8>> {
        let text = self.file.get("BASE45").and_then(Json::as_str);
        let text = text.or_else(|| code::unprefixed(self.string("PREFIX")).ok());
        code::base45(text?).ok()
    }

    fn envelope(&self) -> Option<Envelope> {
        let message = self
            .hex("COSE")
            .or_else(|| code::message(self.string("PREFIX")).ok());
        Envelope::read(&message?).ok()
    }

    fn claims(&self) -> Option<Claims> {
        Claims::read(self.envelope()?.payload()).ok()
    }

    /// The certificate in the CBOR given, which some states give alone and some within its claims.
    fn cbor(&self) -> Option<Json> {
        let bytes = self.hex("CBOR")?;
        if let Ok(claims) = Claims::read(&bytes) {
            return Some(claims.payload().clone());
        }
        let value: ciborium::Value = ciborium::from_reader(&bytes[..]).ok()?;
        crate::hc1::cbor::json(value).ok()
    }

    fn is_payload(&self, claims: &Claims) -> bool {
        self.file.get("CBOR").is_none() || self.cbor().as_ref() == Some(claims.payload())
    }

    fn may_sign(&self, claims: &Claims) -> bool {
        let kind = schema::kind(claims.payload());
        let signer = Signer::from_certificate(&self.certificate);
        matches!((kind, signer), (Ok(kind), Ok(signer)) if signer.may_sign(kind))
    }
}
