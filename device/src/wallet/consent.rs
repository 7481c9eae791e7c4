//! Consents: to what purpose, in which version, when given and when taken back. They stand in the wallet alone.

use super::{Vault, Wallet, WalletError};
use luyin_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

const MAX_PURPOSE: usize = 40;
const MAX_CONSENTS: usize = 64;

/// One consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// What it is for.
    pub purpose: String,
    /// Of which wording.
    pub version: u32,
    /// When it was given.
    pub given: Timestamp,
    /// When it was taken back.
    pub withdrawn: Option<Timestamp>,
}

/// What a person says to a purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Agrees.
    Give,
    /// Takes it back.
    Withdraw,
}

impl<V: Vault> Wallet<V> {
    /// Notes a consent or its withdrawal. To give what is given, or to take back what is not, changes nothing.
    ///
    /// # Errors
    /// [`WalletError::Consent`] for a purpose without a proper name; those of finding the person and of writing.
    pub fn consent(
        &mut self,
        label: Option<&str>,
        purpose: &str,
        version: u32,
        answer: Answer,
        now: Timestamp,
    ) -> Result<(), WalletError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        if purpose.is_empty() || purpose.len() > MAX_PURPOSE || !purpose.bytes().all(plain) {
            return Err(WalletError::Consent);
        }
        let person = self.content.person_mut(label)?;
        let live = person
            .consents
            .iter_mut()
            .find(|c| c.withdrawn.is_none() && c.purpose == purpose && c.version == version);
        match (live, answer) {
            (Some(_), Answer::Give) | (None, Answer::Withdraw) => return Ok(()),
            (Some(consent), Answer::Withdraw) => consent.withdrawn = Some(now),
            (None, Answer::Give) => {
                person.consents.push(Consent {
                    purpose: purpose.to_owned(),
                    version,
                    given: now,
                    withdrawn: None,
                });
                let beyond = person.consents.len().saturating_sub(MAX_CONSENTS);
                person.consents.drain(..beyond);
            }
        }
        self.save()
    }
}
