//! Ed25519 for the engine's core: real signatures over real bytes.

use crate::context::{Address, Consortium, Height, Proposal, ValueId, Vote};
use crate::message::Seal;
use arc_malachitebft_core_types as core;
use arc_malachitebft_signing as signing;
use async_trait::async_trait;
use core::{NilOrVal, Round, SignedMessage, Value as _, VoteType};
use ed25519_dalek::Signer as _;
use sha2::{Digest, Sha256};
use signing::VerificationResult;
use std::cmp::Ordering;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ed25519;

/// 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Of bytes, whether or not they verify.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(8).try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl PartialOrd for Signature {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Signature {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

/// A validator's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    /// 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether a signature holds for a message (`verify_strict`).
    #[must_use]
    pub fn holds(&self, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(message, &signature).is_ok()
    }
}

/// The key of a seat.
#[derive(Clone)]
pub struct PrivateKey(ed25519_dalek::SigningKey);

impl PrivateKey {
    /// The key of a seat, the same in every run.
    #[must_use]
    pub fn of_seat(seat: usize) -> Self {
        let seed = Sha256::digest(format!("a simulated validator's key, seat {seat}"));
        Self(ed25519_dalek::SigningKey::from_bytes(&seed.into()))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Its name in votes.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::of(self.public())
    }

    /// Signs a vote, whatever it says.
    #[must_use]
    pub fn sign_vote(&self, vote: Vote) -> SignedMessage<Consortium, Vote> {
        let signature = Signature(self.0.sign(&vote_bytes(&vote)).to_bytes());
        SignedMessage::new(vote, signature)
    }

    /// Seals a body that this key proposes.
    #[must_use]
    pub fn seal(&self, height: Height, round: Round, id: ValueId) -> Seal {
        let signature = self.0.sign(&offer_bytes(height, round, id)).to_bytes();
        Seal {
            proposer: self.address(),
            signature: Signature(signature),
        }
    }

    /// Signs a proposal, whatever it says.
    #[must_use]
    pub fn sign_proposal(&self, proposal: Proposal) -> SignedMessage<Consortium, Proposal> {
        let signature = Signature(self.0.sign(&proposal_bytes(&proposal)).to_bytes());
        SignedMessage::new(proposal, signature)
    }
}

fn round_bytes(round: Round) -> [u8; 8] {
    round.as_i64().to_be_bytes()
}

/// What a vote's signature covers.
#[must_use]
pub fn vote_bytes(vote: &Vote) -> Vec<u8> {
    let mut out = b"vote\0".to_vec();
    out.push(match vote.kind {
        VoteType::Prevote => 1,
        VoteType::Precommit => 2,
    });
    out.extend(vote.height.get().to_be_bytes());
    out.extend(round_bytes(vote.round));
    match &vote.value {
        NilOrVal::Nil => out.push(0),
        NilOrVal::Val(id) => {
            out.push(1);
            out.extend(id.as_bytes());
        }
    }
    out.extend(vote.validator.as_bytes());
    out
}

/// What a seal covers.
#[must_use]
pub fn offer_bytes(height: Height, round: Round, id: ValueId) -> Vec<u8> {
    let mut out = b"body\0".to_vec();
    out.extend(height.get().to_be_bytes());
    out.extend(round_bytes(round));
    out.extend(id.as_bytes());
    out
}

/// What a proposal's signature covers.
#[must_use]
pub fn proposal_bytes(proposal: &Proposal) -> Vec<u8> {
    let mut out = b"proposal\0".to_vec();
    out.extend(proposal.height.get().to_be_bytes());
    out.extend(round_bytes(proposal.round));
    out.extend(proposal.value.id().as_bytes());
    out.extend(round_bytes(proposal.valid_round));
    out.extend(proposal.validator.as_bytes());
    out
}

impl core::SigningScheme for Ed25519 {
    type DecodingError = &'static str;
    type Signature = Signature;
    type PublicKey = PublicKey;
    type PrivateKey = PrivateKey;

    fn decode_signature(bytes: &[u8]) -> Result<Signature, &'static str> {
        let bytes = bytes.try_into().map_err(|_| "not 64 bytes")?;
        Ok(Signature(bytes))
    }

    fn encode_signature(signature: &Signature) -> Vec<u8> {
        signature.0.to_vec()
    }

    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, &'static str> {
        let bytes = bytes.try_into().map_err(|_| "not 32 bytes")?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| "not a point")?;
        Ok(PublicKey(key))
    }

    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.as_bytes().to_vec()
    }
}

/// Verifies what peers signed.
#[derive(Clone, Copy, Debug)]
pub struct Verifying;

#[async_trait]
impl signing::Verifier<Consortium> for Verifying {
    async fn verify_signed_vote(
        &self,
        vote: &Vote,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, signing::Error> {
        let holds = key.holds(&vote_bytes(vote), signature);
        Ok(VerificationResult::from_bool(holds))
    }

    async fn verify_signed_proposal(
        &self,
        proposal: &Proposal,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, signing::Error> {
        let holds = key.holds(&proposal_bytes(proposal), signature);
        Ok(VerificationResult::from_bool(holds))
    }

    async fn verify_signed_vote_extension(
        &self,
        _: &core::VoteExtensionScope<Consortium>,
        _: &Vec<u8>,
        _: &Signature,
        _: &PublicKey,
    ) -> Result<VerificationResult, signing::Error> {
        Ok(VerificationResult::Invalid)
    }

    async fn verify_validator_proof(
        &self,
        _: &core::ValidatorProof<Consortium>,
    ) -> Result<VerificationResult, signing::Error> {
        Ok(VerificationResult::Invalid)
    }
}

/// What a future that never waits gives; nothing in a run waits.
pub fn at_once<F: Future>(future: F) -> Option<F::Output> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
