//! Nodes that are late ask others for decided heights.

use crate::host::Host;
use crate::message::{Answer, Message, Seal, Seat};
use crate::node::{Micros, Output, Wake};
use crate::signing::NOBODYS;
use crate::timers::Serial;
use luyin_consensus::{Address, Consortium, Height, ValueId};
use malachitebft_core_consensus::PeerId;
use malachitebft_core_types::{
    ExtendedCommitCertificate, Round, ValueOrigin, ValueResponse, VoteExtensions,
};
use std::collections::{BTreeMap, BTreeSet};

const BEAT: Micros = 1_000_000;
const PATIENCE: Micros = 1_500_000;

/// What a node knows of the others, and what it has asked for.
#[derive(Debug, Default)]
pub struct CatchUp {
    tips: BTreeMap<Seat, Height>,
    asked: Option<Asked>,
    serial: Serial,
    bodies: BTreeMap<(Height, Round), BTreeSet<ValueId>>,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    of: Seat,
    height: Height,
    serial: Serial,
}

impl CatchUp {
    /// Whether one more body of a round may be judged.
    pub(crate) fn room(&mut self, of: (Height, Round), id: ValueId, limit: usize) -> bool {
        let ids = self.bodies.entry(of).or_default();
        if ids.contains(&id) {
            return true;
        }
        ids.len() < limit && ids.insert(id)
    }
}

/// The engine's name for a seat: a peer id with the seat in place of a key.
pub fn peer(seat: Seat) -> Option<PeerId> {
    let seat = u8::try_from(seat).ok()?;
    PeerId::from_bytes(&[0, 1, seat]).ok()
}

fn seat_of(peer: PeerId) -> Option<Seat> {
    peer.to_bytes().last().map(|seat| Seat::from(*seat))
}

impl Host {
    pub(crate) fn beat_every(&self) -> Micros {
        self.by_own_clock(BEAT)
    }

    /// Tells the own tip, and asks where others are ahead.
    pub(crate) fn beat(&mut self) {
        let tip = self.disk.tip();
        self.put(Output::Broadcast(Message::Tip(tip)));
        let life = self.life;
        self.put(Output::After(self.beat_every(), Wake::Beat { life }));
        self.catch_up.bodies.retain(|(height, _), _| *height > tip);
        self.ask();
    }

    pub(crate) fn hear_tip(&mut self, from: Seat, tip: Height) {
        self.catch_up.tips.insert(from, tip);
        self.ask();
    }

    pub(crate) fn ask(&mut self) {
        let tip = self.disk.tip();
        // Decided, and waiting for the next height to begin.
        if self.catch_up.asked.is_some() || self.height <= tip {
            return;
        }
        let ahead: Vec<Seat> = self
            .catch_up
            .tips
            .iter()
            .filter(|(_, theirs)| **theirs > tip)
            .map(|(seat, _)| *seat)
            .collect();
        let Some(of) = self.chance.pick(&ahead).copied() else {
            return;
        };
        self.catch_up.serial += 1;
        let serial = self.catch_up.serial;
        let height = Height::new(tip.get() + 1);
        self.catch_up.asked = Some(Asked { of, height, serial });
        self.put(Output::Send(of, Message::Ask(height)));
        let life = self.life;
        let patience = self.by_own_clock(PATIENCE);
        self.put(Output::After(patience, Wake::Unanswered { life, serial }));
    }

    pub(crate) fn give_up_on(&mut self, serial: Serial) {
        if self
            .catch_up
            .asked
            .is_some_and(|asked| asked.serial == serial)
        {
            self.catch_up.asked = None;
            self.ask();
        }
    }

    /// Answers with a decided height.
    pub(crate) fn answer(&mut self, to: Seat, height: Height) {
        if let Some(decision) = self.disk.decision(height) {
            let certificate = ExtendedCommitCertificate::from_commit_certificate_and_extensions(
                decision.certificate.clone(),
                VoteExtensions::default(),
            );
            let body = decision.body.clone();
            let answer = Box::new(Answer { certificate, body });
            self.put(Output::Send(to, Message::Answer(answer)));
        }
    }

    /// An answer, where it is from the one who was asked and about what was asked.
    pub(crate) fn accept_answer(
        &mut self,
        from: Seat,
        answer: Answer,
    ) -> Option<ValueResponse<Consortium>> {
        let asked = self.catch_up.asked?;
        if asked.of != from || asked.height != answer.certificate.height {
            return None;
        }
        let peer = peer(from)?;
        Some(ValueResponse::new(
            peer,
            answer.body.into(),
            answer.certificate,
        ))
    }

    /// The engine found a certificate that does not hold.
    pub(crate) fn reject_answer(&mut self, peer: PeerId) {
        if let Some(seat) = seat_of(peer) {
            self.catch_up.tips.remove(&seat);
        }
        self.catch_up.asked = None;
        self.ask();
    }

    /// The certificate of an answer holds: its body is kept and judged as any other.
    pub(crate) fn take_synced(&mut self, response: ValueResponse<Consortium>, proposer: Address) {
        let certificate = &response.certificate;
        if ValueId::of(&response.value_bytes) != certificate.value_id {
            self.reject_answer(response.peer);
            return;
        }
        self.catch_up.asked = None;
        let (height, round) = (certificate.height, certificate.round);
        // Nobody needs a seal where there is a certificate; this one is never sent.
        let seal = Seal {
            proposer,
            signature: NOBODYS,
        };
        let id = self.keep(height, round, seal, response.value_bytes.to_vec());
        self.judge(height, round, proposer, id, ValueOrigin::Sync);
    }
}
