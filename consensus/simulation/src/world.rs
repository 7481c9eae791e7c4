//! One run: nodes, links and time, up to where all is well again or something was found.

use crate::chance::Chance;
use crate::habits::{GuardHabit, Habits};
use crate::liar::{Liar, Sender, Twin};
use crate::message::{Message, Seat};
use crate::node::{Halt, Make, Micros, Node, Output, Wake};
use crate::plan::{Honesty, Plan, Reach, SECOND};
use crate::signing::PrivateKey;
use crate::trace::{Echo, Trace};
use crate::watch::{Finding, Watch};
use luyin_consensus::{Height, Validators, ValidatorsError};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How many heights every honest node decides after the last fault before a run ends.
const AFTERWARDS: u64 = 2;
/// What a message takes after the last fault, at most.
const CALM: Micros = 50_000;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub seed: u64,
    pub steps: u64,
    /// Heights that somebody honest decided.
    pub decisions: usize,
    /// Times that an honest node went down.
    pub halts: u64,
    /// Times that a guard refused.
    pub refusals: u64,
    /// From the last fault until every honest node had decided again.
    pub recovery: Micros,
    pub findings: Vec<Finding>,
    /// SHA-256 over every event.
    pub trace: [u8; 32],
}

enum Member {
    Honest(Box<Node>),
    Liar(Box<Liar>),
}

#[derive(Debug)]
enum Event {
    Wake(Seat, Twin, Wake),
    Trick(Seat),
    Heal,
}

/// A run.
pub struct World {
    plan: Plan,
    now: Micros,
    queue: BTreeMap<(Micros, u64), Event>,
    queued: u64,
    members: Vec<Member>,
    chance: Chance,
    watch: Watch,
    trace: Trace,
    steps: u64,
    halts: u64,
    refusals: u64,
    /// Tips at the end of the faults.
    goals: Option<BTreeMap<Seat, Height>>,
}

impl World {
    /// A run that has not begun.
    ///
    /// # Errors
    /// [`ValidatorsError`] where the seats' keys are no set of validators; they always are.
    pub fn new(plan: Plan, echo: Echo) -> Result<Self, ValidatorsError> {
        let mut chance = Chance::of(!plan.seed);
        let nodes = plan.size.nodes();
        let keys = (0..nodes).map(|s| PrivateKey::of_seat(s).public());
        let validators = Validators::new(keys.collect())?;
        let mut members = Vec::with_capacity(nodes);
        for (seat, member) in plan.members.iter().enumerate() {
            let make = Make {
                seat,
                key: PrivateKey::of_seat(seat),
                validators: validators.clone(),
                habits: plan.habits,
                clock: member.clock,
                pace: member.pace,
                finish: member.finish,
            };
            members.push(match member.honesty {
                Honesty::Honest => Member::Honest(Box::new(Node::new(make, chance.fork()))),
                Honesty::Liar => Member::Liar(Box::new(liar(make, &plan, &mut chance))),
            });
        }
        let honest =
            |seat: &Seat| plan.members.get(*seat).map(|m| m.honesty) == Some(Honesty::Honest);
        let watch = Watch::over(validators, (0..nodes).filter(honest));
        let mut world = Self {
            now: 0,
            queue: BTreeMap::new(),
            queued: 0,
            members,
            chance,
            watch,
            trace: Trace::new(echo),
            steps: 0,
            halts: 0,
            refusals: 0,
            goals: None,
            plan,
        };
        world.begin();
        Ok(world)
    }

    fn begin(&mut self) {
        for seat in 0..self.members.len() {
            let at = self.chance.below(SECOND / 4);
            self.at(at, Event::Wake(seat, Twin::Left, Wake::Boot));
            if matches!(self.members.get(seat), Some(Member::Liar(_))) {
                self.at(at, Event::Wake(seat, Twin::Right, Wake::Boot));
                self.at(at, Event::Trick(seat));
            }
        }
        for crash in self.plan.crashes.clone() {
            let wake = Wake::Crash {
                loss: crash.loss,
                effects: crash.effects,
            };
            self.at(crash.at, Event::Wake(crash.seat, Twin::Left, wake));
        }
        self.at(self.plan.heal, Event::Heal);
    }

    fn at(&mut self, time: Micros, event: Event) {
        self.queued += 1;
        self.queue.insert((time, self.queued), event);
    }

