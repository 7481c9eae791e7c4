//! A liar: two engines with one key, each believed by some, and mischief of its own on top.

use crate::application::{self, Soundness};
use crate::chance::Chance;
use crate::message::{Answer, Message, Offer, Seat};
use crate::node::{Micros, Node, Wake};
use crate::plan::Pact;
use crate::signing::PrivateKey;
use luyin_consensus::{Consortium, Height, Proposal, Value, ValueId, Vote};
use luyin_protocol::signature::Signature;
use malachitebft_core_types::{
    NilOrVal, PolkaCertificate, Round, RoundCertificate, RoundCertificateType, SignedMessage,
    Value as _, VoteType,
};
use std::collections::VecDeque;

/// How many messages a liar remembers.
const MEMORY: usize = 240;

/// Which of a liar's engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twin {
    Left,
    Right,
}

/// What a peer sees of a liar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Face {
    Left,
    Right,
    Both,
    Neither,
}

impl Face {
    const ALL: [Self; 4] = [Self::Left, Self::Right, Self::Both, Self::Neither];

    fn shows(self, twin: Twin) -> bool {
        matches!(
            (self, twin),
            (Self::Both, _) | (Self::Left, Twin::Left) | (Self::Right, Twin::Right)
        )
    }
}

/// What an engine of a liar hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ears {
    /// Everything.
    All,
    /// Those who see it, and the like engine of other liars: to them it is an honest node of another network.
    OwnSide,
}

/// Who sends something to a liar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    Honest(Seat),
    Liar(Seat, Twin),
}

/// The tricks, apart from having two engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trick {
    Vote,
    Proposal,
    Replay,
    Flood,
    Polka,
    RoundCertificate,
    Body,
    Tip,
    Ask,
}

impl Trick {
    const ALL: [Self; 9] = [
        Self::Vote,
        Self::Proposal,
        Self::Replay,
        Self::Flood,
        Self::Polka,
        Self::RoundCertificate,
        Self::Body,
        Self::Tip,
        Self::Ask,
    ];
}

/// A message for one peer.
pub type Addressed = (Seat, Message);

/// A liar.
pub struct Liar {
    seat: Seat,
    key: PrivateKey,
    left: Node,
    right: Node,
    faces: Vec<Face>,
    /// The sides that all liars have agreed on.
    sides: Vec<Option<Twin>>,
    pact: Pact,
    ears: Ears,
    /// How many of its engines' messages it keeps to itself, in a thousand.
    withheld: u64,
    /// Mean time between two tricks.
    restless: Micros,
    memory: VecDeque<Message>,
    chance: Chance,
}

impl Liar {
    /// A liar among so many nodes.
    #[must_use]
    pub fn new(
        seat: Seat,
        (sides, pact): (Vec<Option<Twin>>, Pact),
        twins: (Node, Node),
        mut chance: Chance,
    ) -> Self {
        let withheld = match pact {
            Pact::Loose => *chance.pick(&[0, 0, 100, 500, 1_000]).unwrap_or(&0),
            Pact::Kept => 0,
        };
        let ears = if pact == Pact::Loose && chance.happens(500) {
            Ears::All
        } else {
            Ears::OwnSide
        };
        let restless = chance.within(20_000, 600_000);
        let mut liar = Self {
            seat,
            key: PrivateKey::of_seat(seat),
            left: twins.0,
            right: twins.1,
            faces: vec![Face::Both; sides.len()],
            sides,
            pact,
            ears,
            withheld,
            restless,
            memory: VecDeque::new(),
            chance,
        };
        liar.turn();
        liar
    }

    /// One of its engines.
    pub fn twin(&mut self, twin: Twin) -> &mut Node {
        match twin {
            Twin::Left => &mut self.left,
            Twin::Right => &mut self.right,
        }
    }

    /// Time to the next trick.
    pub fn rest(&mut self) -> Micros {
        1 + self.chance.below(2 * self.restless)
    }

