//! The engine's questions and the application's answers, one after another on one thread.

use super::book::{Book, BookError};
use super::config::{EngineConfig, HISTORY_BEGINS};
use super::propose::{Waiting, due, send};
use super::status::Board;
use super::streams::{Arrived, PER_ROUND, Streams};
use crate::codec::{MAX_BODY, MAX_SYNC_VALUES};
use crate::context::Consortium;
use crate::counters;
use crate::signer::{GuardError, GuardedSigner, Verifier};
use crate::store::Seen;
use crate::{Address, Application, Height, Part, ValueId};
use malachitebft_app_channel::app;
use malachitebft_app_channel::{AppMsg, Channels};
use malachitebft_core_types::{HeightParams, Round};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::runtime::Runtime;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use app::consensus::{ProposedValue, VoteExtensionError};
use app::engine::host::{Next, SyncedValueOutcome};
use app::streaming::{StreamContent, StreamMessage};
use app::types::PeerId;

/// Whether the threads go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// They do.
    Run,
    /// They end.
    End,
}

/// Why the conversation ended.
#[derive(Debug)]
pub enum Outcome {
    /// It was told to.
    Ended,
    /// The node may sign again.
    Resumed,
    /// The node has to keep still up to this height.
    Observe(Height, String),
    /// The engine or the application cannot go on.
    Failed(String),
}

enum Event {
    Message(Box<AppMsg<Consortium>>),
    Closed,
    Woken,
    Due,
    End,
}

/// The side of the application in the conversation.
pub struct Host<A> {
    pub book: Book<A>,
    pub signer: GuardedSigner,
    pub board: Arc<Board>,
    pub wake: Arc<Notify>,
    pub orders: watch::Receiver<Order>,
    pub(super) config: EngineConfig,
    streams: Streams,
    round: u32,
    /// What was seen of the next height, to be told again when a round of it begins, and to be sent again.
    pub(super) seen: Vec<(Seen, ProposedValue<Consortium>)>,
    /// When the last height was applied.
    pub(super) applied: Option<Instant>,
    pub(super) waiting: Option<Waiting>,
    pub(super) streams_sent: u64,
}

impl<A: Application> Host<A> {
    pub fn new(
        config: EngineConfig,
        book: Book<A>,
        signer: GuardedSigner,
        board: Arc<Board>,
        wake: Arc<Notify>,
        orders: watch::Receiver<Order>,
    ) -> Self {
        Self {
            streams: Streams::new(config.max_body.min(MAX_BODY), Verifier::new(config.network)),
            book,
            signer,
            board,
            wake,
            orders,
            config,
            round: 0,
            seen: Vec::new(),
            applied: None,
            waiting: None,
            streams_sent: 0,
        }
    }

    /// Answers until the engine ends, or has to.
    pub fn converse(&mut self, runtime: &Runtime, channels: &mut Channels<Consortium>) -> Outcome {
        self.waiting = None;
        self.round = 0;
        if let Err(error) = self.judge_held() {
            return self.failed(error);
        }
        loop {
            let handled = match runtime.block_on(self.next(channels)) {
                Event::End => return Outcome::Ended,
                Event::Closed => return self.closed(),
                Event::Message(message) => self.answer(*message),
                Event::Woken | Event::Due => self.look_again(),
            };
            let step = handled.map(|step| match step {
                Step::On => None,
                Step::Send(parts) => {
                    runtime.block_on(send(channels, parts));
                    None
                }
                Step::Leave(outcome) => Some(outcome),
            });
            match step {
                Ok(None) => {}
                Ok(Some(outcome)) => return outcome,
                Err(error) => return self.failed(error),
            }
        }
    }

    fn judge_held(&mut self) -> Result<(), BookError> {
        self.seen.clear();
        for arrived in self.book.held()? {
            self.arrived(&arrived)?;
        }
        Ok(())
    }