    /// Runs to its end, or to the first finding.
    #[must_use]
    pub fn run(self) -> Outcome {
        self.run_until(|_| true)
    }

    /// Runs to its end, or to the first finding of a kind; what else is found stands in the outcome.
    #[must_use]
    pub fn run_until(mut self, last: impl Fn(&Finding) -> bool) -> Outcome {
        let end = self.plan.heal + self.plan.patience;
        let mut recovery = 0;
        while let Some(((time, _), event)) = self.queue.pop_first() {
            self.now = time;
            if time > end {
                self.find_stuck();
                break;
            }
            self.steps += 1;
            self.step(event);
            if self.watch.findings().iter().any(&last) {
                break;
            }
            if self.goals.as_ref().is_some_and(BTreeMap::is_empty) {
                recovery = self.now.saturating_sub(self.plan.heal);
                break;
            }
        }
        Outcome {
            seed: self.plan.seed,
            steps: self.steps,
            decisions: self.watch.decided(),
            halts: self.halts,
            refusals: self.refusals,
            recovery,
            findings: self.watch.findings().to_vec(),
            trace: self.trace.digest(),
        }
    }

    fn find_stuck(&mut self) {
        let seconds = self.plan.patience / SECOND;
        let seats: Vec<Seat> = self
            .goals
            .iter()
            .flat_map(BTreeMap::keys)
            .copied()
            .collect();
        for seat in seats {
            self.watch.find(Finding::Stuck { seat, seconds });
        }
    }

    fn step(&mut self, event: Event) {
        self.trace.record(format_args!("{} {event:?}", self.now));
        match event {
            Event::Heal => self.heal(),
            Event::Trick(seat) => self.trick(seat),
            Event::Wake(seat, twin, wake) => self.wake(seat, twin, wake),
        }
    }

    fn wake(&mut self, seat: Seat, twin: Twin, wake: Wake) {
        // Faults end with the plan's time for them.
        if matches!(wake, Wake::Crash { .. }) && self.now >= self.plan.heal {
            return;
        }
        let plan = &self.plan;
        let lies = |seat: Seat| plan.members.get(seat).map(|m| m.honesty) == Some(Honesty::Liar);
        match self.members.get_mut(seat) {
            Some(Member::Honest(node)) => {
                // A peer that can make an honest node's engine panic is a finding, not the end of the simulation.
                let woken = catch_unwind(AssertUnwindSafe(|| node.wake(wake)));
                let outputs = node.take_outputs();
                for output in outputs {
                    self.carry_out(seat, output);
                }
                if let Err(panic) = woken {
                    let reason = text_of(panic.as_ref());
                    self.watch.find(Finding::Panicked { seat, reason });
                }
            }
            Some(Member::Liar(liar)) => {
                let answer = match wake {
                    Wake::Deliver { from, message } => {
                        let sender = if lies(from) {
                            Sender::Liar(from, twin)
                        } else {
                            Sender::Honest(from)
                        };
                        liar.hear(sender, &message)
                    }
                    other => {
                        liar.twin(twin).wake(other);
                        None
                    }
                };
                if let Some((to, message)) = answer {
                    self.send((seat, twin), to, message);
                }
                self.take_from_twins(seat);
            }
            None => {}
        }
    }

    /// What an honest node does.
    fn carry_out(&mut self, seat: Seat, output: Output) {
        self.trace.record(format_args!("  {seat} {output:?}"));
        match output {
            Output::Broadcast(message) => {
                for to in 0..self.members.len() {
                    if to != seat {
                        self.send((seat, Twin::Left), to, message.clone());
                    }
                }
            }
            Output::Send(to, message) => self.send((seat, Twin::Left), to, message),
            Output::After(after, wake) => {
                self.at(self.now + after, Event::Wake(seat, Twin::Left, wake));
            }
            Output::Signed(signed) => self.watch.signed(seat, signed),
            Output::Decided(decided) => {
                self.watch.decided_by(seat, &decided);
                self.note_progress(seat);
            }
            Output::Halted(halt) => self.halted(seat, halt),
        }
    }

    fn halted(&mut self, seat: Seat, halt: Halt) {
        self.halts += 1;
        match halt {
            Halt::Crash(_) => {}
            Halt::Refused(_) => self.refusals += 1,
            Halt::Engine(reason) => self.watch.find(Finding::Stopped { seat, reason }),
        }
        let down = self.chance.within(50_000, 3 * SECOND);
        self.at(self.now + down, Event::Wake(seat, Twin::Left, Wake::Boot));
    }

