//! Sealing of opaque bytes under a passphrase or a wrapping key.
//!
//! One primitive serves the keystore file, the trustee's share files and the wallet's vault. It does no
//! I/O, so it also runs in a browser.
//!
//! ```text
//! sealed  = header | checksum(8) | AES-256-GCM(file key, nonce, plaintext; AAD = header | context)
//! header  = "LUYINSL" | version(1) | kdf(1) | rounds(4) | salt(32) | nonce(12) | key check(16)
//! master  = PBKDF2-HMAC-SHA256(passphrase, salt, rounds)   kdf 1
//!         = the wrapping key                               kdf 0, rounds = 0
//! file key, key check = HKDF-SHA256(salt, master, "luyin/v1/seal/key" or "luyin/v1/seal/check")
//! ```
//!
//! The key check lets a wrong passphrase be told from damaged bytes. It gives an attacker nothing that
//! the authentication tag does not give. The checksum (first 8 bytes of SHA-256 of the header) guards
//! against accidents only; the header is authenticated as associated data.

use std::fmt;
use std::num::NonZeroU32;

use luyin_protocol::codec::{DecodeError, Reader};
use rand::{CryptoRng, RngCore};
use ring::{aead, hkdf, pbkdf2};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const MAGIC: &[u8; 7] = b"LUYINSL";
const VERSION: u8 = 1;
const KDF_KEY: u8 = 0;
const KDF_PBKDF2: u8 = 1;
const HEADER_LEN: usize = 7 + 1 + 1 + 4 + 32 + 12 + 16;
const CHECKSUM_LEN: usize = 8;
const TAG_LEN: usize = 16;
/// Bytes that sealing adds to a plaintext.
pub const SEAL_OVERHEAD: usize = HEADER_LEN + CHECKSUM_LEN + TAG_LEN;
/// Fewest PBKDF2 rounds that production accepts (OWASP, PBKDF2-HMAC-SHA256).
pub const PRODUCTION_ROUNDS: u32 = 600_000;
/// Most rounds that opening will run: a forged header must not hang the process.
const MAX_ROUNDS: u32 = 20_000_000;
/// Fewest characters of a passphrase.
pub const MIN_PASSPHRASE_CHARS: usize = 8;

/// Why sealing or opening was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The bytes do not begin like a sealed file.
    #[error("not a sealed file")]
    NotSealed,
    /// A version this build does not know.
    #[error("sealed file version {0} is not supported")]
    UnsupportedVersion(u8),
    /// The file says passphrase and a key was given, or the other way round.
    #[error("sealed with another kind of secret")]
    OtherSecretKind,
    /// The passphrase or the wrapping key is not the one it was sealed with.
    #[error("wrong passphrase or key")]
    WrongSecret,
    /// The secret is right and the bytes are damaged, or belong to another context.
    #[error("sealed bytes are damaged or belong elsewhere")]
    Corrupted,
    /// Fewer PBKDF2 rounds than the caller accepts.
    #[error("{found} PBKDF2 rounds are fewer than the {required} required")]
    TooWeak {
        /// Rounds in the header.
        found: u32,
        /// Rounds the caller asks for.
        required: u32,
    },
    /// More PBKDF2 rounds than any honest file has.
    #[error("{0} PBKDF2 rounds are implausible")]
    TooManyRounds(u32),
    /// The passphrase has fewer than [`MIN_PASSPHRASE_CHARS`] characters.
    #[error("passphrase is too short")]
    PassphraseTooShort,
}

impl From<DecodeError> for SealError {
    fn from(_: DecodeError) -> Self {
        Self::Corrupted
    }
}

/// A passphrase; erased when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Passphrase(String);

impl Passphrase {
    /// Takes a passphrase of at least [`MIN_PASSPHRASE_CHARS`] characters.
    pub fn new(text: impl Into<String>) -> Result<Self, SealError> {
        let mut text: String = text.into();
        if text.chars().count() < MIN_PASSPHRASE_CHARS {
            text.zeroize();
            return Err(SealError::PassphraseTooShort);
        }
        Ok(Self(text))
    }
}

/// A 32-byte key that wraps other keys; erased when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct WrappingKey([u8; 32]);

impl WrappingKey {
    /// Takes 32 uniformly random bytes, for instance a passkey's PRF output.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Draws a fresh key.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

/// How a passphrase is stretched: what whoever does it elsewhere has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretching {
    salt: [u8; 32],
    rounds: NonZeroU32,
}

impl Stretching {
    /// For something that is to be sealed.
    pub fn draw(strength: Strength, rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        let rounds = strength.rounds;
        Self { salt, rounds }
    }

    /// For opening what is sealed; none where it opens with a key.
    ///
    /// # Errors
    /// Bytes that are no sealed file, and rounds that `strength` does not accept.
    pub fn of(sealed: &[u8], strength: Strength) -> Result<Option<Self>, SealError> {
        let header = Header::decode(&mut Reader::new(sealed))?;
        header.check_strength(strength)?;
        let salt = header.salt;
        Ok(NonZeroU32::new(header.rounds).map(|rounds| Self { salt, rounds }))
    }

