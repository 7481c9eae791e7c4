//! An issuer's list of revoked cards, one for each of its keys.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;
use thiserror::Error;

use super::card::Card;
use super::key::IssuerKey;
use crate::Moment;

const METHOD: &str = "rid";
const LONGEST_ID: usize = 24;

/// Revoked identifiers; with a moment, only cards that were issued before it.
#[derive(Clone, Debug, Default)]
pub struct Revocations {
    revoked: BTreeMap<String, Option<Moment>>,
}

/// As it is published.
#[derive(Deserialize)]
struct Document {
    kid: String,
    method: String,
    ctr: u64,
    rids: Vec<String>,
}

/// Why a list cannot be relied on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RevocationsFault {
    #[error("the document is no list of revocations")]
    Form,
    #[error("the list is for the key {0}")]
    OtherKey(String),
    #[error("the list identifies cards by {0}, which is not known here")]
    Method(String),
    #[error("the list's version is {0}, which is not the key's: fetch both anew")]
    Version(u64),
    #[error("{0} is no identifier")]
    Identifier(String),
    #[error("{0} stands twice")]
    Twice(String),
}

impl Revocations {
    /// Reads the list that goes with the key.
    pub fn read(json: &Json, key: &IssuerKey) -> Result<Self, RevocationsFault> {
        let document = Document::deserialize(json).map_err(|_| RevocationsFault::Form)?;
        if document.kid != key.id() {
            return Err(RevocationsFault::OtherKey(document.kid));
        }
        if document.method != METHOD {
            return Err(RevocationsFault::Method(document.method));
        }
        if Some(document.ctr) != key.revocations_version() {
            return Err(RevocationsFault::Version(document.ctr));
        }
        let mut revoked = BTreeMap::new();
        for entry in document.rids {
            let read = identifier(&entry);
            let (id, before) = read.ok_or_else(|| RevocationsFault::Identifier(entry.clone()))?;
            if revoked.insert(id, before).is_some() {
                return Err(RevocationsFault::Twice(entry));
            }
        }
        Ok(Self { revoked })
    }

    pub fn hold(&self, card: &Card) -> bool {
        let entry = card.revocation_id().and_then(|id| self.revoked.get(id));
        entry.is_some_and(|before| before.is_none_or(|before| card.not_before() < before))
    }
}

/// The identifier, and the moment in seconds after a dot.
fn identifier(entry: &str) -> Option<(String, Option<Moment>)> {
    let (id, before) = match entry.split_once('.') {
        Some((id, seconds)) => {
            let seconds: u32 = seconds.parse().ok()?;
            (id, Some(Moment::from_millis(i64::from(seconds) * 1_000)))
        }
        None => (entry, None),
    };
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let holds = !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(is_letter);
    holds.then(|| (id.to_owned(), before))
}
