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
}

impl Certificate {
    pub(super) const fn new(claims: Claims, kind: Kind) -> Self {
        Self { claims, kind }
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