    /// Shows other faces, as agreed or on its own.
    fn turn(&mut self) {
        let agreed = self.pact == Pact::Kept || self.chance.happens(500);
        for (face, side) in self.faces.iter_mut().zip(&self.sides) {
            *face = match side {
                None => Face::Both,
                Some(Twin::Left) if agreed => Face::Left,
                Some(Twin::Right) if agreed => Face::Right,
                Some(_) => *self.chance.pick(&Face::ALL).unwrap_or(&Face::Both),
            };
        }
    }

    fn remember(&mut self, message: &Message) {
        if self.memory.len() == MEMORY {
            self.memory.pop_front();
        }
        self.memory.push_back(message.clone());
    }

    /// Hears a message.
    pub fn hear(&mut self, sender: Sender, message: &Message) -> Option<Addressed> {
        self.remember(message);
        let (Sender::Honest(from) | Sender::Liar(from, _)) = sender;
        for twin in [Twin::Left, Twin::Right] {
            let heard = match (sender, self.ears) {
                (Sender::Liar(_, of), _) => of == twin,
                (Sender::Honest(_), Ears::All) => true,
                (Sender::Honest(_), Ears::OwnSide) => {
                    self.faces.get(from).is_some_and(|face| face.shows(twin))
                }
            };
            // Peers are answered once, with a lie or without.
            if heard && !matches!(message, Message::Ask(_)) {
                let message = message.clone();
                self.twin(twin).wake(Wake::Deliver { from, message });
            }
        }
        match message {
            Message::Ask(height) => self.answer(*height).map(|answer| (from, answer)),
            _ => None,
        }
    }

    /// Who gets a message of one of its engines.
    pub fn shown(&mut self, twin: Twin, message: &Message) -> Vec<Seat> {
        self.remember(message);
        let seats: Vec<Seat> = self.peers();
        seats
            .into_iter()
            .filter(|seat| self.faces.get(*seat).is_some_and(|face| face.shows(twin)))
            .filter(|_| !self.chance.happens(self.withheld))
            .collect()
    }

    fn peers(&self) -> Vec<Seat> {
        (0..self.faces.len()).filter(|s| *s != self.seat).collect()
    }

    fn some_peers(&mut self) -> Vec<Seat> {
        let peers = self.peers();
        peers
            .into_iter()
            .filter(|_| self.chance.happens(500))
            .collect()
    }

    fn place(&mut self) -> (Height, Round) {
        let (left, right) = (self.left.place(), self.right.place());
        let (height, round) = left.max(right).unwrap_or((Height::new(1), Round::ZERO));
        let near = self.chance.below(3);
        let round = round.as_u32().unwrap_or(0);
        let round = match near {
            0 => round.saturating_sub(1),
            1 => round,
            _ => round + u32::try_from(self.chance.below(3)).unwrap_or(0),
        };
        (height, Round::new(round))
    }

    /// Plays a trick.
    pub fn play(&mut self) -> Vec<Addressed> {
        if self.chance.happens(100) {
            self.turn();
        }
        let trick = *self.chance.pick(&Trick::ALL).unwrap_or(&Trick::Replay);
        let messages = match trick {
            Trick::Vote => vec![self.vote()],
            Trick::Proposal => self.proposal(),
            Trick::Replay => self.replay(),
            Trick::Flood => (0..30).map(|_| self.noise()).collect(),
            Trick::Polka => self.polka(),
            Trick::RoundCertificate => self.round_certificate(),
            Trick::Body => self.bodies(),
            Trick::Tip => vec![Message::Tip(Height::new(self.chance.below(1 << 40)))],
            Trick::Ask => vec![Message::Ask(Height::new(self.chance.below(40)))],
        };
        let peers = self.some_peers();
        messages
            .into_iter()
            .flat_map(|message| peers.iter().map(move |peer| (*peer, message.clone())))
            .collect()
    }

