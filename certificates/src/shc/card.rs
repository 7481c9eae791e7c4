//! What a card says.

use serde_json::Value as Json;

use super::refusal::Refusal;
use crate::Moment;

const HEALTH_CARD: &str = "https://smarthealth.cards#health-card";

/// Its claims and its bundle. Verified if a verifier gave it.
#[derive(Clone, Debug)]
pub struct Card {
    issuer: String,
    not_before: Moment,
    expires: Option<Moment>,
    types: Vec<String>,
    revocation_id: Option<String>,
    bundle: Json,
}

impl Card {
    /// Reads a payload, which is to be JSON and nothing else, white space neither.
    pub fn read(payload: &[u8]) -> Result<Self, Refusal> {
        if payload.trim_ascii() != payload {
            return Err(Refusal::Payload("white space around it"));
        }
        let mut payload: Json =
            serde_json::from_slice(payload).map_err(|_| Refusal::Payload("no JSON"))?;
        let issuer = payload.get("iss").and_then(Json::as_str);
        let issuer = issuer.ok_or(Refusal::Payload("no issuer"))?.to_owned();
        if !issuer.starts_with("https://") || issuer.ends_with('/') {
            return Err(Refusal::IssuerUrl);
        }
        let not_before = moment(&payload, "nbf")?.ok_or(Refusal::Payload("no time"))?;
        let expires = moment(&payload, "exp")?;
        if expires.is_some_and(|expires| expires <= not_before) {
            return Err(Refusal::Time("exp"));
        }
        let credential = payload.get_mut("vc");
        let credential = credential.ok_or(Refusal::Payload("no credential"))?;
        let types = types(credential)?;
        let revocation_id = credential
            .get("rid")
            .and_then(Json::as_str)
            .map(str::to_owned);
        let bundle = credential.pointer_mut("/credentialSubject/fhirBundle");
        let bundle = bundle.filter(|bundle| bundle.is_object()).map(Json::take);
        Ok(Self {
            issuer,
            not_before,
            expires,
            types,
            revocation_id,
            bundle: bundle.ok_or(Refusal::Payload("no FHIR bundle"))?,
        })
    }

    /// A card is valid from its time of issue until just before its expiry, if it has one.
    pub fn check_time(&self, clock: Moment) -> Result<(), Refusal> {
        if clock < self.not_before {
            return Err(Refusal::NotYetValid(self.not_before));
        }
        match self.expires {
            Some(expires) if clock >= expires => Err(Refusal::Expired(expires)),
            _ => Ok(()),
        }
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub const fn not_before(&self) -> Moment {
        self.not_before
    }

    pub const fn expires(&self) -> Option<Moment> {
        self.expires
    }

    /// What it is about, such as `https://smarthealth.cards#immunization`.
    pub fn types(&self) -> &[String] {
        &self.types
    }

    /// What the issuer would revoke it by.
    pub fn revocation_id(&self) -> Option<&str> {
        self.revocation_id.as_deref()
    }

    pub const fn bundle(&self) -> &Json {
        &self.bundle
    }
}

fn types(credential: &Json) -> Result<Vec<String>, Refusal> {
    let types = credential.get("type").and_then(Json::as_array);
    let types = types.ok_or(Refusal::NotAHealthCard)?.iter();
    let types: Option<Vec<String>> = types.map(|one| one.as_str().map(str::to_owned)).collect();
    let types = types.ok_or(Refusal::NotAHealthCard)?;
    if types.iter().any(|one| one == HEALTH_CARD) {
        Ok(types)
    } else {
        Err(Refusal::NotAHealthCard)
    }
}

/// Seconds since 1970, perhaps with a fraction. Milliseconds, which some write, lie beyond all years.
fn moment(payload: &Json, claim: &'static str) -> Result<Option<Moment>, Refusal> {
    match payload.get(claim) {
        None => Ok(None),
        Some(time) => {
            let moment = time.as_f64().and_then(Moment::from_seconds);
            moment.map(Some).ok_or(Refusal::Time(claim))
        }
    }
}
