//! The issuers that a verifier trusts, with what each publishes below its URL.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use thiserror::Error;

use super::card::Card;
use super::key::{IssuerKey, JwkFault};
use super::revocations::{Revocations, RevocationsFault};

/// An issuer's keys, each with its list of revocations if it has one.
#[derive(Clone, Debug)]
pub struct Issuer {
    url: String,
    keys: BTreeMap<String, IssuerKey>,
    revocations: BTreeMap<String, Revocations>,
}

/// Why what an issuer publishes is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IssuerFault {
    #[error("the document is no set of keys")]
    Keys,
    #[error("key {0}: {1}")]
    Key(usize, JwkFault),
    #[error("revocations: {0}")]
    Revocations(#[from] RevocationsFault),
    #[error("the issuer has no key {0}")]
    UnknownKey(String),
}

impl Issuer {
    /// The issuer at this URL, by its `/.well-known/jwks.json`.
    pub fn read(url: &str, key_set: &Json) -> Result<Self, IssuerFault> {
        let keys = key_set.get("keys").and_then(Json::as_array);
        let keys = keys.ok_or(IssuerFault::Keys)?.iter().enumerate();
        let keys = keys.map(|(place, key)| {
            let key = IssuerKey::read(key, url).map_err(|fault| IssuerFault::Key(place, fault))?;
            Ok((key.id().to_owned(), key))
        });
        Ok(Self {
            url: url.to_owned(),
            keys: keys.collect::<Result<_, IssuerFault>>()?,
            revocations: BTreeMap::new(),
        })
    }

    /// Takes what the issuer publishes under `/.well-known/crl/` for the key.
    pub fn revoke(&mut self, key_id: &str, list: &Json) -> Result<(), IssuerFault> {
        let key = self.key(key_id);
        let key = key.ok_or_else(|| IssuerFault::UnknownKey(key_id.to_owned()))?;
        let revocations = Revocations::read(list, key)?;
        self.revocations.insert(key_id.to_owned(), revocations);
        Ok(())
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn keys(&self) -> impl Iterator<Item = &IssuerKey> {
        self.keys.values()
    }

    pub(super) fn key(&self, id: &str) -> Option<&IssuerKey> {
        self.keys.get(id)
    }

    pub(super) fn has_revoked(&self, card: &Card, key_id: &str) -> bool {
        let list = self.revocations.get(key_id);
        list.is_some_and(|list| list.hold(card))
    }
}

/// Issuers by their URL.
#[derive(Clone, Debug, Default)]
pub struct IssuerList {
    issuers: BTreeMap<String, Issuer>,
}

impl IssuerList {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, issuer: Issuer) {
        self.issuers.insert(issuer.url().to_owned(), issuer);
    }

    pub(super) fn named(&self, url: &str) -> Option<&Issuer> {
        self.issuers.get(url)
    }
}
