//! The wallet's file: one sealed whole, replaced as a whole.
//!
//! ```text
//! file = "LUYINWA" | version(1) | length(2) | key box | body
//! key box = sealed(passphrase, wallet key)      body = sealed(wallet key, content)
//! ```
//! The passphrase is stretched once, at opening; each later write costs one AES pass. Storage stands behind
//! [`Vault`], so that a browser can keep the same bytes elsewhere and tests can fail every write.

use luyin_keys::sealed::{self, SealError, Secret, Strength, WrappingKey};
use luyin_protocol::codec::{DecodeError, Reader};
use rand::{CryptoRng, RngCore};
use std::io;
use thiserror::Error;
use zeroize::Zeroizing;

const MAGIC: &[u8; 7] = b"LUYINWA";
const VERSION: u8 = 1;
const KEY_CONTEXT: &[u8] = b"luyin/v1/wallet/key";
const BODY_CONTEXT: &[u8] = b"luyin/v1/wallet";
/// The longest wallet file that is read.
pub const MAX_FILE: u64 = 64 << 20;

/// Keeps one blob of bytes. A write is whole or not at all, and durable when it returns.
pub trait Vault {
    /// What was stored last; none where nothing was.
    fn load(&self) -> io::Result<Option<Vec<u8>>>;
    /// Stores in its place.
    fn store(&self, bytes: &[u8]) -> io::Result<()>;
}

/// Why a wallet file was not opened or sealed.
#[derive(Debug, Error)]
pub enum VaultError {
    /// Not a wallet file, or cut short.
    #[error("this is no wallet file")]
    NotAWallet,
    /// A version this build does not know.
    #[error("wallet file version {0} is not supported; use a newer build")]
    Version(u8),
    /// Wrong passphrase, or damaged bytes.
    #[error("the wallet does not open: {0}")]
    Sealed(#[from] SealError),
}

impl VaultError {
    /// A stable name for the kind of error.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::NotAWallet => "not_a_wallet",
            Self::Version(..) => "wallet_version",
            Self::Sealed(SealError::WrongSecret) => "wrong_passphrase",
            Self::Sealed(..) => "wallet_sealed",
        }
    }
}

impl From<DecodeError> for VaultError {
    fn from(_: DecodeError) -> Self {
        Self::NotAWallet
    }
}

/// Seals the wallet's content under a key of its own, which the passphrase opens.
pub struct Sealer {
    key_box: Vec<u8>,
    key: Secret,
    strength: Strength,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(..)")
    }
}

impl Sealer {
    /// Draws a wallet key and locks it with `passphrase`.
    ///
    /// # Errors
    /// [`VaultError::Sealed`].
    pub fn create(
        passphrase: &Secret,
        strength: Strength,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(key.as_mut());
        let key_box = sealed::seal(passphrase, strength, KEY_CONTEXT, key.as_ref(), rng)?;
        Ok(Self {
            key_box,
            key: Secret::Key(WrappingKey::from_bytes(*key)),
            strength,
        })
    }

    /// Opens a wallet file; gives its content too.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn open(
        bytes: &[u8],
        passphrase: &Secret,
        strength: Strength,
    ) -> Result<(Self, Zeroizing<Vec<u8>>), VaultError> {
        let mut reader = Reader::new(bytes);
        if reader.array("a wallet")? != *MAGIC {
            return Err(VaultError::NotAWallet);
        }
        let version = reader.u8("a version")?;
        if version != VERSION {
            return Err(VaultError::Version(version));
        }
        let key_box = reader.bytes(usize::from(u16::MAX), "a key box")?.to_vec();
        let body = reader.take(reader.remaining(), "a body")?;
        let key = sealed::open(passphrase, strength, KEY_CONTEXT, &key_box)?;
        let key: Zeroizing<[u8; 32]> = key
            .as_slice()
            .try_into()
            .map(Zeroizing::new)
            .map_err(|_| VaultError::NotAWallet)?;
        let key = Secret::Key(WrappingKey::from_bytes(*key));
        let content = sealed::open(&key, strength, BODY_CONTEXT, body)?;
        let sealer = Self {
            key_box,
            key,
            strength,
        };
        Ok((sealer, content))
    }

    /// The bytes of a wallet file with this content.
    ///
    /// # Errors
    /// [`VaultError::Sealed`].
    pub fn seal(
        &self,
        content: &[u8],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Vec<u8>, VaultError> {
        let body = sealed::seal(&self.key, self.strength, BODY_CONTEXT, content, rng)?;
        let length = u16::try_from(self.key_box.len()).map_err(|_| VaultError::NotAWallet)?;
        let mut out = Vec::with_capacity(10 + self.key_box.len() + body.len());
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&self.key_box);
        out.extend_from_slice(&body);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use luyin_keys::sealed::Passphrase;
    use rand::rngs::OsRng;
    use std::num::NonZeroU32;

    fn weak() -> Strength {
        Strength::weak_for_tests(NonZeroU32::new(2).unwrap())
    }

    fn secret(text: &str) -> Secret {
        Secret::Passphrase(Passphrase::new(text).unwrap())
    }

    #[test]
    fn only_the_passphrase_opens_and_the_bytes_hold_no_plaintext() {
        let sealer = Sealer::create(&secret("correct horse"), weak(), &mut OsRng).unwrap();
        let file = sealer.seal(b"the content of a wallet", &mut OsRng).unwrap();
        let (again, content) = Sealer::open(&file, &secret("correct horse"), weak()).unwrap();
        assert_eq!(content.as_slice(), b"the content of a wallet");
        let file = again.seal(b"more", &mut OsRng).unwrap();
        let (_, content) = Sealer::open(&file, &secret("correct horse"), weak()).unwrap();
        assert_eq!(content.as_slice(), b"more");
        assert!(matches!(
            Sealer::open(&file, &secret("battery staple"), weak()),
            Err(VaultError::Sealed(SealError::WrongSecret))
        ));
        assert!(!file.windows(4).any(|w| w == b"more"));
    }

    #[test]
    fn a_file_stretched_too_little_is_refused_in_production() {
        let sealer = Sealer::create(&secret("correct horse"), weak(), &mut OsRng).unwrap();
        let file = sealer.seal(b"x", &mut OsRng).unwrap();
        assert!(matches!(
            Sealer::open(&file, &secret("correct horse"), Strength::PRODUCTION),
            Err(VaultError::Sealed(SealError::TooWeak { .. }))
        ));
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_refused() {
        let sealer = Sealer::create(&secret("correct horse"), weak(), &mut OsRng).unwrap();
        let file = sealer.seal(b"content", &mut OsRng).unwrap();
        for at in 0..file.len() {
            let mut bad = file.clone();
            bad[at] ^= 1;
            assert!(Sealer::open(&bad, &secret("correct horse"), weak()).is_err());
            assert!(Sealer::open(&file[..at], &secret("correct horse"), weak()).is_err());
        }
    }
}