    async fn next(&mut self, channels: &mut Channels<Consortium>) -> Event {
        let until = self.waiting.as_ref().map(Waiting::looks_again);
        tokio::select! {
            biased;
            _ = self.orders.wait_for(|order| *order == Order::End) => Event::End,
            message = channels.consensus.recv() => match message {
                Some(message) => Event::Message(Box::new(message)),
                None => Event::Closed,
            },
            () = self.wake.notified(), if until.is_some() => Event::Woken,
            () = due(until), if until.is_some() => Event::Due,
        }
    }

    /// The engine is gone: because it wanted to sign what the guard refuses, or for a reason that stands in its log.
    fn closed(&self) -> Outcome {
        match self.signer.refusal() {
            // What was signed is not what the engine remembers: its log has lost its end.
            Some(
                refusal @ (GuardError::Behind { asked, .. } | GuardError::Closed { asked, .. }),
            ) => Outcome::Observe(asked.height, refusal.to_string()),
            Some(refusal) => Outcome::Failed(refusal.to_string()),
            None => Outcome::Failed(
                "the engine ended by itself; its last lines in the log say why".into(),
            ),
        }
    }

    fn failed(&self, error: BookError) -> Outcome {
        match error {
            BookError::BodyLost(height) => Outcome::Observe(height, error.to_string()),
            error => Outcome::Failed(error.to_string()),
        }
    }

    fn answer(&mut self, message: AppMsg<Consortium>) -> Result<Step, BookError> {
        match message {
            AppMsg::ConsensusReady { reply } => {
                let start = (self.book.tip().next(), self.params());
                told(reply.send(start).is_ok());
            }
            AppMsg::StartedRound {
                height,
                round,
                reply_value,
                ..
            } => told(reply_value.send(self.begin_round(height, round)).is_ok()),
            AppMsg::GetValue {
                height,
                round,
                reply,
                ..
            } => return self.get_value(height, round, reply),
            AppMsg::ReceivedProposalPart {
                from,
                published_by,
                part,
                reply,
            } => {
                let value = self.part(from, published_by, part.content)?;
                told(reply.send(value).is_ok());
            }
            AppMsg::RestreamProposal {
                height,
                round,
                address,
                value_id,
                ..
            } => {
                return self.send_again(height, round, address, value_id);
            }
            AppMsg::Decided {
                certificate, reply, ..
            } => {
                self.decide(&certificate)?;
                told(reply.send(()).is_ok());
            }
            AppMsg::Finalized {
                certificate,
                evidence,
                reply,
                ..
            } => {
                self.decide(&certificate)?;
                for liar in evidence
                    .votes
                    .iter()
                    .map(|(liar, _)| liar)
                    .chain(evidence.proposals.iter().map(|(liar, _)| liar))
                {
                    tracing::error!(validator = %liar, height = %certificate.height,
                        "consensus: a validator signed two different messages for one step");
                }
                if self.may_sign_again() {
                    return Ok(Step::Leave(Outcome::Resumed));
                }
                let next = Next::Start(self.book.tip().next(), self.params());
                told(reply.send(next).is_ok());
            }
            AppMsg::GetHistoryMinHeight { reply } => told(reply.send(HISTORY_BEGINS).is_ok()),
            AppMsg::GetDecidedValues { range, reply } => {
                let (start, end) = range.into_inner();
                let values = self.book.decided_values(start, end, MAX_SYNC_VALUES)?;
                told(reply.send(values).is_ok());
            }
            AppMsg::ProcessSyncedValue {
                height,
                round,
                proposer,
                value_bytes,
                reply,
            } => {
                let outcome = self.synced(height, round, proposer, &value_bytes)?;
                told(reply.send(outcome).is_ok());
            }
            AppMsg::ExtendVote { reply, .. } => told(reply.send(None).is_ok()),
            AppMsg::VerifyVoteExtensions {
                extensions, reply, ..
            } => {
                let none = Err(VoteExtensionError::InvalidVoteExtension);
                let verdicts = extensions.into_iter().map(|(a, _)| (a, none.clone()));
                told(reply.send(verdicts.collect()).is_ok());
            }
        }
        Ok(Step::On)
    }

