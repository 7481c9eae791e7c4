//! Who calls: registrars and other trustees sign their requests (clause 9.2).

use std::time::Instant;

use axum::http::request::Parts;
use luyin_protocol::did::Did;
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::signature::PublicKey;
use luyin_protocol::time::Timestamp;

use super::error::TrusteeError;
use crate::http::budget::{Budgets, Rate, Spent};
use crate::http::nonce::{Nonce, Nonces};
use luyin_device::http_signature::{Message, Presented, SignatureError};

/// Requests a second of one caller, lasting, and at once.
const RATE: Rate = Rate {
    per_second: 20,
    burst: 200,
};
const REMEMBERED: usize = 65_536;

/// What is remembered of callers.
#[derive(Debug)]
pub struct Guards {
    budgets: Budgets<Did>,
    nonces: Nonces<Did>,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            budgets: Budgets::new(RATE, REMEMBERED),
            nonces: Nonces::new(REMEMBERED),
        }
    }
}

/// A request whose signature has its form and its time, by whom it says.
pub struct Claimed<'a> {
    parts: &'a Parts,
    presented: Presented,
}

impl<'a> Claimed<'a> {
    /// Reads the signature's headers.
    ///
    /// # Errors
    /// [`TrusteeError::Signature`].
    pub fn read(parts: &'a Parts, body: &[u8], now: Timestamp) -> Result<Self, TrusteeError> {
        let presented = with_message(parts, |message| Presented::read(message, body, now))??;
        Ok(Self { parts, presented })
    }

    /// The registrar it says to be of.
    ///
    /// # Errors
    /// [`TrusteeError::Caller`].
    pub fn registrar(&self) -> Result<Did, TrusteeError> {
        let did = self.presented.key_id().parse();
        did.map_err(|_| TrusteeError::Caller("accredited registrar"))
    }

    /// The trustee it says to be of.
    ///
    /// # Errors
    /// [`TrusteeError::Caller`].
    pub fn trustee(&self) -> Result<TrusteeIndex, TrusteeError> {
        let number = self.presented.key_id().strip_prefix("trustee:");
        let number = number.filter(|n| n.len() == 1).and_then(|n| n.parse().ok());
        number
            .and_then(|number: u8| TrusteeIndex::new(number).ok())
            .ok_or(TrusteeError::Caller("other trustee"))
    }

    /// Checks the signature under the caller's key, and that the caller is within its budget and the request new.
    ///
    /// # Errors
    /// [`TrusteeError`].
    pub fn verify(
        &self,
        caller: Did,
        key: &PublicKey,
        guards: &Guards,
        now: Timestamp,
    ) -> Result<(), TrusteeError> {
        with_message(self.parts, |message| self.presented.verify(message, key))??;
        // From here on the sender is known: only now may it use up its budget and nonces.
        if guards.budgets.spend(&caller, Instant::now()) == Spent::Exceeded {
            return Err(TrusteeError::Busy("too many requests of this caller"));
        }
        let end = self.presented.forget_after();
        match guards.nonces.take(caller, self.presented.nonce(), end, now) {
            Nonce::Fresh => Ok(()),
            Nonce::Used => Err(TrusteeError::NonceUsed),
            Nonce::NoRoom => Err(TrusteeError::Busy("too many requests")),
        }
    }
}

/// A trustee under the name by which its budget and nonces are kept; no document has that hash.
pub const fn name_of(trustee: TrusteeIndex) -> Did {
    Did::from_bytes([trustee.get(); 32])
}

fn with_message<T>(
    parts: &Parts,
    then: impl FnOnce(&Message<'_>) -> T,
) -> Result<T, SignatureError> {
    let mut fields = Vec::with_capacity(parts.headers.len());
    for (name, value) in &parts.headers {
        let value = value.to_str();
        let value = value.map_err(|_| SignatureError::Malformed("a header that is not ASCII"))?;
        fields.push((name.as_str(), value));
    }
    let host = fields.iter().find(|(name, _)| *name == "host");
    let authority = parts
        .uri
        .authority()
        .map(axum::http::uri::Authority::as_str);
    let authority = authority.or(host.map(|(_, value)| *value));
    Ok(then(&Message {
        method: parts.method.as_str(),
        authority: authority.ok_or(SignatureError::Missing("host"))?,
        path: parts.uri.path(),
        query: parts.uri.query(),
        fields: &fields,
    }))
}
