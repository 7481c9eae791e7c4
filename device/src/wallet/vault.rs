//! The wallet's file: one sealed whole, replaced as a whole.
//!
//! ```text
//! file    = "LUYINWA" | 1 | length(2) | key box | body
//!         | "LUYINWA" | 2 | boxes(1) | { length(2) | key box } | body
//! key box = sealed(passphrase or passkey, wallet key)      body = sealed(wallet key, content)
//! ```
//! The passphrase is stretched once, at opening; each later write costs one AES pass. A passkey's secret opens a second box;
//! a file with one box is of version 1. Storage stands behind [`Vault`], so that a browser can keep the same bytes elsewhere
//! and tests can fail every write.

use luyin_keys::sealed::{self, SealError, Secret, Strength, Stretching, WrappingKey};
use luyin_protocol::codec::{DecodeError, Reader};
use rand::{CryptoRng, RngCore};
use std::io;
use thiserror::Error;
use zeroize::Zeroizing;

const MAGIC: &[u8; 7] = b"LUYINWA";
const ONE_BOX: u8 = 1;
const SOME_BOXES: u8 = 2;
/// A passphrase and a passkey.
const MAX_BOXES: u8 = 2;
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
            Self::Sealed(SealError::WrongSecret | SealError::OtherSecretKind) => "wrong_passphrase",
            Self::Sealed(..) => "wallet_sealed",
        }
    }
}

impl From<DecodeError> for VaultError {
    fn from(_: DecodeError) -> Self {
        Self::NotAWallet
    }
}

/// A wallet file in its parts.
struct Parts<'a> {
    key_boxes: Vec<Vec<u8>>,
    body: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, VaultError> {
        let mut reader = Reader::new(bytes);
        if reader.array("a wallet")? != *MAGIC {
            return Err(VaultError::NotAWallet);
        }
        let count = match reader.u8("a version")? {
            ONE_BOX => 1,
            SOME_BOXES => match reader.u8("key boxes")? {
                count @ 2..=MAX_BOXES => count,
                _ => return Err(VaultError::NotAWallet),
            },
            version => return Err(VaultError::Version(version)),
        };
        let mut key_boxes = Vec::new();
        for _ in 0..count {
            key_boxes.push(reader.bytes(usize::from(u16::MAX), "a key box")?.to_vec());
        }
        let body = reader.take(reader.remaining(), "a body")?;
        Ok(Self { key_boxes, body })
    }
}

/// What can be known of a wallet file without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locks {
    /// How its passphrase is stretched, where one opens it.
    pub passphrase: Option<Stretching>,
    /// Whether a passkey opens it.
    pub passkey: bool,
}

impl Locks {
    /// The locks of a wallet file.
    ///
    /// # Errors
    /// [`VaultError`] where it is none, or `strength` does not accept it.
    pub fn of(bytes: &[u8], strength: Strength) -> Result<Self, VaultError> {
        let mut locks = Self {
            passphrase: None,
            passkey: false,
        };
        for key_box in Parts::of(bytes)?.key_boxes {
            match Stretching::of(&key_box, strength)? {
                Some(stretching) => locks.passphrase = Some(stretching),
                None => locks.passkey = true,
            }
        }
        Ok(locks)
    }
}

/// Seals the wallet's content under a key of its own, which a passphrase or a passkey opens.
pub struct Sealer {
    key_boxes: Vec<Vec<u8>>,
    key: Zeroizing<[u8; 32]>,
    strength: Strength,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(..)")
    }
}

impl Sealer {
    /// Draws a wallet key and locks it with `secret`.
    ///
    /// # Errors
    /// [`VaultError::Sealed`].
    pub fn create(
        secret: &Secret,
        strength: Strength,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(key.as_mut());
        let key_box = sealed::seal(secret, strength, KEY_CONTEXT, key.as_ref(), rng)?;
        Ok(Self {
            key_boxes: vec![key_box],
            key,
            strength,
        })
    }

