//! How a page opens something sealed: a passphrase that the browser stretched, or a passkey's secret.

use super::Fault;
use luyin_keys::sealed::{Secret, Stretched, Stretching, WrappingKey};
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;

/// How the passphrase was stretched; without it the bytes beside are a passkey's secret.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Key {
    #[serde(default)]
    stretching: Option<StretchingView>,
}

/// What the browser's PBKDF2 has to know.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StretchingView {
    salt: String,
    rounds: NonZeroU32,
}

impl From<Stretching> for StretchingView {
    fn from(stretching: Stretching) -> Self {
        Self {
            salt: hex::encode(stretching.salt()),
            rounds: stretching.rounds(),
        }
    }
}

impl Key {
    /// The secret, out of the bytes beside the call.
    pub(super) fn secret(&self, bytes: &[u8]) -> Result<Secret, Fault> {
        let bytes = thirty_two(bytes)?;
        let Some(view) = &self.stretching else {
            return Ok(Secret::Key(WrappingKey::from_bytes(bytes)));
        };
        let mut salt = [0; 32];
        hex::decode_to_slice(&view.salt, &mut salt).map_err(|error| Fault::arguments(&error))?;
        let stretching = Stretching::new(salt, view.rounds);
        Ok(Secret::Stretched(Stretched::new(stretching, bytes)))
    }

    /// The name of a refusal: whoever held up a passkey is not told of a passphrase.
    pub(super) fn refused(&self, fault: Fault) -> Fault {
        match (&self.stretching, fault.slug.as_str()) {
            (None, "wrong_passphrase") => Fault::new("wrong_prf", fault.message),
            _ => fault,
        }
    }
}

/// A key's length.
pub(super) fn thirty_two(bytes: &[u8]) -> Result<[u8; 32], Fault> {
    let bytes = bytes.try_into();
    bytes.map_err(|_| Fault::new("other_version", "a secret of another length"))
}