    /// What was given out before.
    #[must_use]
    pub const fn new(salt: [u8; 32], rounds: NonZeroU32) -> Self {
        Self { salt, rounds }
    }

    /// The salt.
    #[must_use]
    pub const fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// The rounds.
    #[must_use]
    pub const fn rounds(&self) -> NonZeroU32 {
        self.rounds
    }
}

/// A passphrase that was stretched elsewhere, for instance by a browser's Web Crypto, which is many times faster than the
/// same code compiled for the browser. It opens only what was sealed with the same salt and rounds.
#[derive(Clone)]
pub struct Stretched {
    stretching: Stretching,
    master: WrappingKey,
}

impl Stretched {
    /// `master` is PBKDF2-HMAC-SHA256 of the passphrase, with the stretching's salt and rounds.
    #[must_use]
    pub fn new(stretching: Stretching, master: [u8; 32]) -> Self {
        let master = WrappingKey(master);
        Self { stretching, master }
    }
}

/// What unlocks a sealed file.
#[derive(Clone)]
pub enum Secret {
    /// Something a person remembers; stretched by PBKDF2.
    Passphrase(Passphrase),
    /// The same, stretched already.
    Stretched(Stretched),
    /// Something a machine holds; used as it is.
    Key(WrappingKey),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passphrase(_) => "Secret::Passphrase(..)",
            Self::Stretched(_) => "Secret::Stretched(..)",
            Self::Key(_) => "Secret::Key(..)",
        })
    }
}

/// How hard a passphrase is stretched, and the least that opening accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength {
    rounds: NonZeroU32,
    floor: u32,
}

impl Strength {
    /// [`PRODUCTION_ROUNDS`] rounds.
    pub const PRODUCTION: Self = Self {
        rounds: match NonZeroU32::new(PRODUCTION_ROUNDS) {
            Some(rounds) => rounds,
            None => unreachable!(),
        },
        floor: PRODUCTION_ROUNDS,
    };

    /// `rounds` rounds for new files; opening still accepts [`PRODUCTION_ROUNDS`].
    pub fn stronger(rounds: u32) -> Result<Self, SealError> {
        if rounds > MAX_ROUNDS {
            return Err(SealError::TooManyRounds(rounds));
        }
        match NonZeroU32::new(rounds) {
            Some(nonzero) if rounds >= PRODUCTION_ROUNDS => Ok(Self {
                rounds: nonzero,
                floor: PRODUCTION_ROUNDS,
            }),
            _ => Err(SealError::TooWeak {
                found: rounds,
                required: PRODUCTION_ROUNDS,
            }),
        }
    }

    /// Few rounds, so that tests are fast. What it seals is refused by [`Strength::PRODUCTION`].
    pub fn weak_for_tests(rounds: NonZeroU32) -> Self {
        Self {
            rounds,
            floor: rounds.get(),
        }
    }
}

struct Header {
    kdf: u8,
    rounds: u32,
    salt: [u8; 32],
    nonce: [u8; 12],
    check: [u8; 16],
}

impl Header {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_LEN);
        out.extend_from_slice(MAGIC);
        out.push(VERSION);
        out.push(self.kdf);
        out.extend_from_slice(&self.rounds.to_be_bytes());
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&self.check);
        out
    }

    /// Reads header and checksum; leaves the reader at the ciphertext.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, SealError> {
        if reader.array("magic").map_err(|_| SealError::NotSealed)? != *MAGIC {
            return Err(SealError::NotSealed);
        }
        let version = reader.u8("version")?;
        if version != VERSION {
            return Err(SealError::UnsupportedVersion(version));
        }
        let header = Self {
            kdf: reader.u8("kdf")?,
            rounds: reader.u32("rounds")?,
            salt: reader.array("salt")?,
            nonce: reader.array("nonce")?,
            check: reader.array("key check")?,
        };
        if reader.array("checksum")? != checksum(&header.encode()) {
            return Err(SealError::Corrupted);
        }
        match (header.kdf, header.rounds) {
            (KDF_KEY, 0) | (KDF_PBKDF2, 1..) => Ok(header),
            _ => Err(SealError::Corrupted),
        }
    }

    fn check_strength(&self, strength: Strength) -> Result<(), SealError> {
        if self.kdf == KDF_KEY {
            return Ok(());
        }
        if self.rounds < strength.floor {
            return Err(SealError::TooWeak {
                found: self.rounds,
                required: strength.floor,
            });
        }
        if self.rounds > MAX_ROUNDS {
            return Err(SealError::TooManyRounds(self.rounds));
        }
        Ok(())
    }
}

fn checksum(header: &[u8]) -> [u8; CHECKSUM_LEN] {
    let digest: [u8; 32] = Sha256::digest(header).into();
    let mut out = [0; CHECKSUM_LEN];
    out.iter_mut().zip(digest).for_each(|(o, d)| *o = d);
    out
}