    fn params(&self) -> HeightParams<Consortium> {
        HeightParams::new(self.book.validators().clone(), self.config.rounds(), None)
    }

    fn begin_round(&mut self, height: Height, round: Round) -> Vec<ProposedValue<Consortium>> {
        self.round = round.as_u32().unwrap_or(0);
        self.board.update(|status| status.round = self.round);
        if self.round > 0 {
            tracing::info!(%height, %round, "consensus: another round");
        }
        // At the first round all that came early, at a later one what was proposed for it.
        self.seen
            .iter()
            .map(|(_, value)| value)
            .filter(|value| value.height == height && (self.round == 0 || value.round == round))
            .cloned()
            .collect()
    }

    fn part(
        &mut self,
        from: PeerId,
        published_by: Option<PeerId>,
        content: StreamContent<Part>,
    ) -> Result<Option<ProposedValue<Consortium>>, BookError> {
        let StreamContent::Data(part) = content else {
            return Ok(None);
        };
        let of_height = self.seen.iter().map(|(seen, _)| seen);
        let of_height = of_height.filter(|seen| seen.height == part.height);
        if of_height.clone().any(|seen| seen.value == part.value) {
            return Ok(None);
        }
        if of_height.filter(|seen| seen.round == part.round).count() >= PER_ROUND {
            counters::count(counters::Dropped::Surplus);
            return Ok(None);
        }
        let (height, round) = (part.height, part.round);
        let now = self.book.now(self.round);
        match self.streams.accept(from, published_by, part, now) {
            Ok(None) => Ok(None),
            Ok(Some(arrived)) => self.arrived(&arrived).map(Some),
            Err(why) => {
                counters::count(why);
                tracing::debug!(%from, %height, %round, why = why.name(), "consensus: a piece of a body is dropped");
                Ok(None)
            }
        }
    }

    fn arrived(&mut self, arrived: &Arrived) -> Result<ProposedValue<Consortium>, BookError> {
        let value = self.book.judge(arrived)?;
        self.seen.push((arrived.seen, value.clone()));
        Ok(value)
    }

    fn synced(
        &mut self,
        height: Height,
        round: Round,
        proposer: Address,
        body: &[u8],
    ) -> Result<SyncedValueOutcome<Consortium>, BookError> {
        if height != self.book.tip().next() {
            return Ok(SyncedValueOutcome::LocalTransientError);
        }
        if body.len() > self.config.max_body {
            counters::count(counters::Dropped::TooLarge);
            return Ok(SyncedValueOutcome::PeerFault);
        }
        let arrived = Arrived {
            seen: Seen {
                height,
                round,
                proposer,
                value: ValueId::of(body),
                seal: None,
            },
            body: body.to_vec(),
        };
        self.book.judge(&arrived).map(SyncedValueOutcome::Verdict)
    }

    fn decide(
        &mut self,
        certificate: &malachitebft_core_types::CommitCertificate<Consortium>,
    ) -> Result<(), BookError> {
        let before = self.book.tip();
        self.book.decide(certificate)?;
        let tip = self.book.tip();
        if tip == before {
            return Ok(());
        }
        self.applied = Some(Instant::now());
        self.round = 0;
        self.waiting = None;
        self.seen.clear();
        for arrived in self.streams.begin(self.book.now(0)) {
            self.arrived(&arrived)?;
        }
        self.board.update(|status| {
            status.height = tip;
            status.round = 0;
        });
        Ok(())
    }

    fn may_sign_again(&self) -> bool {
        let observing = matches!(self.board.read().running, super::Running::Observing(_));
        observing && self.signer.with_guard(|guard| guard.closed()) <= self.book.tip()
    }
}

pub(super) enum Step {
    On,
    Send(VecDeque<StreamMessage<Part>>),
    Leave(Outcome),
}

/// An answer that nobody waits for any more: the engine has gone on or ended, and the channel says so next.
pub(super) fn told(heard: bool) {
    if !heard {
        tracing::debug!("consensus: the engine does not wait for an answer any more");
    }
}
