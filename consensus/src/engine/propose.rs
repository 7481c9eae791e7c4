//! Proposing: when, what, and how a body is sent.

use super::book::BookError;
use super::host::{Host, Step, told};
use crate::context::Consortium;
use crate::part::PART_SIZE;
use crate::store::Seen;
use crate::{Address, Application, Height, Part, Value, ValueId};
use malachitebft_app_channel::app;
use malachitebft_app_channel::{Channels, NetworkMsg, Reply};
use malachitebft_core_types::Round;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

use app::streaming::{StreamContent, StreamId, StreamMessage};
use app::types::LocallyProposedValue;

/// A proposal that waits for something to propose.
#[derive(Debug)]
pub(super) struct Waiting {
    height: Height,
    round: Round,
    /// Before, nothing is proposed: a body gathers.
    from: Instant,
    /// Then whatever there is, were it nothing.
    until: Instant,
    reply: Reply<LocallyProposedValue<Consortium>>,
}

impl Waiting {
    /// When to look again, whether or not anything came.
    pub fn looks_again(&self) -> Instant {
        if self.gathers() {
            self.from
        } else {
            self.until
        }
    }

    fn gathers(&self) -> bool {
        Instant::now() < self.from
    }
}

impl<A: Application> Host<A> {
    pub(super) fn get_value(
        &mut self,
        height: Height,
        round: Round,
        reply: Reply<LocallyProposedValue<Consortium>>,
    ) -> Result<Step, BookError> {
        let waiting = Waiting {
            height,
            round,
            from: self.paced(round, self.config.breath()),
            until: self.paced(round, self.config.pace),
            reply,
        };
        if height != self.book.tip().next() {
            // The height was decided meanwhile; the engine does not look at the answer any more.
            return Ok(Step::On);
        }
        if let Some(body) = self.proposed_before(height, round)? {
            return self.propose(waiting, body);
        }
        self.propose_or_wait(waiting)
    }

    /// So long after the last height; a later round of a height is in a hurry.
    fn paced(&self, round: Round, pace: Duration) -> Instant {
        match self.applied {
            Some(applied) if round == Round::ZERO => applied + pace,
            _ => Instant::now(),
        }
    }

    /// Proposes what waits, once it had time to gather; nothing, once the pace is over.
    fn propose_or_wait(&mut self, waiting: Waiting) -> Result<Step, BookError> {
        if waiting.gathers() {
            self.waiting = Some(waiting);
            return Ok(Step::On);
        }
        let body = self.book.propose()?;
        if body.is_empty() && Instant::now() < waiting.until {
            self.waiting = Some(waiting);
            return Ok(Step::On);
        }
        self.propose(waiting, body)
    }

    /// What this node proposed in the round before it went down.
    fn proposed_before(&self, height: Height, round: Round) -> Result<Option<Vec<u8>>, BookError> {
        match self.signer.proposed(height, round.as_u32().unwrap_or(0)) {
            Some(value) => self.book.body(height, value),
            None => Ok(None),
        }
    }

    /// The application has something, or it is time.
    pub(super) fn look_again(&mut self) -> Result<Step, BookError> {
        match self.waiting.take() {
            Some(waiting) => self.propose_or_wait(waiting),
            None => Ok(Step::On),
        }
    }

    fn propose(&mut self, waiting: Waiting, body: Vec<u8>) -> Result<Step, BookError> {
        let Waiting {
            height,
            round,
            reply,
            ..
        } = waiting;
        let value = ValueId::of(&body);
        let seen = self.own(height, round, value)?;
        self.book.keep(seen, &body)?;
        let proposal = LocallyProposedValue::new(height, round, Value::new(value));
        told(reply.send(proposal).is_ok());
        Ok(Step::Send(self.parts(seen, &body)))
    }

    /// Sends a body again: under this node's seal in a round of its own, else under the one that it came with.
    pub(super) fn send_again(
        &mut self,
        height: Height,
        round: Round,
        proposer: Address,
        value: ValueId,
    ) -> Result<Step, BookError> {
        let Some(body) = self.book.body(height, value)? else {
            return Ok(Step::On);
        };
        let known = self
            .seen
            .iter()
            .map(|(seen, _)| *seen)
            .find(|seen| seen.height == height && seen.value == value);
        let seen = match known {
            _ if proposer == self.me() => Some(self.own(height, round, value)?),
            Some(seen) => Some(seen),
            None => self.book.seen(height, value)?.map(|(seen, _)| seen),
        };
        Ok(match seen.filter(|seen| seen.seal.is_some()) {
            Some(seen) => Step::Send(self.parts(seen, &body)),
            None => Step::On,
        })
    }

    fn own(&self, height: Height, round: Round, value: ValueId) -> Result<Seen, BookError> {
        Ok(Seen {
            height,
            round,
            proposer: self.me(),
            value,
            seal: Some(self.signer.seal(height, round, value)?),
        })
    }

    fn me(&self) -> Address {
        Address::of(self.signer.public())
    }

    /// A body in pieces, in a stream of their own.
    fn parts(&mut self, seen: Seen, body: &[u8]) -> VecDeque<StreamMessage<Part>> {
        let Some(seal) = seen.seal else {
            return VecDeque::new();
        };
        self.streams_sent = self.streams_sent.saturating_add(1);
        let stream = StreamId::new(self.streams_sent.to_be_bytes().to_vec().into());
        let body = bytes::Bytes::copy_from_slice(body);
        let pieces: Vec<bytes::Bytes> = match body.is_empty() {
            true => vec![body],
            false => body
                .chunks(PART_SIZE)
                .map(|piece| body.slice_ref(piece))
                .collect(),
        };
        let total = u32::try_from(pieces.len()).unwrap_or(u32::MAX);
        let parts = (0..).zip(pieces).map(|(index, bytes)| Part {
            height: seen.height,
            round: seen.round,
            proposer: seen.proposer,
            value: seen.value,
            seal,
            index,
            total,
            bytes,
        });
        parts
            .map(|part| {
                let number = u64::from(part.index);
                StreamMessage::new(stream.clone(), number, StreamContent::Data(part))
            })
            .collect()
    }
}

pub(super) async fn due(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until).await,
        None => std::future::pending().await,
    }
}

pub(super) async fn send(channels: &Channels<Consortium>, parts: VecDeque<StreamMessage<Part>>) {
    for part in parts {
        let message = NetworkMsg::PublishProposalPart(part);
        if channels.network.send(message).await.is_err() {
            // The engine ends; its other channel says so.
            return;
        }
    }
}