    /// A value that was proposed or voted for around here, or none.
    fn known_value(&mut self) -> NilOrVal<ValueId> {
        let known: Vec<ValueId> = self
            .memory
            .iter()
            .filter_map(|message| match message {
                Message::Proposal(proposal) => Some(proposal.message.value.id()),
                Message::Vote(vote) => match vote.message.value {
                    NilOrVal::Val(id) => Some(id),
                    NilOrVal::Nil => None,
                },
                Message::Body(offer) => Some(ValueId::of(&offer.body)),
                _ => None,
            })
            .collect();
        let newest = known.len().saturating_sub(12);
        match known.get(newest..).and_then(|ids| self.chance.pick(ids)) {
            Some(id) if self.chance.happens(800) => NilOrVal::Val(*id),
            _ => NilOrVal::Nil,
        }
    }

    fn signed_vote(&mut self, kind: VoteType) -> SignedMessage<Consortium, Vote> {
        let (height, round) = self.place();
        let value = self.known_value();
        self.key.sign_vote(Vote {
            kind,
            height,
            round,
            value,
            validator: self.key.address(),
        })
    }

    fn vote(&mut self) -> Message {
        let kind = self.kind();
        Message::Vote(self.signed_vote(kind))
    }

    fn kind(&mut self) -> VoteType {
        if self.chance.happens(500) {
            VoteType::Prevote
        } else {
            VoteType::Precommit
        }
    }

    /// A proposal with its body, which may break the rule; where another's turn it is, nobody heeds it.
    fn proposal(&mut self) -> Vec<Message> {
        let (height, round) = self.place();
        let soundness = if self.chance.happens(500) {
            Soundness::Sound
        } else {
            Soundness::Unsound
        };
        let body = application::build(height, self.seat, self.chance.draw(), soundness);
        let pol = u32::try_from(self.chance.below(4)).unwrap_or(0);
        let valid_round = if self.chance.happens(300) {
            Round::new(pol)
        } else {
            Round::Nil
        };
        let proposer = self.key.address();
        let proposal = self.key.sign_proposal(Proposal {
            height,
            round,
            value: Value::new(ValueId::of(&body)),
            valid_round,
            validator: proposer,
        });
        let seal = self.key.seal(height, round, ValueId::of(&body));
        let offer = Offer {
            height,
            round,
            seal,
            body,
        };
        vec![Message::Proposal(proposal), Message::Body(offer)]
    }

    fn replay(&mut self) -> Vec<Message> {
        (0..1 + self.chance.below(8))
            .filter_map(|_| {
                let index = self.chance.index(self.memory.len());
                self.memory.get(index).cloned()
            })
            .collect()
    }

    /// Votes of any place, in anybody's name, with signatures that hold or not.
    fn noise(&mut self) -> Message {
        let kind = self.kind();
        let mut vote = self.signed_vote(kind);
        let round = u32::try_from(self.chance.below(1 << 20)).unwrap_or(0);
        match self.chance.below(4) {
            0 => {
                let seat = self.chance.index(self.faces.len());
                vote.message.validator = PrivateKey::of_seat(seat).address();
            }
            1 => vote.signature = Signature::from_bytes([7; 64]),
            2 => vote.message.round = Round::new(round),
            _ => {
                vote.message.height = Height::new(vote.message.height.get() + self.chance.below(5));
                vote = self.key.sign_vote(vote.message);
            }
        }
        Message::Vote(vote)
    }

