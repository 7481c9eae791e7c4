//! The engine's signer: its log first, then the guard, then the key.

use super::{Ballot, Guard, GuardError, SignerError, Step, VoteSigner};
use crate::context::Consortium;
use crate::{Address, Height, Proposal, Value, ValueId, Vote};
use async_trait::async_trait;
use luyin_protocol::codec::{Canonical, Writer};
use luyin_protocol::signature::{Domain, NetworkId, PublicKey, Signature, signing_message};
use malachitebft_core_types::{NilOrVal, Round, SignedMessage, ValidatorProof, VoteExtensionScope};
use malachitebft_signing::{Error, Signer};
use std::fs::File;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Signs what the guard lets through.
///
/// Where the guard holds something else for a step, that is what is signed and given back, and the engine publishes it
/// as its own (see the guard's documentation).
#[derive(Clone)]
pub struct GuardedSigner {
    key: Arc<dyn VoteSigner>,
    guard: Arc<Mutex<Guard>>,
    refusal: Arc<Mutex<Option<GuardError>>>,
    network: NetworkId,
    log: Option<PathBuf>,
}

impl std::fmt::Debug for GuardedSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GuardedSigner({})", self.key.public())
    }
}

impl GuardedSigner {
    /// A signer of this key behind this guard.
    #[must_use]
    pub fn new(key: Arc<dyn VoteSigner>, guard: Guard, network: NetworkId) -> Self {
        Self {
            key,
            guard: Arc::new(Mutex::new(guard)),
            refusal: Arc::default(),
            network,
            log: None,
        }
    }

    /// Has the engine's log synced before anything is signed.
    ///
    /// The engine syncs it before it sends. That is too late for the guard: after a loss of power it would know of a
    /// signature whose reasons the log has lost, and the engine would ask for earlier steps, which are refused.
    #[must_use]
    pub fn after(self, log: PathBuf) -> Self {
        Self {
            log: Some(log),
            ..self
        }
    }

    /// The validator's public key.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// Uses the guard. A poisoned lock is no harm: its memory changes only after the file has.
    pub fn with_guard<T>(&self, f: impl FnOnce(&mut Guard) -> T) -> T {
        f(&mut self.guard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Signs a vote, or the one that was cast at its step.
    ///
    /// # Errors
    /// The guard's refusal or the key's.
    pub fn vote(&self, vote: Vote) -> Result<SignedMessage<Consortium, Vote>, Error> {
        let allowed = self.allowed(Ballot::of_vote(&vote))?;
        let vote = Vote {
            value: match allowed.value {
                None => NilOrVal::Nil,
                Some(id) => NilOrVal::Val(id),
            },
            validator: Address::of(self.public()),
            ..vote
        };
        let signature = self.sign(Domain::ConsensusVote, &vote.to_vec())?;
        Ok(SignedMessage::new(vote, signature))
    }

    /// Signs a proposal, or the one that was made in its round.
    ///
    /// # Errors
    /// The guard's refusal or the key's.
    pub fn proposal(
        &self,
        proposal: Proposal,
    ) -> Result<SignedMessage<Consortium, Proposal>, Error> {
        let allowed = self.allowed(Ballot::of_proposal(&proposal))?;
        let proposal = Proposal {
            value: allowed.value.map_or(proposal.value, Value::new),
            valid_round: Round::from(allowed.valid_round),
            validator: Address::of(self.public()),
            ..proposal
        };
        let signature = self.sign(Domain::ConsensusProposal, &proposal.to_vec())?;
        Ok(SignedMessage::new(proposal, signature))
    }

    /// The proof that the peer with this id is the validator's node.
    ///
    /// # Errors
    /// The key's refusal.
    pub fn peer_proof(&self, peer: Vec<u8>) -> Result<ValidatorProof<Consortium>, Error> {
        let key = self.public().as_bytes().to_vec();
        let body = peer_body(&key, &peer);
        let signature = self.sign(Domain::ConsensusPeer, &body)?;
        Ok(ValidatorProof::new(key, peer, signature))
    }

    /// The proposer's word that a body of this value is its proposal: what lets others take the body's parts in. It is
    /// no vote and binds nobody.
    ///
    /// # Errors
    /// The key's refusal.
    pub fn seal(
        &self,
        height: Height,
        round: Round,
        value: ValueId,
    ) -> Result<Signature, SignerError> {
        let body = seal_body(height, round, value);
        let message = signing_message(Domain::ConsensusBody, &self.network, &body);
        self.key.sign(&message)
    }

    fn allowed(&self, asked: Ballot) -> Result<Ballot, Error> {
        if let Some(log) = &self.log {
            File::open(log)
                .and_then(|log| log.sync_data())
                .map_err(Error::from_source)?;
        }
        match self.with_guard(|guard| guard.answer(asked)) {
            Ok(answer) => {
                if answer != asked {
                    tracing::warn!(height = %asked.height, round = asked.round, step = ?asked.step,
                        "consensus: the guard gives what was signed before");
                }
                Ok(answer)
            }
            Err(refusal) => {
                tracing::error!(%refusal, "consensus: the guard refuses; docs/RUNBOOK.md, \"A refused guard\"");
                let error = Error::from_source(refusal.to_string());
                *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
                Err(error)
            }
        }
    }

    fn sign(&self, domain: Domain, body: &[u8]) -> Result<Signature, Error> {
        let message = signing_message(domain, &self.network, body);
        self.key.sign(&message).map_err(Error::from_source)
    }

    /// Takes the newest refusal of the guard. The engine ends at one and does not say why.
    #[must_use]
    pub fn refusal(&self) -> Option<GuardError> {
        self.refusal
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// What the guard holds as this node's proposal in a round.
    #[must_use]
    pub fn proposed(&self, height: Height, round: u32) -> Option<ValueId> {
        self.with_guard(|guard| guard.signed(height, round, Step::Propose))
            .and_then(|ballot| ballot.value)
    }
}

/// What a seal signs.
pub(super) fn seal_body(height: Height, round: Round, value: ValueId) -> Vec<u8> {
    let mut w = Writer::default();
    w.value(&height);
    crate::round::put(&mut w, round);
    w.value(&value);
    w.finish()
}

/// What a proof of a peer signs: the key, then the peer's id, each with its length.
pub(super) fn peer_body(key: &[u8], peer: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(key.len() + peer.len() + 8);
    for bytes in [key, peer] {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        body.extend_from_slice(&length.to_be_bytes());
        body.extend_from_slice(bytes);
    }
    body
}

#[async_trait]
impl Signer<Consortium> for GuardedSigner {
    async fn sign_vote(&self, vote: Vote) -> Result<SignedMessage<Consortium, Vote>, Error> {
        self.vote(vote)
    }

    async fn sign_proposal(
        &self,
        proposal: Proposal,
    ) -> Result<SignedMessage<Consortium, Proposal>, Error> {
        self.proposal(proposal)
    }

    async fn sign_vote_extension(
        &self,
        _: VoteExtensionScope<Consortium>,
        _: bytes::Bytes,
    ) -> Result<SignedMessage<Consortium, bytes::Bytes>, Error> {
        Err(Error::from_source("there are no vote extensions"))
    }

    async fn sign_validator_proof(
        &self,
        _: Vec<u8>,
        peer: Vec<u8>,
    ) -> Result<ValidatorProof<Consortium>, Error> {
        self.peer_proof(peer)
    }
}
