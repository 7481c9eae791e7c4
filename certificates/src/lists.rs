//! The files that a check is made against: whom to trust, what was revoked, by which rules. JSON, made by somebody who has
//! followed the chains of certificates up to the countries.
//!
//! A list is taken whole or not at all: one that is half read would let through what its other half refuses.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value as Json;
use thiserror::Error;

use crate::hc1::{KeyId, RevocationList, SignerFault, TrustList};
use crate::rules::{Rule, RuleFault, RuleSet};
use crate::shc::{Issuer, IssuerFault, IssuerList};

/// More than the certificates of all countries take.
const LARGEST: usize = 16 * 1024 * 1024;

/// Whom to trust.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Of HC1 certificates.
    pub signers: TrustList,
    /// Of health cards.
    pub issuers: IssuerList,
}

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustDocument {
    #[serde(default)]
    signers: Vec<SignerDocument>,
    #[serde(default)]
    issuers: Vec<IssuerDocument>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignerDocument {
    /// DER in base64.
    certificate: String,
    /// In base64.
    kid: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IssuerDocument {
    iss: String,
    keys: Json,
    #[serde(default)]
    revocations: Vec<Json>,
}

/// Why a list is not taken. Places count from 1.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ListFault {
    #[error("the file is larger than 16 MiB")]
    TooLarge,
    #[error("the file is no list of this kind: {0}")]
    Form(String),
    #[error("the list trusts nobody")]
    Empty,
    #[error("signer {0}: {1}")]
    Signer(usize, SignerFault),
    #[error("signer {0}: its kid is not the start of the hash of its certificate")]
    KeyId(usize),
    #[error("issuer {0}: {1}")]
    Issuer(String, IssuerFault),
    #[error("issuer {0} stands twice")]
    Twice(String),
    #[error("entry {0} is not 16 bytes in base64")]
    Mark(usize),
    #[error("rule {0}: {1}")]
    Rule(usize, RuleFault),
}

/// `{"signers": [{"certificate": base64 DER, "kid": base64}], "issuers": [{"iss": URL, "keys": [JWK], "revocations": [...]}]}`;
/// a `kid` may be left out.
pub fn trust(bytes: &[u8]) -> Result<Trust, ListFault> {
    let document: TrustDocument = json(bytes)?;
    if document.signers.is_empty() && document.issuers.is_empty() {
        return Err(ListFault::Empty);
    }
    let mut trust = Trust::default();
    for (place, signer) in (1..).zip(document.signers) {
        let der = STANDARD.decode(&signer.certificate);
        let der = der.map_err(|_| ListFault::Signer(place, SignerFault::Encoding))?;
        let key = trust.signers.add_certificate(&der);
        let key: KeyId = key.map_err(|fault| ListFault::Signer(place, fault))?;
        if signer.kid.is_some_and(|kid| kid != key.to_string()) {
            return Err(ListFault::KeyId(place));
        }
    }
    let mut urls = BTreeSet::new();
    for document in document.issuers {
        let (url, keys) = (document.iss, Json::from_iter([("keys", document.keys)]));
        let fault = |fault| ListFault::Issuer(url.clone(), fault);
        let mut issuer = Issuer::read(&url, &keys).map_err(fault)?;
        for list in &document.revocations {
            let key = list.get("kid").and_then(Json::as_str).unwrap_or_default();
            issuer.revoke(key, list).map_err(fault)?;
        }
        trust.issuers.add(issuer);
        if !urls.insert(url.clone()) {
            return Err(ListFault::Twice(url.clone()));
        }
    }
    Ok(trust)
}

/// `[base64, ...]`, each the first 16 bytes of a hash, as the EU publishes them.
pub fn revoked(bytes: &[u8]) -> Result<RevocationList, ListFault> {
    let marks: Vec<String> = json(bytes)?;
    let mut list = RevocationList::new();
    for (place, mark) in (1..).zip(marks) {
        let mark = STANDARD.decode(&mark).ok();
        let mark = mark.and_then(|mark| <[u8; 16]>::try_from(mark).ok());
        list.add(mark.ok_or(ListFault::Mark(place))?);
    }
    Ok(list)
}

/// `[rule, ...]`, each as its country publishes it.
pub fn rules(bytes: &[u8]) -> Result<RuleSet, ListFault> {
    let documents: Vec<Json> = json(bytes)?;
    let mut rules = RuleSet::new();
    for (place, document) in (1..).zip(&documents) {
        rules.add(Rule::read(document).map_err(|fault| ListFault::Rule(place, fault))?);
    }
    Ok(rules)
}

fn json<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, ListFault> {
    if bytes.len() > LARGEST {
        return Err(ListFault::TooLarge);
    }
    serde_json::from_slice(bytes).map_err(|error| ListFault::Form(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::hc1::Kind;
    use crate::specimen::{ISSUER, SpecimenIssuer};

    fn fault(document: &Json) -> ListFault {
        trust(document.to_string().as_bytes()).unwrap_err()
    }

    #[test]
    fn a_list_is_taken_whole_or_not_at_all() {
        let issuer = SpecimenIssuer::new().unwrap();
        let der = issuer.certificate(&[Kind::Test]).unwrap();
        let signer = json!({
            "certificate": STANDARD.encode(&der), "kid": KeyId::of_certificate(&der).to_string(),
        });
        let card_issuer = json!({ "iss": ISSUER, "keys": [issuer.jwk().unwrap()] });
        let whole = json!({ "signers": [signer], "issuers": [card_issuer] });
        trust(whole.to_string().as_bytes()).unwrap();

        let other = json!({ "certificate": STANDARD.encode(&der), "kid": "AAAAAAAAAAA=" });
        let broken = json!({ "certificate": STANDARD.encode(b"nothing") });
        assert_eq!(
            fault(&json!({ "signers": [signer, other] })),
            ListFault::KeyId(2)
        );
        assert_eq!(
            fault(&json!({ "signers": [signer, broken] })),
            ListFault::Signer(2, SignerFault::Encoding)
        );
        assert_eq!(
            fault(&json!({ "issuers": [card_issuer, card_issuer] })),
            ListFault::Twice(ISSUER.to_owned())
        );
        assert_eq!(fault(&json!({})), ListFault::Empty);
        assert!(matches!(
            fault(&json!({ "signer": [] })),
            ListFault::Form(_)
        ));
        assert!(matches!(
            fault(&json!({ "issuers": [{ "iss": ISSUER, "keys": [{}] }] })),
            ListFault::Issuer(..)
        ));
    }

    #[test]
    fn revocations_and_rules_with_a_fault_are_refused_by_its_place() {
        revoked(br#"["AAAAAAAAAAAAAAAAAAAAAA=="]"#).unwrap();
        let short = revoked(br#"["AAAAAAAAAAAAAAAAAAAAAA==", "AAAA"]"#).unwrap_err();
        assert_eq!(short, ListFault::Mark(2));
        assert!(matches!(rules(b"[{}]").unwrap_err(), ListFault::Rule(1, _)));
        assert!(rules(b"[]").is_ok());
    }
}