    /// Opens a wallet file; gives its content too.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn open(
        bytes: &[u8],
        secret: &Secret,
        strength: Strength,
    ) -> Result<(Self, Zeroizing<Vec<u8>>), VaultError> {
        let Parts { key_boxes, body } = Parts::of(bytes)?;
        let key = unlock(&key_boxes, secret, strength)?;
        let sealer = Self {
            key_boxes,
            key,
            strength,
        };
        let content = sealed::open(&sealer.secret(), strength, BODY_CONTEXT, body)?;
        Ok((sealer, content))
    }

    /// Lets a passkey open the file as well, from the next sealing on; one that did so before does no longer.
    ///
    /// # Errors
    /// [`VaultError::Sealed`].
    pub fn add_passkey(
        &mut self,
        passkey: WrappingKey,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(), VaultError> {
        let secret = Secret::Key(passkey);
        let key_box = sealed::seal(&secret, self.strength, KEY_CONTEXT, self.key.as_ref(), rng)?;
        let strength = self.strength;
        self.key_boxes
            .retain(|old| Stretching::of(old, strength).is_ok_and(|by| by.is_some()));
        self.key_boxes.push(key_box);
        Ok(())
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
        let body = sealed::seal(&self.secret(), self.strength, BODY_CONTEXT, content, rng)?;
        let mut out = MAGIC.to_vec();
        match self.key_boxes.as_slice() {
            [_] => out.push(ONE_BOX),
            several => {
                out.push(SOME_BOXES);
                out.push(u8::try_from(several.len()).map_err(|_| VaultError::NotAWallet)?);
            }
        }
        for key_box in &self.key_boxes {
            let length = u16::try_from(key_box.len()).map_err(|_| VaultError::NotAWallet)?;
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(key_box);
        }
        out.extend_from_slice(&body);
        Ok(out)
    }

    fn secret(&self) -> Secret {
        Secret::Key(WrappingKey::from_bytes(*self.key))
    }
}

/// The wallet key out of the first box that the secret opens.
fn unlock(
    key_boxes: &[Vec<u8>],
    secret: &Secret,
    strength: Strength,
) -> Result<Zeroizing<[u8; 32]>, VaultError> {
    let mut refused = SealError::OtherSecretKind;
    for key_box in key_boxes {
        match sealed::open(secret, strength, KEY_CONTEXT, key_box) {
            Ok(key) => {
                let key = key.as_slice().try_into().map(Zeroizing::new);
                return key.map_err(|_| VaultError::NotAWallet);
            }
            Err(SealError::OtherSecretKind) => {}
            Err(error) => refused = error,
        }
    }
    Err(refused.into())
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

    fn passkey(byte: u8) -> WrappingKey {
        WrappingKey::from_bytes([byte; 32])
    }

    #[test]
    fn a_passkey_opens_beside_the_passphrase_and_its_successor_in_its_place() {
        let mut sealer = Sealer::create(&secret("correct horse"), weak(), &mut OsRng).unwrap();
        let before = sealer.seal(b"x", &mut OsRng).unwrap();
        assert_eq!(before[7], ONE_BOX);
        assert!(!Locks::of(&before, weak()).unwrap().passkey);
        sealer.add_passkey(passkey(1), &mut OsRng).unwrap();
        sealer.add_passkey(passkey(2), &mut OsRng).unwrap();
        let file = sealer.seal(b"content", &mut OsRng).unwrap();
        assert_eq!(file[7], SOME_BOXES);
        let locks = Locks::of(&file, weak()).unwrap();
        assert!(locks.passkey && locks.passphrase.is_some());
        for good in [secret("correct horse"), Secret::Key(passkey(2))] {
            let (again, content) = Sealer::open(&file, &good, weak()).unwrap();
            assert_eq!(content.as_slice(), b"content");
            assert_eq!(again.seal(b"", &mut OsRng).unwrap()[7], SOME_BOXES);
        }
        for bad in [secret("battery staple"), Secret::Key(passkey(1))] {
            let refused = Sealer::open(&file, &bad, weak());
            assert!(matches!(
                refused,
                Err(VaultError::Sealed(SealError::WrongSecret))
            ));
        }
        let without = Sealer::open(&before, &Secret::Key(passkey(2)), weak());
        assert!(matches!(
            without,
            Err(VaultError::Sealed(SealError::OtherSecretKind))
        ));
        for at in 0..file.len() {
            let mut bad = file.clone();
            bad[at] ^= 1;
            let opened = Sealer::open(&bad, &secret("correct horse"), weak());
            // The passkey's own box may be damaged, and the passphrase still opens.
            assert!(opened.is_err() || opened.unwrap().1.as_slice() == b"content");
        }
    }

    #[test]
    fn a_passkey_alone_may_lock_a_wallet() {
        let sealer = Sealer::create(&Secret::Key(passkey(1)), weak(), &mut OsRng).unwrap();
        let file = sealer.seal(b"content", &mut OsRng).unwrap();
        let locks = Locks::of(&file, Strength::PRODUCTION).unwrap();
        assert!(locks.passkey && locks.passphrase.is_none());
        assert!(Sealer::open(&file, &Secret::Key(passkey(1)), weak()).is_ok());
    }
}
