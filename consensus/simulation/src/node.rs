//! One node: the engine's core in memory, and the host that carries out its effects.

use crate::chance::Chance;
use crate::disk::{Disk, Loss};
use crate::habits::Habits;
use crate::host::{Host, Phase};
use crate::message::{Message, Seat};
use crate::signing::PrivateKey;
use crate::timers::{Name, Serial};
use luyin_consensus::signer::{Ballot, GuardError};
use luyin_consensus::{Consortium, Height, Validators};
use malachitebft_core_consensus::{Input, Params, ProposedValue, State, process};
use malachitebft_core_types::{
    CommitCertificate, Round, ValueOrigin, ValuePayload, VoteExtensionPolicy,
};
use malachitebft_metrics::Metrics;
use thiserror::Error;

/// Microseconds since a run began.
pub type Micros = u64;

/// What the engine buffers of heights to come: heights, and inputs of each.
const QUEUE: (usize, usize) = (10, 1_000);

/// How often a node has been started; what was meant for an earlier life is not heard.
pub type Life = u32;

/// Something that happens to a node.
#[derive(Clone, Debug)]
pub enum Wake {
    /// It is started.
    Boot,
    /// It goes down after so many more effects of the engine.
    Crash { loss: Loss, effects: u32 },
    /// A message arrives.
    Deliver { from: Seat, message: Message },
    /// A timer elapses.
    Timer {
        life: Life,
        name: Name,
        serial: Serial,
    },
    /// The application has built what it was asked for.
    Built {
        life: Life,
        height: Height,
        round: Round,
    },
    /// The application has judged a body.
    Judged {
        life: Life,
        value: ProposedValue<Consortium>,
        origin: ValueOrigin,
    },
    /// The next height begins.
    Next { life: Life, height: Height },
    /// Time to tell one's tip.
    Beat { life: Life },
    /// An answer has been waited for long enough.
    Unanswered { life: Life, serial: Serial },
    /// Bodies are synced late.
    Sync { life: Life },
}

/// Why a node went down.
#[derive(Debug, Error)]
pub enum Halt {
    /// It was made to.
    #[error("crashed")]
    Crash(Loss),
    /// The guard refused, and the engine stops.
    #[error("the guard refused: {0}")]
    Refused(GuardError),
    /// The engine returned an error.
    #[error("the engine stopped: {0}")]
    Engine(String),
}

/// What a node does to the world.
#[derive(Debug)]
pub enum Output {
    /// To everybody else.
    Broadcast(Message),
    /// To one.
    Send(Seat, Message),
    /// Wakes itself after a time.
    After(Micros, Wake),
    /// It made a signature.
    Signed(Signed),
    /// It decided a height, for the first time or again after a crash.
    Decided(Box<Decided>),
    /// It went down.
    Halted(Halt),
}

/// A signature, as it is made.
#[derive(Clone, Copy, Debug)]
pub struct Signed {
    pub ballot: Ballot,
    pub backing: Backing,
}

/// Whether the body of a signed value would outlive the loss of power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// There is no value: a vote for nil.
    Nil,
    /// It would.
    Durable,
    /// It would not, or the body is not there at all.
    Missing,
}

/// A decision, as it is made.
#[derive(Debug)]
pub struct Decided {
    pub certificate: CommitCertificate<Consortium>,
    pub body: Option<Vec<u8>>,
}

/// What a node is made of.
#[derive(Clone)]
pub struct Make {
    pub seat: Seat,
    pub key: PrivateKey,
    pub validators: Validators,
    pub habits: Habits,
    /// Its clock's speed: 1,000 is right, 1,100 lets its timers run a tenth too long.
    pub clock: u64,
    /// From one decision to the next height.
    pub pace: Micros,
    pub finish: Finish,
}

/// How a height ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// With its decision.
    AtOnce,
    /// After a time in which more precommits are collected.
    AfterPace,
}

/// A node, up or down.
pub struct Node {
    state: Option<State<Consortium>>,
    metrics: Metrics,
    host: Host,
}

impl Node {
    /// A node that is down, with an empty disk.
    #[must_use]
    pub fn new(make: Make, chance: Chance) -> Self {
        Self {
            state: None,
            metrics: Metrics::new(),
            host: Host::new(make, chance),
        }
    }

    /// What it keeps.
    #[must_use]
    pub fn disk(&self) -> &Disk {
        self.host.disk()
    }

    /// Height and round of the engine, while it is up.
    #[must_use]
    pub fn place(&self) -> Option<(Height, Round)> {
        self.state.as_ref().map(|s| (s.height(), s.round()))
    }

