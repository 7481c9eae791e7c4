//! Carries out the effects of the engine's core as the engine's actor does: timers, log, signatures, network.

use crate::catch_up::CatchUp;
use crate::chance::Chance;
use crate::disk::{Decision, Disk, Durability, Log, Loss};
use crate::habits::{GuardHabit, LogHabit};
use crate::message::Message;
use crate::node::{Backing, Decided, Finish, Halt, Life, Make, Micros, Output, Signed, Wake};
use crate::signing::{VERIFIER, at_once};
use crate::timers::{Kind, Name, Serial, Timers};
use luyin_consensus::signer::{Ballot, GuardedSigner};
use luyin_consensus::{Consortium, Height, Proposal, ValueId, Vote};
use malachitebft_core_consensus::{
    ConsensusMsg, Effect, Input, LivenessMsg, Resumable, Resume, SignedConsensusMsg,
};
use malachitebft_core_types::{
    CertificateError, CommitCertificate, LinearTimeouts, PublicKey, SignedMessage, Timeout,
};
use malachitebft_signing::{Verifier, VerifierExt};
use std::time::Duration;

/// How long a decision may collect precommits for, as the engine sees it: longer than any run, so that it always waits
/// and the run's own clock says for how long.
const FINISH_LATER: Duration = Duration::from_secs(1 << 30);

const TIMEOUTS: LinearTimeouts = LinearTimeouts {
    propose: Duration::from_millis(1_500),
    propose_delta: Duration::from_millis(500),
    prevote: Duration::from_millis(500),
    prevote_delta: Duration::from_millis(250),
    precommit: Duration::from_millis(500),
    precommit_delta: Duration::from_millis(250),
    rebroadcast: Duration::from_millis(2_500),
    max_timeout: Duration::from_secs(30),
};

/// Whether the engine replays its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Recovering,
    Running,
}

/// All of a node but the engine's core.
pub struct Host {
    pub(crate) make: Make,
    pub(crate) disk: Disk,
    /// The key behind its guard, which outlives the home.
    signer: GuardedSigner,
    pub(crate) chance: Chance,
    pub(crate) life: Life,
    pub(crate) height: Height,
    pub(crate) catch_up: CatchUp,
    phase: Phase,
    timers: Timers,
    outputs: Vec<Output>,
    fuse: Option<(u32, Loss)>,
}

impl Host {
    pub(crate) fn new(make: Make, chance: Chance) -> Self {
        Self {
            signer: make.key.signer(),
            make,
            disk: Disk::default(),
            chance,
            life: 0,
            height: Height::default(),
            catch_up: CatchUp::default(),
            phase: Phase::Running,
            timers: Timers::default(),
            outputs: Vec::new(),
            fuse: None,
        }
    }

