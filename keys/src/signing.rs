//! Ed25519 signing keys. Every signature names its use and its network, so that none can be moved to another
//! message kind or ledger; layout and verification stand in `luyin_protocol::signature`.

use std::fmt;

use ed25519_dalek::Signer;
use luyin_protocol::signature::{Domain, NetworkId, PublicKey, Signature, signing_message};
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use crate::keystore::SecretBytes;

/// An Ed25519 private key. Erased when dropped; only its public half is ever printed.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public())
    }
}

impl SigningKey {
    /// Draws a fresh key.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The key of an RFC 8032 seed, for instance out of a keystore; every 32 bytes are a key.
    pub fn from_secret(seed: &SecretBytes) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed.expose()))
    }

    /// The seed, for putting into a keystore.
    pub fn to_secret(&self) -> SecretBytes {
        SecretBytes::new(*self.0.as_bytes())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey::from_bytes(self.0.verifying_key().to_bytes())
    }

    /// Signs `body` for one use on one network; `PublicKey::verify` checks it.
    pub fn sign(&self, domain: Domain, network: &NetworkId, body: &[u8]) -> Signature {
        self.sign_raw(&signing_message(domain, network, body))
    }

    /// Signs bytes whose framing another standard gives (RFC 9421 signature bases, C2SP signed notes). Never for
    /// the project's own messages: those go through [`SigningKey::sign`].
    pub fn sign_raw(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::OsRng;

    use super::*;

    #[test]
    fn a_signature_verifies_for_its_use_and_network_alone() {
        let key = SigningKey::generate(&mut OsRng);
        let (a, b) = (
            NetworkId::from_bytes([1; 32]),
            NetworkId::from_bytes([2; 32]),
        );
        let signature = key.sign(Domain::EscrowAck, &a, b"body");
        let verify = |domain, network, body: &[u8]| {
            key.public()
                .verify(domain, network, body, &signature)
                .is_ok()
        };
        assert!(verify(Domain::EscrowAck, &a, b"body"));
        assert!(!verify(Domain::Release, &a, b"body"));
        assert!(!verify(Domain::EscrowAck, &b, b"body"));
        assert!(!verify(Domain::EscrowAck, &a, b"bodx"));
        assert!(SigningKey::generate(&mut OsRng).public() != key.public());
    }

    #[test]
    fn a_key_survives_its_seed_and_prints_no_secret() {
        let key = SigningKey::from_secret(&SecretBytes::new([0xA7; 32]));
        assert_eq!(
            SigningKey::from_secret(&key.to_secret()).public(),
            key.public()
        );
        assert!(!format!("{key:?}").contains("a7a7a7"));
        assert!(PublicKey::checked(*key.public().as_bytes()).is_ok());
    }

    /// RFC 8032, section 7.1, test 1.
    #[test]
    fn the_vector_of_rfc_8032_holds() {
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let key = SigningKey::from_secret(&SecretBytes::new(seed.unwrap().try_into().unwrap()));
        assert_eq!(
            key.public().to_string(),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        assert_eq!(
            key.sign_raw(b"").to_string(),
            concat!(
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
                "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            )
        );
    }
}
