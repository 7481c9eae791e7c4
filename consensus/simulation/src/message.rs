//! What nodes send each other.

use luyin_consensus::{Address, Consortium, Height, Proposal, Vote};
use luyin_protocol::signature::Signature;
use malachitebft_core_types::{
    ExtendedCommitCertificate, PolkaCertificate, Round, RoundCertificate, SignedMessage,
};

/// A node's place in the validator set, from 0.
pub type Seat = usize;

/// One message between two nodes. The sender is known: connections are authenticated.
#[derive(Clone, Debug)]
pub enum Message {
    /// A vote, fresh or sent again.
    Vote(SignedMessage<Consortium, Vote>),
    /// A proposal; its body travels by itself.
    Proposal(SignedMessage<Consortium, Proposal>),
    /// Prevotes of more than two thirds for one value.
    Polka(PolkaCertificate<Consortium>),
    /// Votes that let a round be entered.
    Round(RoundCertificate<Consortium>),
    /// A body that somebody proposes.
    Body(Offer),
    /// The newest height that the sender has decided.
    Tip(Height),
    /// Asks for a decided height.
    Ask(Height),
    /// A decided height; boxed, being far larger than the others.
    Answer(Box<Answer>),
}

/// A body and the round that it is offered for.
#[derive(Clone, Debug)]
pub struct Offer {
    pub height: Height,
    pub round: Round,
    /// Who proposes it.
    pub seal: Seal,
    pub body: Vec<u8>,
}

/// A proposer's word that a body is its own for a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    pub proposer: Address,
    pub signature: Signature,
}

/// A decided body with its certificate.
#[derive(Clone, Debug)]
pub struct Answer {
    pub certificate: ExtendedCommitCertificate<Consortium>,
    pub body: Vec<u8>,
}
