//! Keys for tests, and what the guarded signer does.

use super::{Guard, GuardedSigner, Verifier};
use crate::{Address, Height, Proposal, Value, ValueId, Vote};
use luyin_keys::keystore::SecretBytes;
use luyin_keys::signing::SigningKey;
use luyin_protocol::codec::Canonical;
use luyin_protocol::signature::{Domain, NetworkId, Sha256Hash, signing_message};
use malachitebft_core_types::{NilOrVal, Round, Value as _, VoteType};
use std::sync::Arc;

/// The `n`th key of the tests.
pub fn key(n: u8) -> SigningKey {
    SigningKey::from_secret(&SecretBytes::new([n.wrapping_add(1); 32]))
}

/// A signer of the `n`th key with a guard of its own.
pub fn signer(n: u8, network: NetworkId) -> (tempfile::TempDir, GuardedSigner) {
    let dir = tempfile::tempdir().unwrap();
    let guard = Guard::create(&dir.path().join("guard"), key(n).public(), network).unwrap();
    (dir, GuardedSigner::new(Arc::new(key(n)), guard, network))
}

pub const NETWORK: NetworkId = NetworkId::from_bytes([4; 32]);

pub fn vote(kind: VoteType, value: NilOrVal<ValueId>) -> Vote {
    Vote {
        kind,
        height: Height::new(0x0102),
        round: Round::new(3),
        value,
        validator: Address::of(key(0).public()),
    }
}

fn proposal(body: &[u8]) -> Proposal {
    Proposal {
        height: Height::new(0x0102),
        round: Round::new(3),
        value: Value::new(ValueId::of(body)),
        valid_round: Round::Nil,
        validator: Address::of(key(0).public()),
    }
}

#[test]
fn a_proposer_that_equivocates_gets_one_proposal_signed() {
    let (_dir, signer) = signer(0, NETWORK);
    let first = signer.proposal(proposal(b"one")).unwrap();
    let second = signer.proposal(proposal(b"another")).unwrap();
    assert_eq!(first, second);
    assert_eq!(second.message.value.id(), ValueId::of(b"one"));
    assert_eq!(
        signer.proposed(Height::new(0x0102), 3),
        Some(ValueId::of(b"one"))
    );
}

#[test]
fn a_voter_that_equivocates_gets_one_vote_signed_and_none_behind_it() {
    let (_dir, signer) = signer(0, NETWORK);
    let value = NilOrVal::Val(ValueId::of(b"one"));
    let first = signer.vote(vote(VoteType::Precommit, value)).unwrap();
    let second = signer
        .vote(vote(VoteType::Precommit, NilOrVal::Nil))
        .unwrap();
    assert_eq!(first, second);
    assert!(signer.vote(vote(VoteType::Prevote, NilOrVal::Nil)).is_err());
    assert!(signer.refusal().is_some());
    assert!(signer.refusal().is_none(), "it is told once");
}

#[test]
fn a_log_that_cannot_be_synced_lets_nothing_be_signed() {
    let (dir, signer) = signer(0, NETWORK);
    let signer = signer.after(dir.path().join("no-such-log"));
    assert!(signer.vote(vote(VoteType::Prevote, NilOrVal::Nil)).is_err());
    assert_eq!(signer.with_guard(|guard| guard.last()), None);
}

/// Clauses 12.4a, 12.5 and 12.6, byte by byte.
#[test]
fn what_is_signed_is_what_the_clauses_say() {
    let id = *ValueId::of(b"one").as_bytes();
    let me = *key(0).public().as_bytes();
    let height = [0, 0, 0, 0, 0, 0, 1, 2];
    let round = [0, 0, 0, 3];
    let none = [0xff; 4];
    let voted = vote(VoteType::Prevote, NilOrVal::Val(ValueId::of(b"one")));
    let bytes = [&[1][..], &height, &round, &[1], &id, &me].concat();
    assert_eq!(voted.to_vec(), bytes);
    let nil = vote(VoteType::Precommit, NilOrVal::Nil);
    assert_eq!(
        nil.to_vec(),
        [&[2][..], &height, &round, &[0], &me].concat()
    );
    let proposed = [&height[..], &round, &id, &none, &me].concat();
    assert_eq!(proposal(b"one").to_vec(), proposed);

    let (_dir, signer) = signer(0, NETWORK);
    let signed = signer.vote(voted).unwrap();
    let message = [
        b"luyin/v1/consensus-vote\0".as_slice(),
        NETWORK.as_bytes(),
        Sha256Hash::of(&bytes).as_bytes(),
    ]
    .concat();
    assert_eq!(
        message,
        signing_message(Domain::ConsensusVote, &NETWORK, &bytes)
    );
    assert!(
        key(0)
            .public()
            .verify_raw(&message, &signed.signature)
            .is_ok()
    );

    let seal = signer.seal(Height::new(0x0102), Round::new(3), ValueId::of(b"one"));
    let sealed = [&height[..], &round, &id].concat();
    let holds = key(0)
        .public()
        .verify(Domain::ConsensusBody, &NETWORK, &sealed, &seal.unwrap());
    assert!(holds.is_ok());
    let proof = signer.peer_proof(vec![9, 9]).unwrap();
    let proved = [&[0, 0, 0, 32][..], &me, &[0, 0, 0, 2, 9, 9]].concat();
    let holds = key(0)
        .public()
        .verify(Domain::ConsensusPeer, &NETWORK, &proved, &proof.signature);
    assert!(holds.is_ok());
}

#[test]
fn a_signature_of_one_kind_or_network_is_none_of_another() {
    let (_dir, signer) = signer(0, NETWORK);
    let signed = signer.vote(vote(VoteType::Prevote, NilOrVal::Nil)).unwrap();
    let body = signed.message.to_vec();
    let public = key(0).public();
    let here = Verifier::new(NETWORK);
    assert!(here.holds(Domain::ConsensusVote, &body, &signed.signature, &public));
    assert!(!here.holds(Domain::ConsensusProposal, &body, &signed.signature, &public));
    let there = Verifier::new(NetworkId::from_bytes([5; 32]));
    assert!(!there.holds(Domain::ConsensusVote, &body, &signed.signature, &public));
    let other = key(1).public();
    assert!(!here.holds(Domain::ConsensusVote, &body, &signed.signature, &other));
}
