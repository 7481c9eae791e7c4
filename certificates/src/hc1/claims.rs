//! The claims of the token (RFC 8392): who issued it, for which time, and the certificate within.

use ciborium::Value;
use serde_json::Value as Json;

use super::cbor;
use super::refusal::Refusal;
use crate::Moment;

const ISSUER: i64 = 1;
const EXPIRES: i64 = 4;
const ISSUED: i64 = 6;
const HEALTH_CERTIFICATES: i64 = -260;
/// The only kind of health certificate: the EU's, first version.
const EU_FIRST_VERSION: i64 = 1;

/// What a token says.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    issuer: Option<String>,
    issued: Moment,
    expires: Moment,
    payload: Json,
}

impl Claims {
    pub fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut token = Fields::of(cbor::read(bytes)?)?;
        let issuer = token.take(ISSUER)?.map(text).transpose()?;
        let issued = moment(&mut token, ISSUED, "time of issue")?;
        let expires = moment(&mut token, EXPIRES, "time of expiry")?;
        let within = token.take(HEALTH_CERTIFICATES)?;
        let mut within = Fields::of(within.ok_or(Refusal::ClaimMissing("health certificate"))?)?;
        let payload = within.take(EU_FIRST_VERSION)?.ok_or(Refusal::ClaimMissing(
            "certificate of the EU's first version",
        ))?;
        if !matches!(payload, Value::Map(_)) {
            return Err(Refusal::Cbor("the certificate is no map"));
        }
        Ok(Self {
            issuer,
            issued,
            expires,
            payload: cbor::json(payload)?,
        })
    }

    /// A token is valid from its issue until its expiry, both included.
    pub fn check_time(&self, clock: Moment) -> Result<(), Refusal> {
        if clock < self.issued {
            Err(Refusal::NotYetValid(self.issued))
        } else if clock > self.expires {
            Err(Refusal::Expired(self.expires))
        } else {
            Ok(())
        }
    }

    /// The country or organisation that issued it, if it says so.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    pub const fn issued(&self) -> Moment {
        self.issued
    }

    pub const fn expires(&self) -> Moment {
        self.expires
    }

    /// The certificate as JSON, not yet held against the schema.
    pub const fn payload(&self) -> &Json {
        &self.payload
    }
}

/// A map with integers as keys.
struct Fields(Vec<(Value, Value)>);

impl Fields {
    fn of(value: Value) -> Result<Self, Refusal> {
        match value {
            Value::Map(entries) => Ok(Self(entries)),
            _ => Err(Refusal::Cbor("the claims are no map")),
        }
    }

    fn take(&mut self, key: i64) -> Result<Option<Value>, Refusal> {
        let key = Value::from(key);
        let mut found = None;
        for (_, value) in self.0.extract_if(.., |(other, _)| *other == key) {
            if found.replace(value).is_some() {
                return Err(Refusal::Cbor("a claim stands twice"));
            }
        }
        Ok(found)
    }
}

fn text(value: Value) -> Result<String, Refusal> {
    value
        .into_text()
        .map_err(|_| Refusal::Cbor("the issuer is no text"))
}

/// Seconds since 1970, as an integer or, as Spain writes them, with a fraction.
fn moment(token: &mut Fields, key: i64, name: &'static str) -> Result<Moment, Refusal> {
    let seconds = match token.take(key)?.ok_or(Refusal::ClaimMissing(name))? {
        Value::Integer(seconds) => i64::try_from(seconds)
            .ok()
            .and_then(|seconds| seconds.checked_mul(1_000))
            .map(Moment::from_millis),
        Value::Float(seconds) => Moment::from_seconds(seconds),
        _ => None,
    };
    seconds.ok_or(Refusal::Cbor("a time is no number of seconds"))
}
