//! Bodies: asked for, kept, judged, sent.

use crate::application::{self, Soundness};
use crate::context::{Address, Consortium, Height, Value, ValueId};
use crate::disk::Durability;
use crate::habits::BodyHabit;
use crate::host::Host;
use crate::message::{Message, Offer, Seat};
use crate::node::{Micros, Output, Wake};
use arc_malachitebft_core_consensus::{LocallyProposedValue, ProposedValue};
use arc_malachitebft_core_types::{Context, Round, Validator, ValueOrigin};

/// How many bodies a node takes for a round from its proposer, and from each other node.
const FROM_PROPOSER: usize = 2;
const FROM_OTHERS: usize = 1;
/// How long a late sync takes.
const LATE: Micros = 40_000;
/// Longest time in which the application builds or judges a body.
const APPLICATION: Micros = 20_000;

impl Host {
    /// The engine wants a value: the application builds one in its own time.
    pub(crate) fn ask_application(&mut self, height: Height, round: Round) {
        let after = self.chance.below(APPLICATION);
        let life = self.life;
        self.put(Output::After(
            after,
            Wake::Built {
                life,
                height,
                round,
            },
        ));
    }

    /// A value for a round: the one that was built for it before, in an earlier life too, or a new one. Its body is kept
    /// before the engine hears of it, and sent to all.
    pub(crate) fn propose(
        &mut self,
        height: Height,
        round: Round,
    ) -> LocallyProposedValue<Consortium> {
        let own = self.make.key.address();
        let before = self
            .disk
            .offers(height, round)
            .into_iter()
            .find(|(id, proposer)| {
                *proposer == own
                    && self
                        .disk
                        .body(id)
                        .is_some_and(|body| application::check(height, body).is_valid())
            });
        let id = match before {
            Some((id, _)) => id,
            None => {
                let number = self.chance.next();
                let body = application::build(height, self.make.seat, number, Soundness::Sound);
                self.keep(height, round, own, body)
            }
        };
        self.send_body_again(height, round, own, id);
        LocallyProposedValue::new(height, round, Value::new(id))
    }

    /// Sends a body that is kept to all others, for a round.
    pub(crate) fn send_body_again(
        &mut self,
        height: Height,
        round: Round,
        proposer: Address,
        id: ValueId,
    ) {
        if let Some(body) = self.disk.body(&id).map(<[u8]>::to_vec) {
            self.put(Output::Broadcast(Message::Body(Offer {
                height,
                round,
                proposer,
                body,
            })));
        }
    }

    /// A body from a peer: kept, and judged where its height is the one at hand.
    pub(crate) fn receive_body(&mut self, from: Seat, offer: Offer) {
        // Bodies of the height that follows are kept for its first round; those further ahead come by way of catching up.
        let near = offer.height == self.height || offer.height.get() == self.height.get() + 1;
        if !near || !self.has_room(from, &offer) {
            return;
        }
        let (height, round, proposer) = (offer.height, offer.round, offer.proposer);
        let id = self.keep(height, round, proposer, offer.body);
        if height == self.height {
            self.judge(height, round, proposer, id, ValueOrigin::Consensus);
        }
    }

    /// A liar may send any number of bodies in another's name: each node has room for a few of each sender.
    fn has_room(&mut self, from: Seat, offer: &Offer) -> bool {
        let proposer = Consortium.select_proposer(&self.make.validators, offer.height, offer.round);
        let limit = if self.make.validators.seat(proposer.address()) == Some(from) {
            FROM_PROPOSER
        } else {
            FROM_OTHERS
        };
        let id = ValueId::of(&offer.body);
        self.catch_up
            .room((offer.height, offer.round, from), id, limit)
    }

    pub(crate) fn keep(
        &mut self,
        height: Height,
        round: Round,
        proposer: Address,
        body: Vec<u8>,
    ) -> ValueId {
        let durability = match self.make.habits.bodies {
            BodyHabit::BeforeVote => Durability::Synced,
            BodyHabit::Later => {
                let life = self.life;
                self.put(Output::After(LATE, Wake::Sync { life }));
                Durability::Written
            }
        };
        self.disk.keep((height, round), proposer, body, durability)
    }

    pub(crate) fn sync_bodies(&mut self) {
        self.disk.sync_bodies();
    }

    /// The bodies that came before their round began.
    pub(crate) fn judge_offers(&mut self, height: Height, round: Round) {
        for (id, proposer) in self.disk.offers(height, round) {
            self.judge(height, round, proposer, id, ValueOrigin::Consensus);
        }
    }

    /// The application judges a body in its own time, then the engine hears of it.
    pub(crate) fn judge(
        &mut self,
        height: Height,
        round: Round,
        proposer: Address,
        id: ValueId,
        origin: ValueOrigin,
    ) {
        let Some(body) = self.disk.body(&id) else {
            return;
        };
        let value = ProposedValue {
            height,
            round,
            valid_round: Round::Nil,
            proposer,
            value: Value::new(id),
            validity: application::check(height, body),
        };
        let after = self.chance.below(APPLICATION);
        let life = self.life;
        self.put(Output::After(
            after,
            Wake::Judged {
                life,
                value,
                origin,
            },
        ));
    }
}
