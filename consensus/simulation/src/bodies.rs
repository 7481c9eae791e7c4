//! Bodies: asked for, kept, judged, sent.

use crate::application::{self, Soundness};
use crate::disk::Durability;
use crate::habits::{BodyHabit, SenderHabit};
use crate::host::Host;
use crate::message::{Message, Offer, Seal};
use crate::node::{Micros, Output, Wake};
use crate::signing::VERIFIER;
use luyin_consensus::{Address, Consortium, Height, Value, ValueId};
use malachitebft_core_consensus::{LocallyProposedValue, ProposedValue};
use malachitebft_core_types::{Context, Round, ValueOrigin};

/// How many bodies of a round are judged: as many as the engine keeps.
const PER_ROUND: usize = 2;
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
            .find(|(id, seal)| {
                seal.proposer == own
                    && self
                        .disk
                        .body(id)
                        .is_some_and(|body| application::check(height, body).is_valid())
            });
        let id = match before {
            Some((id, _)) => id,
            None => {
                let number = self.chance.draw();
                let body = application::build(height, self.make.seat, number, Soundness::Sound);
                let seal = self.make.key.seal(height, round, ValueId::of(&body));
                self.keep(height, round, seal, body)
            }
        };
        self.send_body_again(height, round, own, id);
        LocallyProposedValue::new(height, round, Value::new(id))
    }

    /// Sends a body that is kept to all others, for a round: under this node's seal, or the one that it came with.
    pub(crate) fn send_body_again(
        &mut self,
        height: Height,
        round: Round,
        proposer: Address,
        id: ValueId,
    ) {
        let seal = if proposer == self.make.key.address() {
            Some(self.make.key.seal(height, round, id))
        } else {
            let offers = self.disk.offers(height, round);
            offers
                .into_iter()
                .find(|(of, _)| *of == id)
                .map(|(_, seal)| seal)
        };
        if let (Some(seal), Some(body)) = (seal, self.disk.body(&id).map(<[u8]>::to_vec)) {
            self.put(Output::Broadcast(Message::Body(Offer {
                height,
                round,
                seal,
                body,
            })));
        }
    }

    /// A body from a peer: kept, and judged where its height is the one at hand.
    pub(crate) fn receive_body(&mut self, offer: Offer) {
        // Bodies of the height that follows are kept for its first rounds; those further ahead come by way of catching up.
        let near = offer.height == self.height || offer.height == self.height.next();
        if !near || !self.is_sealed(&offer) {
            return;
        }
        let Offer {
            height,
            round,
            seal,
            body,
        } = offer;
        let id = ValueId::of(&body);
        if !self.catch_up.room((height, round), id, PER_ROUND) {
            return;
        }
        self.keep(height, round, seal, body);
        if height == self.height {
            self.judge(height, round, seal.proposer, id, ValueOrigin::Consensus);
        }
    }

    fn is_sealed(&self, offer: &Offer) -> bool {
        let proposer = Consortium.select_proposer(&self.make.validators, offer.height, offer.round);
        if proposer.address() != offer.seal.proposer {
            return false;
        }
        match self.make.habits.senders {
            SenderHabit::Anyone => true,
            SenderHabit::Sealed => {
                let what = (offer.height, offer.round, ValueId::of(&offer.body));
                VERIFIER.is_sealed(what, &offer.seal.proposer, &offer.seal.signature)
            }
        }
    }

    pub(crate) fn keep(
        &mut self,
        height: Height,
        round: Round,
        seal: Seal,
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
        self.disk.keep((height, round), seal, body, durability)
    }

    pub(crate) fn sync_bodies(&mut self) {
        self.disk.sync_bodies();
    }

    /// The bodies that came before their round began.
    pub(crate) fn judge_offers(&mut self, height: Height, round: Round) {
        for (id, seal) in self.disk.offers(height, round) {
            self.judge(height, round, seal.proposer, id, ValueOrigin::Consensus);
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
