//! Keys of the run, and signatures that no guard has seen: liars make them.

use crate::message::Seal;
use luyin_consensus::signer::{Guard, GuardedSigner, Verifier};
use luyin_consensus::{Address, Consortium, Height, Proposal, ValueId, Vote};
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_protocol::codec::Canonical;
use luyin_protocol::signature::{Domain, NetworkId, PublicKey, Sha256Hash, Signature};
use malachitebft_core_types::{Round, SignedMessage};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// The network of all runs.
pub const NETWORK: NetworkId = NetworkId::from_bytes([0x5e; 32]);

/// Verifies what is signed on it.
pub const VERIFIER: Verifier = Verifier::new(NETWORK);

/// A signature that does not verify.
pub const NOBODYS: Signature = Signature::from_bytes([0; 64]);

/// The key of a seat, the same in every run.
#[derive(Clone)]
pub struct PrivateKey(Arc<SigningKey>);

impl PrivateKey {
    /// Of a seat.
    #[must_use]
    pub fn of_seat(seat: usize) -> Self {
        let seed = Sha256Hash::of(format!("a simulated validator's key, seat {seat}").as_bytes());
        let seed = SecretBytes::new(*seed.as_bytes());
        Self(Arc::new(SigningKey::from_secret(&seed)))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        self.0.public()
    }

    /// Its name in votes.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::of(self.public())
    }

    /// The signer of an honest node, with a guard that knows of nothing.
    #[must_use]
    pub fn signer(&self) -> GuardedSigner {
        let guard = Guard::in_memory(self.public(), NETWORK);
        GuardedSigner::new(self.0.clone(), guard, NETWORK)
    }

    /// Signs a vote, whatever it says.
    #[must_use]
    pub fn sign_vote(&self, vote: Vote) -> SignedMessage<Consortium, Vote> {
        let signature = self.0.sign(Domain::ConsensusVote, &NETWORK, &vote.to_vec());
        SignedMessage::new(vote, signature)
    }

    /// Signs a proposal, whatever it says.
    #[must_use]
    pub fn sign_proposal(&self, proposal: Proposal) -> SignedMessage<Consortium, Proposal> {
        let body = proposal.to_vec();
        let signature = self.0.sign(Domain::ConsensusProposal, &NETWORK, &body);
        SignedMessage::new(proposal, signature)
    }

    /// Seals a body, whosever turn it is.
    #[must_use]
    pub fn seal(&self, height: Height, round: Round, id: ValueId) -> Seal {
        // A key in memory does not refuse.
        let signature = self.signer().seal(height, round, id).unwrap_or(NOBODYS);
        Seal {
            proposer: self.address(),
            signature,
        }
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