struct Derived {
    key: aead::LessSafeKey,
    check: [u8; 16],
}

fn derive(secret: &Secret, header: &Header) -> Result<Derived, SealError> {
    let master = match (secret, header.kdf) {
        (Secret::Key(key), KDF_KEY) => Zeroizing::new(key.0),
        (Secret::Passphrase(passphrase), KDF_PBKDF2) => {
            let rounds = NonZeroU32::new(header.rounds).ok_or(SealError::Corrupted)?;
            let mut out = Zeroizing::new([0_u8; 32]);
            pbkdf2::derive(
                pbkdf2::PBKDF2_HMAC_SHA256,
                rounds,
                &header.salt,
                passphrase.0.as_bytes(),
                out.as_mut(),
            );
            out
        }
        (Secret::Stretched(stretched), KDF_PBKDF2) => {
            let Stretching { salt, rounds } = stretched.stretching;
            if (salt, rounds.get()) != (header.salt, header.rounds) {
                return Err(SealError::WrongSecret);
            }
            Zeroizing::new(stretched.master.0)
        }
        _ => return Err(SealError::OtherSecretKind),
    };
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &header.salt).extract(master.as_ref());
    let mut key = Zeroizing::new([0_u8; 32]);
    let mut check = [0_u8; 32];
    for (info, out) in [
        (&b"luyin/v1/seal/key"[..], &mut *key),
        (&b"luyin/v1/seal/check"[..], &mut check),
    ] {
        prk.expand(&[info], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(out))
            .map_err(|_| SealError::Corrupted)?;
    }
    let key = aead::UnboundKey::new(&aead::AES_256_GCM, key.as_ref())
        .map_err(|_| SealError::Corrupted)?;
    let [check, _]: [[u8; 16]; 2] = split(check);
    Ok(Derived {
        key: aead::LessSafeKey::new(key),
        check,
    })
}

fn split(bytes: [u8; 32]) -> [[u8; 16]; 2] {
    let mut halves = [[0; 16]; 2];
    halves
        .iter_mut()
        .flatten()
        .zip(bytes)
        .for_each(|(to, from)| *to = from);
    halves
}

/// Seals `plaintext` for whoever holds `secret`. `context` says what the bytes are for and must be given
/// again at opening; it is authenticated and not stored.
pub fn seal(
    secret: &Secret,
    strength: Strength,
    context: &[u8],
    plaintext: &[u8],
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Vec<u8>, SealError> {
    let mut header = Header {
        kdf: KDF_KEY,
        rounds: 0,
        salt: [0; 32],
        nonce: [0; 12],
        check: [0; 16],
    };
    rng.fill_bytes(&mut header.salt);
    rng.fill_bytes(&mut header.nonce);
    match secret {
        Secret::Key(_) => {}
        Secret::Passphrase(_) => {
            header.kdf = KDF_PBKDF2;
            header.rounds = strength.rounds.get();
        }
        Secret::Stretched(stretched) => {
            header.kdf = KDF_PBKDF2;
            header.rounds = stretched.stretching.rounds.get();
            header.salt = stretched.stretching.salt;
        }
    }
    header.check_strength(strength)?;
    let derived = derive(secret, &header)?;
    header.check = derived.check;

    let mut out = header.encode();
    let aad = [out.as_slice(), context].concat();
    out.extend_from_slice(&checksum(&out));
    let mut body = Zeroizing::new(plaintext.to_vec());
    let tag = derived
        .key
        .seal_in_place_separate_tag(
            aead::Nonce::assume_unique_for_key(header.nonce),
            aead::Aad::from(aad),
            &mut body,
        )
        .map_err(|_| SealError::Corrupted)?;
    out.extend_from_slice(&body);
    out.extend_from_slice(tag.as_ref());
    Ok(out)
}

/// Opens what [`seal`] made with the same secret and context.
///
/// # Errors
/// Tells apart bytes that are no sealed file, a wrong secret, damage, and too few PBKDF2 rounds.
pub fn open(
    secret: &Secret,
    strength: Strength,
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let mut reader = Reader::new(sealed);
    let header = Header::decode(&mut reader)?;
    header.check_strength(strength)?;
    let derived = derive(secret, &header)?;
    // The check is public (it stands in the file), so comparing it in constant time would guard nothing.
    if derived.check != header.check {
        return Err(SealError::WrongSecret);
    }
    let mut body = Zeroizing::new(reader.take(reader.remaining(), "body")?.to_vec());
    let aad = [header.encode().as_slice(), context].concat();
    let len = derived
        .key
        .open_in_place(
            aead::Nonce::assume_unique_for_key(header.nonce),
            aead::Aad::from(aad),
            &mut body,
        )
        .map_err(|_| SealError::Corrupted)?
        .len();
    body.truncate(len);
    Ok(body)
}

#[cfg(test)]
mod tests;
