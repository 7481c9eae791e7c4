//! Ed25519 keys and signatures with a domain for every use (protocol clause 2.6).

use crate::bytes_newtype;
use crate::codec::DecodeError;
use sha2::{Digest, Sha256};
use thiserror::Error;

bytes_newtype! {
    /// An Ed25519 public key (RFC 8032), 32 bytes.
    PublicKey[32];
    /// An Ed25519 signature, 64 bytes.
    Signature[64];
    /// The ledger's identity: SHA-256 of its genesis entry. Every signature covers it.
    NetworkId[32];
    /// An X25519 public key to which shares and openings are sealed (RFC 9180).
    SealPublicKey[32];
    /// A Groth16 proof: compressed A, B, C. Only its length is checked here; `circuits` decodes it.
    ProofBytes[128];
    /// SHA-256.
    Sha256Hash[32];
}

impl Sha256Hash {
    /// Hashes bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_bytes(Sha256::digest(bytes).into())
    }
}

/// What a signature is for; signatures of one use never verify for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// A transaction of an organisation.
    Transaction,
    /// A governance transaction, by a proposer or an approver.
    Governance,
    /// A trustee's acknowledgement of an escrow share.
    EscrowAck,
    /// Three trustees' release of a day's values.
    Release,
    /// A shown pass.
    Show,
    /// A gate bundle.
    Bundle,
    /// The list of notices' values between two bundles.
    List,
    /// A batch of audit records.
    Audit,
    /// A regulator's or node's report.
    Report,
    /// A registrar's word to the trustees.
    Registrar,
    /// A validator's prevote or precommit.
    ConsensusVote,
    /// A validator's proposal of a body.
    ConsensusProposal,
    /// A proposer's seal on a body that travels in parts.
    ConsensusBody,
    /// A validator's word that a peer of the network is its node.
    ConsensusPeer,
}

impl Domain {
    /// The bytes that open every message of this use.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Transaction => "luyin/v1/tx",
            Self::Governance => "luyin/v1/governance",
            Self::EscrowAck => "luyin/v1/escrow-ack",
            Self::Release => "luyin/v1/release",
            Self::Show => "luyin/v1/show",
            Self::Bundle => "luyin/v1/bundle",
            Self::List => "luyin/v1/list",
            Self::Audit => "luyin/v1/audit",
            Self::Report => "luyin/v1/report",
            Self::Registrar => "luyin/v1/registrar",
            Self::ConsensusVote => "luyin/v1/consensus-vote",
            Self::ConsensusProposal => "luyin/v1/consensus-proposal",
            Self::ConsensusBody => "luyin/v1/consensus-body",
            Self::ConsensusPeer => "luyin/v1/consensus-peer",
        }
    }
}

/// The bytes that are signed: `label || 0x00 || network id || SHA-256(body)`.
#[must_use]
pub fn signing_message(domain: Domain, network: &NetworkId, body: &[u8]) -> Vec<u8> {
    let label = domain.label().as_bytes();
    let mut out = Vec::with_capacity(label.len() + 65);
    out.extend_from_slice(label);
    out.push(0);
    out.extend_from_slice(network.as_bytes());
    out.extend_from_slice(&Sha256::digest(body));
    out
}

/// A signature that does not hold.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the signature does not verify")]
pub struct BadSignature;

impl PublicKey {
    /// Checks that the bytes are a curve point of no small order.
    pub fn checked(bytes: [u8; 32]) -> Result<Self, DecodeError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes)
            .map_err(|_| DecodeError::Invalid("an Ed25519 public key"))?;
        if key.is_weak() {
            return Err(DecodeError::Invalid("an Ed25519 public key of full order"));
        }
        Ok(Self::from_bytes(bytes))
    }

    /// Verifies a signature over [`signing_message`] (`verify_strict`).
    pub fn verify(
        &self,
        domain: Domain,
        network: &NetworkId,
        body: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        self.verify_raw(&signing_message(domain, network, body), signature)
    }

    /// Verifies a signature over bytes whose framing another standard gives (RFC 9421, notes).
    pub fn verify_raw(&self, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        let key =
            ed25519_dalek::VerifyingKey::from_bytes(self.as_bytes()).map_err(|_| BadSignature)?;
        let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
        key.verify_strict(message, &signature)
            .map_err(|_| BadSignature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    #[test]
    fn a_signature_holds_for_one_use_one_network_and_one_body() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = PublicKey::checked(key.verifying_key().to_bytes()).unwrap();
        let (a, b) = (
            NetworkId::from_bytes([1; 32]),
            NetworkId::from_bytes([2; 32]),
        );
        let s = Signature::from_bytes(
            key.sign(&signing_message(Domain::Show, &a, b"x"))
                .to_bytes(),
        );
        assert!(public.verify(Domain::Show, &a, b"x", &s).is_ok());
        assert!(public.verify(Domain::Audit, &a, b"x", &s).is_err());
        assert!(public.verify(Domain::Show, &b, b"x", &s).is_err());
        assert!(public.verify(Domain::Show, &a, b"y", &s).is_err());
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        let mut identity = [0u8; 32];
        identity[0] = 1;
        assert!(PublicKey::checked(identity).is_err());
    }
}