    /// Votes it heard that agree with one of them, with its own added, some of them twice.
    fn gathered(&mut self, kind: VoteType) -> Vec<SignedMessage<Consortium, Vote>> {
        let heard: Vec<SignedMessage<Consortium, Vote>> = self
            .memory
            .iter()
            .filter_map(|message| match message {
                Message::Vote(vote) if vote.message.kind == kind => Some(vote.clone()),
                _ => None,
            })
            .collect();
        let Some(like) = self.chance.pick(&heard).map(|vote| vote.message.clone()) else {
            return Vec::new();
        };
        let mut votes: Vec<SignedMessage<Consortium, Vote>> = Vec::new();
        for vote in heard {
            let fits = vote.message.height == like.height
                && vote.message.round == like.round
                && vote.message.value == like.value;
            let there = votes
                .iter()
                .any(|v| v.message.validator == vote.message.validator);
            if fits && (!there || self.chance.happens(50)) {
                votes.push(vote);
            }
        }
        let own = self.key.address();
        if !votes.iter().any(|vote| vote.message.validator == own) {
            votes.push(self.key.sign_vote(Vote {
                validator: own,
                ..like
            }));
        }
        if self.chance.happens(100)
            && let Some(vote) = votes.first_mut()
        {
            vote.signature = Signature::from_bytes([9; 64]);
        }
        votes
    }

    fn polka(&mut self) -> Vec<Message> {
        let votes = self.gathered(VoteType::Prevote);
        let Some(like) = votes.first().map(|vote| vote.message.clone()) else {
            return Vec::new();
        };
        let NilOrVal::Val(id) = like.value else {
            return Vec::new();
        };
        let certificate = PolkaCertificate::new(like.height, like.round, id, votes);
        vec![Message::Polka(certificate)]
    }

    fn round_certificate(&mut self) -> Vec<Message> {
        let kind = self.kind();
        let votes = self.gathered(kind);
        let Some(like) = votes.first().map(|vote| vote.message.clone()) else {
            return Vec::new();
        };
        let kind = if self.chance.happens(500) {
            RoundCertificateType::Skip
        } else {
            RoundCertificateType::Precommit
        };
        let certificate = RoundCertificate::new_from_votes(like.height, like.round, kind, votes);
        vec![Message::Round(certificate)]
    }

    /// Bodies in somebody's name, more often than not in the proposer's.
    fn bodies(&mut self) -> Vec<Message> {
        let (height, round) = self.place();
        let turn = height.get() + u64::from(round.as_u32().unwrap_or(0));
        let nodes = u64::try_from(self.faces.len()).unwrap_or(1).max(1);
        let seat = if self.chance.happens(700) {
            usize::try_from(turn % nodes).unwrap_or(0)
        } else {
            self.chance.index(self.faces.len())
        };
        (0..1 + self.chance.below(3))
            .map(|_| {
                let number = self.chance.draw();
                let body = application::build(height, seat, number, Soundness::Sound);
                let mut seal = self.key.seal(height, round, ValueId::of(&body));
                seal.proposer = PrivateKey::of_seat(seat).address();
                Message::Body(Offer {
                    height,
                    round,
                    seal,
                    body,
                })
            })
            .collect()
    }

    /// An answer to a node that is late: true, cut short, doubled, of another body, or none.
    fn answer(&mut self, height: Height) -> Option<Message> {
        let decision = self.left.disk().decision(height)?.clone();
        let mut certificate =
            malachitebft_core_types::ExtendedCommitCertificate::from_commit_certificate_and_extensions(
                decision.certificate,
                Default::default(),
            );
        let mut body = decision.body;
        match self.chance.below(5) {
            0 => {}
            1 => certificate.commit_signatures.truncate(1),
            2 => {
                certificate.commit_signatures.truncate(1);
                if let Some(one) = certificate.commit_signatures.first().cloned() {
                    certificate.commit_signatures = vec![one; self.faces.len()];
                }
            }
            3 => {
                body = application::build(height, self.seat, self.chance.draw(), Soundness::Sound);
                if self.chance.happens(500) {
                    certificate.value_id = ValueId::of(&body);
                }
            }
            _ => return None,
        }
        Some(Message::Answer(Box::new(Answer { certificate, body })))
    }
}