    /// What it did since it was last asked.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        self.host.take_outputs()
    }

    /// Forgets a crash that has not come yet.
    pub fn spare(&mut self) {
        self.host.set_fuse(None);
    }

    /// Lets something happen to it.
    pub fn wake(&mut self, wake: Wake) {
        let result = match wake {
            Wake::Boot => self.boot(),
            Wake::Crash { loss, effects: 0 } => Err(Halt::Crash(loss)),
            Wake::Crash { loss, effects } => {
                self.host.set_fuse(Some((effects, loss)));
                Ok(())
            }
            Wake::Deliver { from, message } => self.deliver(from, message),
            other => self.own(other),
        };
        if let Err(halt) = result {
            self.go_down(halt);
        }
    }

    fn go_down(&mut self, halt: Halt) {
        if self.state.take().is_none() {
            return;
        }
        let loss = match &halt {
            Halt::Crash(loss) => *loss,
            Halt::Refused(_) | Halt::Engine(_) => Loss::Process,
        };
        self.host.go_down(loss);
        self.host.put(Output::Halted(halt));
    }

    fn boot(&mut self) -> Result<(), Halt> {
        if self.state.is_some() {
            return Ok(());
        }
        let height = self.host.begin_life();
        let make = self.host.make();
        let params = Params {
            address: make.key.address(),
            threshold_params: make.habits.thresholds,
            value_payload: ValuePayload::ProposalAndParts,
            enabled: true,
        };
        let validators = make.validators.clone();
        let state = State::new(Consortium, height, validators, params, QUEUE.0, QUEUE.1);
        self.state = Some(state);
        self.metrics = Metrics::new();
        self.start(height)
    }

    /// Starts a height, with what the log holds of it, as the engine does.
    fn start(&mut self, height: Height) -> Result<(), Halt> {
        let entries = self.host.open_height(height);
        let voting = self.host.may_vote_at(height);
        if let Some(state) = self.state.as_mut() {
            state.params.enabled = voting;
        }
        let target = self.host.target_time();
        let validators = self.host.make().validators.clone();
        let policy = VoteExtensionPolicy::Disabled;
        self.feed(Input::StartHeight(
            height, validators, false, target, policy,
        ))?;
        if entries.is_empty() {
            return Ok(());
        }
        self.host.set_phase(Phase::Recovering);
        if let Some(state) = self.state.as_mut() {
            state.index_wal_entries(entries.iter());
        }
        for entry in entries {
            self.feed(entry)?;
        }
        if let Some(state) = self.state.as_mut() {
            state.reset_entries_index();
        }
        self.host.set_phase(Phase::Running);
        Ok(())
    }

    fn deliver(&mut self, from: Seat, message: Message) -> Result<(), Halt> {
        if self.state.is_none() {
            return Ok(());
        }
        match message {
            Message::Vote(vote) => self.feed(Input::Vote(vote)),
            Message::Proposal(proposal) => self.feed(Input::Proposal(proposal)),
            Message::Polka(certificate) => self.feed(Input::PolkaCertificate(certificate)),
            Message::Round(certificate) => self.feed(Input::RoundCertificate(certificate)),
            Message::Body(offer) => {
                self.host.receive_body(offer);
                Ok(())
            }
            Message::Tip(height) => {
                self.host.hear_tip(from, height);
                Ok(())
            }
            Message::Ask(height) => {
                self.host.answer(from, height);
                Ok(())
            }
            Message::Answer(answer) => match self.host.accept_answer(from, *answer) {
                Some(response) => self.feed(Input::SyncValueResponse(response)),
                None => Ok(()),
            },
        }
    }

    fn own(&mut self, wake: Wake) -> Result<(), Halt> {
        if self.state.is_none() {
            return Ok(());
        }
        match wake {
            Wake::Timer { life, name, serial } if life == self.host.life() => {
                match self.host.elapse(name, serial) {
                    Some(timeout) => self.feed(Input::TimeoutElapsed(timeout)),
                    None => Ok(()),
                }
            }
            Wake::Built {
                life,
                height,
                round,
            } if life == self.host.life() => {
                let value = self.host.propose(height, round);
                self.feed(Input::Propose(value))
            }
            Wake::Judged {
                life,
                value,
                origin,
            } if life == self.host.life() => self.feed(Input::ProposedValue(value, origin)),
            Wake::Next { life, height } if life == self.host.life() => self.start(height),
            Wake::Beat { life } if life == self.host.life() => {
                self.host.beat();
                Ok(())
            }
            Wake::Unanswered { life, serial } if life == self.host.life() => {
                self.host.give_up_on(serial);
                Ok(())
            }
            Wake::Sync { life } if life == self.host.life() => {
                self.host.sync_bodies();
                Ok(())
            }
            // Meant for an earlier life, or not for one that is up.
            _ => Ok(()),
        }
    }

    /// Feeds the engine's core and carries out its effects, up to where the node goes down.
    fn feed(&mut self, input: Input<Consortium>) -> Result<(), Halt> {
        let Some(state) = self.state.as_mut() else {
            return Ok(());
        };
        let (host, metrics) = (&mut self.host, &self.metrics);
        let result: Result<(), malachitebft_core_consensus::Error<Consortium>> = process!(
            input: input,
            state: state,
            metrics: metrics,
            with: effect => match host.carry_out(effect) {
                Ok(resume) => Ok::<_, Halt>(resume),
                Err(halt) => return Err(halt),
            }
        );
        result.map_err(|error| Halt::Engine(error.to_string()))
    }
}
