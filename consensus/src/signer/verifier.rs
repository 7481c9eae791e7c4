//! Verifying what others signed.

use super::guarded::{peer_body, seal_body};
use crate::context::Consortium;
use crate::{Address, Height, Proposal, ValueId, Vote};
use async_trait::async_trait;
use luyin_protocol::codec::Canonical;
use luyin_protocol::signature::{Domain, NetworkId, PublicKey, Signature};
use malachitebft_core_types::{Round, ValidatorProof, VoteExtensionScope};
use malachitebft_signing::{Error, VerificationResult};

/// Verifies signatures of one network, strictly.
#[derive(Clone, Copy, Debug)]
pub struct Verifier {
    network: NetworkId,
}

impl Verifier {
    /// A verifier of signatures of this network.
    #[must_use]
    pub const fn new(network: NetworkId) -> Self {
        Self { network }
    }

    /// Whether `signature` is the key's over `body` for this use.
    #[must_use]
    pub fn holds(
        &self,
        domain: Domain,
        body: &[u8],
        signature: &Signature,
        key: &PublicKey,
    ) -> bool {
        key.verify(domain, &self.network, body, signature).is_ok()
    }

    /// Whether a body of this value is the proposal of `proposer`, by its own word.
    #[must_use]
    pub fn is_sealed(
        &self,
        (height, round, value): (Height, Round, ValueId),
        proposer: &Address,
        seal: &Signature,
    ) -> bool {
        let body = seal_body(height, round, value);
        self.holds(Domain::ConsensusBody, &body, seal, &proposer.key())
    }
}

#[async_trait]
impl malachitebft_signing::Verifier<Consortium> for Verifier {
    async fn verify_signed_vote(
        &self,
        vote: &Vote,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        let holds = self.holds(Domain::ConsensusVote, &vote.to_vec(), signature, key);
        Ok(VerificationResult::from_bool(holds))
    }

    async fn verify_signed_proposal(
        &self,
        proposal: &Proposal,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        let body = proposal.to_vec();
        let holds = self.holds(Domain::ConsensusProposal, &body, signature, key);
        Ok(VerificationResult::from_bool(holds))
    }

    async fn verify_signed_vote_extension(
        &self,
        _: &VoteExtensionScope<Consortium>,
        _: &bytes::Bytes,
        _: &Signature,
        _: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::Invalid)
    }

    async fn verify_validator_proof(
        &self,
        proof: &ValidatorProof<Consortium>,
    ) -> Result<VerificationResult, Error> {
        let holds = proof.decoded_public_key().is_ok_and(|key| {
            let body = peer_body(&proof.public_key, &proof.peer_id);
            self.holds(Domain::ConsensusPeer, &body, &proof.signature, &key)
        });
        Ok(VerificationResult::from_bool(holds))
    }
}