    /// What a liar's engines do.
    fn take_from_twins(&mut self, seat: Seat) {
        for twin in [Twin::Left, Twin::Right] {
            let Some(Member::Liar(liar)) = self.members.get_mut(seat) else {
                return;
            };
            let outputs = liar.twin(twin).take_outputs();
            for output in outputs {
                self.carry_out_twin(seat, twin, output);
            }
        }
    }

    fn carry_out_twin(&mut self, seat: Seat, twin: Twin, output: Output) {
        match output {
            Output::Broadcast(message) => {
                let Some(Member::Liar(liar)) = self.members.get_mut(seat) else {
                    return;
                };
                for to in liar.shown(twin, &message) {
                    self.send((seat, twin), to, message.clone());
                }
            }
            Output::Send(to, message) => self.send((seat, twin), to, message),
            Output::After(after, wake) => {
                self.at(self.now + after, Event::Wake(seat, twin, wake));
            }
            Output::Halted(_) => self.at(self.now + SECOND, Event::Wake(seat, twin, Wake::Boot)),
            Output::Signed(_) | Output::Decided(_) => {}
        }
    }

    fn trick(&mut self, seat: Seat) {
        let Some(Member::Liar(liar)) = self.members.get_mut(seat) else {
            return;
        };
        let messages = liar.play();
        let rest = liar.rest();
        for (to, message) in messages {
            self.send((seat, Twin::Left), to, message);
        }
        self.at(self.now + rest, Event::Trick(seat));
    }

    /// Puts a message on its way, once, twice or not at all. What a liar's engine says to another liar reaches the like
    /// engine.
    fn send(&mut self, (from, twin): (Seat, Twin), to: Seat, message: Message) {
        let calm = self.now >= self.plan.heal;
        if !calm && (self.is_cut(from, to) || self.chance.happens(self.plan.weather.lost)) {
            return;
        }
        let copies = 1 + u64::from(self.chance.happens(self.plan.weather.doubled));
        for _ in 0..copies {
            let (fastest, slowest) = if calm {
                (self.plan.weather.fastest, CALM)
            } else {
                (self.plan.weather.fastest, self.plan.weather.slowest)
            };
            let at = self.now + self.chance.within(fastest, slowest);
            let message = message.clone();
            let wake = Wake::Deliver { from, message };
            self.at(at, Event::Wake(to, twin, wake));
        }
    }

    fn is_cut(&self, from: Seat, to: Seat) -> bool {
        let lies = |seat: Seat| matches!(self.members.get(seat), Some(Member::Liar(_)));
        if self.plan.reach == Reach::Everyone && (lies(from) || lies(to)) {
            return false;
        }
        self.plan
            .cuts
            .iter()
            .any(|cut| (cut.from..cut.until).contains(&self.now) && cut.links.contains(&(from, to)))
    }

    /// The faults end: every honest node has yet to decide some heights.
    fn heal(&mut self) {
        let mut goals = BTreeMap::new();
        for (seat, member) in self.members.iter_mut().enumerate() {
            if let Member::Honest(node) = member {
                node.spare();
                goals.insert(seat, Height::new(node.disk().tip().get() + AFTERWARDS));
            }
        }
        // Everybody gets to where the most advanced one is, and on from there.
        if let Some(furthest) = goals.values().max().copied() {
            goals.values_mut().for_each(|goal| *goal = furthest);
        }
        self.goals = Some(goals);
    }

    fn note_progress(&mut self, seat: Seat) {
        let Some(Member::Honest(node)) = self.members.get(seat) else {
            return;
        };
        let tip = node.disk().tip();
        if let Some(goals) = self.goals.as_mut() {
            goals.retain(|s, goal| *s != seat || tip < *goal);
        }
    }
}

fn liar(make: Make, plan: &Plan, chance: &mut Chance) -> Liar {
    let habits = Habits {
        guard: GuardHabit::Absent,
        ..make.habits
    };
    let seat = make.seat;
    let make = Make { habits, ..make };
    let twins = (
        Node::new(make.clone(), chance.fork()),
        Node::new(make, chance.fork()),
    );
    Liar::new(seat, (plan.sides.clone(), plan.pact), twins, chance.fork())
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_else(|| "no text".to_owned())
}