    pub(crate) fn make(&self) -> &Make {
        &self.make
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    pub(crate) fn life(&self) -> Life {
        self.life
    }

    pub(crate) fn set_phase(&mut self, phase: Phase) {
        self.phase = phase;
    }

    pub(crate) fn set_fuse(&mut self, fuse: Option<(u32, Loss)>) {
        self.fuse = fuse;
    }

    pub(crate) fn put(&mut self, output: Output) {
        self.outputs.push(output);
    }

    pub(crate) fn take_outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    pub(crate) fn target_time(&self) -> Option<Duration> {
        match self.make.finish {
            Finish::AtOnce => None,
            Finish::AfterPace => Some(FINISH_LATER),
        }
    }

    /// Begins a life with what the disk holds; returns the height to start.
    pub(crate) fn begin_life(&mut self) -> Height {
        self.life += 1;
        self.phase = Phase::Running;
        if self.make.habits.guard == GuardHabit::Forgotten {
            self.signer = self.make.key.signer();
        }
        let tip = self.disk.tip();
        // The engine's log is always at the height that was signed last, or a decision of it is kept. Where neither is so,
        // they were lost, and with them what this node is locked on.
        let log = self.disk.log.height();
        self.signer.with_guard(|guard| match guard.last() {
            // A guard in memory always remembers.
            Some(last) if log < last.height && tip < last.height => {
                guard.close(last.height).unwrap_or_default();
            }
            _ => {}
        });
        self.catch_up = CatchUp::default();
        let life = self.life;
        let beat = self.chance.below(self.beat_every());
        self.put(Output::After(beat, Wake::Beat { life }));
        Height::new(tip.get() + 1)
    }

    pub(crate) fn may_vote_at(&self, height: Height) -> bool {
        height > self.signer.with_guard(|guard| guard.closed())
    }

    pub(crate) fn go_down(&mut self, loss: Loss) {
        self.fuse = None;
        self.timers.cancel_all();
        self.disk.lose(loss, &mut self.chance);
    }

    /// Opens the log at a height.
    pub(crate) fn open_height(&mut self, height: Height) -> Vec<Input<Consortium>> {
        self.height = height;
        self.ask();
        self.disk.log.fetch(height)
    }

    /// A duration by this node's own clock.
    pub(crate) fn by_own_clock(&self, duration: Micros) -> Micros {
        duration.saturating_mul(self.make.clock) / 1_000
    }

    pub(crate) fn elapse(&mut self, name: Name, serial: Serial) -> Option<Timeout> {
        self.timers.elapse(name, serial)
    }

    fn schedule(&mut self, timeout: Timeout) {
        let (name, serial) = self.timers.set(timeout);
        let duration = match name.kind {
            Kind::Finalize => self.make.pace,
            _ => {
                Micros::try_from(TIMEOUTS.duration_for(timeout).as_micros()).unwrap_or(Micros::MAX)
            }
        };
        let life = self.life;
        let wake = Wake::Timer { life, name, serial };
        self.put(Output::After(self.by_own_clock(duration), wake));
    }

    fn sync_log(&mut self) {
        if self.phase == Phase::Running {
            self.disk.log.sync();
        }
    }

    /// One effect nearer to the crash that was planned.
    fn burn_fuse(&mut self) -> Result<(), Halt> {
        match self.fuse.as_mut() {
            Some((0, loss)) => Err(Halt::Crash(*loss)),
            Some((left, _)) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Carries out one effect; the engine goes on with what is returned.
    pub(crate) fn carry_out(
        &mut self,
        effect: Effect<Consortium>,
    ) -> Result<Resume<Consortium>, Halt> {
        self.burn_fuse()?;
        match effect {
            Effect::SignVote(vote, r) => Ok(r.resume_with(self.sign_vote(vote)?)),
            Effect::SignProposal(proposal, r) => Ok(r.resume_with(self.sign_proposal(proposal)?)),
            Effect::VerifySignature(message, key, r) => Ok(r.resume_with(verify(&message, &key))),
            Effect::VerifyCommitCertificate(certificate, validators, thresholds, r) => {
                let check = VERIFIER.verify_commit_certificate(
                    &Consortium,
                    &certificate,
                    &validators,
                    thresholds,
                );
                Ok(r.resume_with(settled(at_once(check))))
            }
            Effect::VerifyExtendedCommitCertificate(
                certificate,
                validators,
                thresholds,
                policy,
                r,
            ) => {
                let check = VERIFIER.verify_extended_commit_certificate(
                    &Consortium,
                    &certificate,
                    &validators,
                    thresholds,
                    policy,
                );
                Ok(r.resume_with(settled(at_once(check))))
            }
            Effect::VerifyPolkaCertificate(certificate, validators, thresholds, r) => {
                let check = VERIFIER.verify_polka_certificate(
                    &Consortium,
                    &certificate,
                    &validators,
                    thresholds,
                );
                Ok(r.resume_with(settled(at_once(check))))
            }
            Effect::VerifyRoundCertificate(certificate, validators, thresholds, r) => {
                let check = VERIFIER.verify_round_certificate(
                    &Consortium,
                    &certificate,
                    &validators,
                    thresholds,
                );
                Ok(r.resume_with(settled(at_once(check))))
            }
            other => {
                self.carry_on(other);
                Ok(Resume::Continue)
            }
        }
    }

    /// The effects that the engine awaits nothing of.
    fn carry_on(&mut self, effect: Effect<Consortium>) {
        match effect {
            Effect::CancelAllTimeouts(_) => self.timers.cancel_all(),
            Effect::CancelTimeout(timeout, _) => self.timers.cancel(&timeout),
            Effect::ScheduleTimeout(timeout, _) => self.schedule(timeout),
            Effect::StartRound(height, round, ..) => {
                self.sync_log();
                self.judge_offers(height, round);
            }
            Effect::PublishConsensusMsg(message, _) => {
                self.sync_log();
                self.put(Output::Broadcast(match message {
                    SignedConsensusMsg::Vote(vote) => Message::Vote(vote),
                    SignedConsensusMsg::Proposal(proposal) => Message::Proposal(proposal),
                }));
            }
            Effect::PublishLivenessMsg(message, _) => {
                self.put(Output::Broadcast(match message {
                    LivenessMsg::Vote(vote) => Message::Vote(vote),
                    LivenessMsg::PolkaCertificate(certificate) => Message::Polka(certificate),
                    LivenessMsg::SkipRoundCertificate(certificate) => Message::Round(certificate),
                }));
            }
            Effect::RepublishVote(vote, _) => self.put(Output::Broadcast(Message::Vote(vote))),
            Effect::RepublishRoundCertificate(certificate, _) => {
                self.put(Output::Broadcast(Message::Round(certificate)));
            }
            Effect::GetValue(height, round, ..) => self.ask_application(height, round),
            Effect::RestreamProposal(height, round, _, proposer, id, _) => {
                self.send_body_again(height, round, proposer, id);
            }
            Effect::CertVerifiedSyncValue(response, proposer, _) => {
                self.take_synced(response, proposer);
            }
            Effect::CertRejectedSyncValue(peer, ..) => self.reject_answer(peer),
            Effect::Decide(certificate, ..) => {
                self.sync_log();
                self.decide(certificate);
            }
            Effect::Finalize(certificate, ..) => self.finish(certificate.height),
            Effect::WalAppend(height, entry, _) => {
                if self.phase == Phase::Running && self.may_vote_at(height) {
                    self.disk.log.append(height, entry);
                }
            }
            // Those with an answer are carried out above; vote extensions are not in use.
            Effect::SignVote(..)
            | Effect::SignProposal(..)
            | Effect::VerifySignature(..)
            | Effect::VerifyCommitCertificate(..)
            | Effect::VerifyExtendedCommitCertificate(..)
            | Effect::VerifyPolkaCertificate(..)
            | Effect::VerifyRoundCertificate(..)
            | Effect::ExtendVote(..)
            | Effect::VerifyVoteExtension(..) => {}
        }
    }

    fn sign_vote(&mut self, vote: Vote) -> Result<SignedMessage<Consortium, Vote>, Halt> {
        self.before_signing();
        let signed = match self.make.habits.guard {
            GuardHabit::Absent => self.make.key.sign_vote(vote),
            GuardHabit::Kept | GuardHabit::Forgotten => {
                self.signer.vote(vote).map_err(|_| self.refused())?
            }
        };
        self.note(Ballot::of_vote(&signed.message));
        Ok(signed)
    }

    fn sign_proposal(
        &mut self,
        proposal: Proposal,
    ) -> Result<SignedMessage<Consortium, Proposal>, Halt> {
        self.before_signing();
        let signed = match self.make.habits.guard {
            GuardHabit::Absent => self.make.key.sign_proposal(proposal),
            GuardHabit::Kept | GuardHabit::Forgotten => {
                self.signer.proposal(proposal).map_err(|_| self.refused())?
            }
        };
        self.note(Ballot::of_proposal(&signed.message));
        Ok(signed)
    }

    fn before_signing(&mut self) {
        if self.make.habits.log == LogHabit::BeforeSigning {
            self.sync_log();
        }
    }

    /// The engine stops where its signer refuses.
    fn refused(&self) -> Halt {
        match self.signer.refusal() {
            Some(refusal) => Halt::Refused(refusal),
            None => Halt::Engine("the key refuses".to_owned()),
        }
    }

    fn note(&mut self, ballot: Ballot) {
        let backing = match &ballot.value {
            None => Backing::Nil,
            Some(id) => self.backing(id),
        };
        self.put(Output::Signed(Signed { ballot, backing }));
    }

    fn backing(&self, id: &ValueId) -> Backing {
        match self.disk.durability(id) {
            Some(Durability::Synced) => Backing::Durable,
            Some(Durability::Written) | None => Backing::Missing,
        }
    }

    fn decide(&mut self, certificate: CommitCertificate<Consortium>) {
        let body = self.disk.body(&certificate.value_id).map(<[u8]>::to_vec);
        let height = certificate.height;
        self.put(Output::Decided(Box::new(Decided {
            certificate: certificate.clone(),
            body: body.clone(),
        })));
        // Decided again after a crash between the decision and the next height.
        if height <= self.disk.tip() {
            return;
        }
        if let Some(body) = body {
            self.disk.decide(Decision { certificate, body });
        }
    }

    fn finish(&mut self, height: Height) {
        let pause = match self.make.finish {
            Finish::AtOnce => self.by_own_clock(self.make.pace),
            Finish::AfterPace => 0,
        };
        let life = self.life;
        let height = Height::new(height.get() + 1);
        self.put(Output::After(pause, Wake::Next { life, height }));
    }

    /// The log, for those who look at a node.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.disk.log
    }
}

fn verify(
    message: &SignedMessage<Consortium, ConsensusMsg<Consortium>>,
    key: &PublicKey<Consortium>,
) -> bool {
    let signature = &message.signature;
    let result = match &message.message {
        ConsensusMsg::Vote(vote) => at_once(VERIFIER.verify_signed_vote(vote, signature, key)),
        ConsensusMsg::Proposal(proposal) => {
            at_once(VERIFIER.verify_signed_proposal(proposal, signature, key))
        }
    };
    matches!(result, Some(Ok(result)) if result.is_valid())
}

/// A check that did not end at once is one that failed; none ever waits.
#[expect(clippy::result_large_err, reason = "the engine asks for its own error")]
fn settled(
    result: Option<Result<(), CertificateError<Consortium>>>,
) -> Result<(), CertificateError<Consortium>> {
    result.unwrap_or(Err(CertificateError::VerificationError(None)))
}
