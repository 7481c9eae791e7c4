//! Sealing bytes to a named recipient: HPKE base mode (RFC 9180) with DHKEM(X25519, HKDF-SHA256),
//! HKDF-SHA256 and ChaCha20-Poly1305, which runs in constant time without hardware support, on a phone as
//! well as in a browser.
//!
//! `info` names the purpose and the recipient, `aad` the context; both must be given again at opening.
//! Base mode does not say who sealed: whatever is opened must be checked against something public.

use std::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use luyin_protocol::signature::SealPublicKey;
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use crate::keystore::SecretBytes;

/// Length of the encapsulated key that begins every sealed message.
const ENCAPSULATED_LEN: usize = 32;
/// Bytes that sealing adds to a plaintext.
pub const OVERHEAD: usize = ENCAPSULATED_LEN + 16;

/// Why sealing or opening to a key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealKeyError {
    /// The public key gives a shared secret that everyone knows.
    #[error("the public key is of low order")]
    BadPublicKey,
    /// Too short to hold an encapsulated key and a tag.
    #[error("sealed message is too short")]
    Truncated,
    /// Sealed to another key, for another purpose or context, or altered.
    #[error("sealed message does not open")]
    DoesNotOpen,
}

/// An X25519 private key that opens what is sealed to it. Erased when dropped, never printed.
#[derive(Clone)]
pub struct SealKey {
    private: <X25519HkdfSha256 as Kem>::PrivateKey,
    public: SealPublicKey,
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey({})", hex::encode(self.public.as_bytes()))
    }
}

impl SealKey {
    /// Draws a fresh key.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut());
        Self::from_secret(&SecretBytes::new(*bytes))
    }

    /// The key of 32 private bytes, for instance out of a keystore; every 32 bytes are a key.
    pub fn from_secret(secret: &SecretBytes) -> Self {
        let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret.expose())
            .expect("every 32 bytes are an X25519 private key");
        let public = X25519HkdfSha256::sk_to_pk(&private);
        let mut bytes = [0; 32];
        public.write_exact(&mut bytes);
        Self {
            private,
            public: SealPublicKey::from_bytes(bytes),
        }
    }

    /// The public half.
    pub fn public(&self) -> SealPublicKey {
        self.public
    }

    /// Opens what [`seal_to`] made for this key with the same `info` and `aad`.
    pub fn open(
        &self,
        info: &[u8],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealKeyError> {
        let (encapsulated, body) = sealed
            .split_at_checked(ENCAPSULATED_LEN)
            .ok_or(SealKeyError::Truncated)?;
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated)
            .map_err(|_| SealKeyError::Truncated)?;
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.private,
            &encapsulated,
            info,
            body,
            aad,
        )
        .map(Zeroizing::new)
        .map_err(|_| SealKeyError::DoesNotOpen)
    }
}

/// Seals `plaintext` to the holder of `recipient`.
pub fn seal_to(
    recipient: &SealPublicKey,
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Vec<u8>, SealKeyError> {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(recipient.as_bytes())
        .map_err(|_| SealKeyError::BadPublicKey)?;
    let (encapsulated, body) = hpke::single_shot_seal::<
        ChaCha20Poly1305,
        HkdfSha256,
        X25519HkdfSha256,
        _,
    >(&OpModeS::Base, &public, info, plaintext, aad, rng)
    .map_err(|_| SealKeyError::BadPublicKey)?;
    Ok([encapsulated.to_bytes().as_slice(), &body].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::rngs::OsRng;

    use super::*;

    fn key() -> SealKey {
        SealKey::generate(&mut OsRng)
    }

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    /// RFC 9180, appendix A.2.1, sequence number 0.
    #[test]
    fn the_vector_of_rfc_9180_opens() {
        let key = SealKey::from_secret(&SecretBytes::new(bytes(
            "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
        )));
        assert_eq!(
            key.public().as_bytes(),
            &bytes::<32>("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a")
        );
        let sealed = hex::decode(concat!(
            "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db",
            "21993c62ce81883d2dd1b51a28"
        ))
        .unwrap();
        let plain = key
            .open(b"Ode on a Grecian Urn", b"Count-0", &sealed)
            .unwrap();
        assert_eq!(plain.as_slice(), b"Beauty is truth, truth beauty");
    }

    #[test]
    fn only_the_recipient_opens_and_only_with_the_same_purpose_and_context() {
        let (key, other) = (key(), key());
        let sealed = seal_to(&key.public(), b"share", b"enrol", b"secret", &mut OsRng).unwrap();
        assert_eq!(sealed.len(), OVERHEAD + 6);
        assert_eq!(
            key.open(b"share", b"enrol", &sealed).unwrap().as_slice(),
            b"secret"
        );
        let refused = Err(SealKeyError::DoesNotOpen);
        assert_eq!(other.open(b"share", b"enrol", &sealed), refused);
        assert_eq!(key.open(b"contact", b"enrol", &sealed), refused);
        assert_eq!(key.open(b"share", b"other", &sealed), refused);
    }

    #[test]
    fn sealing_to_a_low_order_key_is_refused() {
        let low = SealPublicKey::from_bytes([0; 32]);
        assert_eq!(
            seal_to(&low, b"", b"", b"secret", &mut OsRng),
            Err(SealKeyError::BadPublicKey)
        );
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let key = key();
        let sealed = seal_to(&key.public(), b"", b"", b"secret", &mut OsRng).unwrap();
        for position in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[position] ^= 1;
            assert!(key.open(b"", b"", &bad).is_err(), "byte {position}");
            assert!(key.open(b"", b"", &sealed[..position]).is_err());
        }
    }

    #[test]
    fn debugging_a_key_shows_its_public_half_alone() {
        let key = SealKey::from_secret(&SecretBytes::new([9; 32]));
        assert!(!format!("{key:?}").contains("0909"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn any_bytes_survive_sealing(plain in proptest::collection::vec(any::<u8>(), 0..200)) {
            let key = key();
            let sealed = seal_to(&key.public(), b"i", b"a", &plain, &mut OsRng).unwrap();
            prop_assert_eq!(key.open(b"i", b"a", &sealed).unwrap().to_vec(), plain);
        }
    }
}
