//! A certificate that holds.

use serde_json::Value as Json;

use super::claims::Claims;
use super::statement::Kind;
use crate::Moment;

/// Verified: the signature, its time, its schema and its signer's right to make it.
#[derive(Clone, Debug)]
pub struct Certificate {
    claims: Claims,
    kind: Kind,
    is_key_name_signed: bool,
}

impl Certificate {
    pub(super) const fn new(claims: Claims, kind: Kind, is_key_name_signed: bool) -> Self {
        Self {
            claims,
            kind,
            is_key_name_signed,
        }
    }

    /// Whether the name of its key stands under the signature, as it should.
    pub const fn is_key_name_signed(&self) -> bool {
        self.is_key_name_signed
    }

    pub const fn kind(&self) -> Kind {
        self.kind
    }

    pub fn issuer(&self) -> Option<&str> {
        self.claims.issuer()
    }

    pub const fn issued(&self) -> Moment {
        self.claims.issued()
    }

    pub const fn expires(&self) -> Moment {
        self.claims.expires()
    }

    /// The payload as JSON: what rules judge.
    pub const fn payload(&self) -> &Json {
        self.claims.payload()
    }

    /// The unique identifier of each entry, which revocations name.
    pub fn identifiers(&self) -> impl Iterator<Item = &str> {
        let entries = self.payload().get(self.kind.group());
        let entries = entries.and_then(Json::as_array).into_iter().flatten();
        entries.filter_map(|entry| entry.get("ci")?.as_str())
    }
}
