//! Ed25519 signing keys. Every signature of the project is domain-separated: it names what is signed and
//! the network it belongs to, so that no signature can be moved to another message kind or network.
//!
//! The message layout and the verifying side stand in `luyin_protocol::signature`.

use std::fmt;

use ed25519_dalek::Signer;
use luyin_protocol::signature::{PublicKey, Signature, signing_message};
use rand::{CryptoRng, RngCore};
use zeroize::{Zeroize, Zeroizing};

/// An Ed25519 private key (RFC 8032 seed). Erased when dropped, never printed.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Draws a fresh key.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        Self::from_seed(&seed)
    }

    /// The key of a 32-byte seed; every seed is a valid key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The seed, for sealing into a keystore.
    pub fn to_seed(&self) -> Zeroizing<[u8; 32]> {
        let mut bytes = self.0.to_bytes();
        let seed = Zeroizing::new(bytes);
        bytes.zeroize();
        seed
    }
}
