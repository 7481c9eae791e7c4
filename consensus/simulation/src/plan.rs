//! What goes wrong in a run, drawn from its seed before it begins.

use crate::chance::Chance;
use crate::disk::Loss;
use crate::habits::Habits;
use crate::liar::Twin;
use crate::message::Seat;
use crate::node::{Finish, Micros};

/// One second.
pub const SECOND: Micros = 1_000_000;

/// How many validators there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Four,
    Seven,
}

impl Size {
    /// The number.
    #[must_use]
    pub const fn nodes(self) -> usize {
        match self {
            Self::Four => 4,
            Self::Seven => 7,
        }
    }

    /// How many of them may do as they please.
    #[must_use]
    pub const fn tolerated(self) -> usize {
        match self {
            Self::Four => 1,
            Self::Seven => 2,
        }
    }
}

/// What links do to messages while there are faults.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    pub fastest: Micros,
    pub slowest: Micros,
    /// In a thousand.
    pub lost: u64,
    /// In a thousand.
    pub doubled: u64,
}

/// Links that carry nothing for a time, each in one direction.
#[derive(Clone, Debug)]
pub struct Cut {
    pub from: Micros,
    pub until: Micros,
    pub links: Vec<(Seat, Seat)>,
}

/// A node goes down and is started again.
#[derive(Clone, Copy, Debug)]
pub struct Crash {
    pub at: Micros,
    pub seat: Seat,
    pub loss: Loss,
    /// So many effects of the engine later.
    pub effects: u32,
}

/// A node of the run.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub honesty: Honesty,
    /// Speed of its clock, see [`crate::node::Make::clock`].
    pub clock: u64,
    pub pace: Micros,
    pub finish: Finish,
}

/// Whether a member keeps to the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Honesty {
    Honest,
    Liar,
}

/// Whether cuts hold for liars too, or they stand between the parts and talk to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Cut,
    Everyone,
}

/// Whether liars act together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pact {
    /// Each does as it likes.
    Loose,
    /// All try to keep two histories apart, for as long as the run lasts.
    Kept,
}

/// All of a run that is drawn before it begins.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub size: Size,
    pub members: Vec<Member>,
    /// Habits of the honest ones.
    pub habits: Habits,
    pub weather: Weather,
    pub cuts: Vec<Cut>,
    pub crashes: Vec<Crash>,
    pub reach: Reach,
    /// Which of their engines the liars mean to show to whom; to each other they show both.
    pub sides: Vec<Option<Twin>>,
    pub pact: Pact,
    /// From here on there are no faults but the liars'.
    pub heal: Micros,
    /// So long after that, every honest node has decided again.
    pub patience: Micros,
}

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64, size: Size) -> Self {
        let mut chance = Chance::of(seed);
        let liars = usize::from(chance.happens(700)) * (1 + chance.index(size.tolerated()));
        Self::with_liars(seed, size, liars, &mut chance)
    }

    /// The plan of a seed with so many liars, more than can be borne too.
    #[must_use]
    pub fn against(seed: u64, size: Size, liars: usize) -> Self {
        Self::with_liars(seed, size, liars, &mut Chance::of(seed))
    }

    fn with_liars(seed: u64, size: Size, liars: usize, chance: &mut Chance) -> Self {
        let heal = chance.within(8, 20) * SECOND;
        let seats = seats(size, chance);
        let (lying, honest) = seats.split_at(liars.min(seats.len()));
        let amnesiacs = size.tolerated().saturating_sub(liars);
        let pace = chance.within(20_000, 400_000);
        let finish = if chance.happens(500) {
            Finish::AtOnce
        } else {
            Finish::AfterPace
        };
        let member = |seat: Seat, chance: &mut Chance| Member {
            honesty: if lying.contains(&seat) {
                Honesty::Liar
            } else {
                Honesty::Honest
            },
            clock: chance.within(800, 1_250),
            pace,
            finish,
        };
        Self {
            seed,
            size,
            members: (0..size.nodes()).map(|s| member(s, chance)).collect(),
            habits: Habits::default(),
            weather: weather(chance),
            cuts: cuts(size, heal, chance),
            crashes: crashes(honest, amnesiacs, heal, chance),
            reach: if chance.happens(500) {
                Reach::Everyone
            } else {
                Reach::Cut
            },
            pact: if chance.happens(400) {
                Pact::Kept
            } else {
                Pact::Loose
            },
            sides: (0..size.nodes())
                .map(|seat| match chance.below(2) {
                    _ if lying.contains(&seat) => None,
                    0 => Some(Twin::Left),
                    _ => Some(Twin::Right),
                })
                .collect(),
            heal,
            patience: 300 * SECOND,
        }
    }
}

/// All seats in some order.
fn seats(size: Size, chance: &mut Chance) -> Vec<Seat> {
    let mut rest: Vec<Seat> = (0..size.nodes()).collect();
    let mut order = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        order.push(rest.swap_remove(chance.index(rest.len())));
    }
    order
}

fn weather(chance: &mut Chance) -> Weather {
    let fastest = chance.within(200, 5_000);
    Weather {
        fastest,
        slowest: fastest + chance.within(1_000, 700_000),
        lost: chance.below(4) * chance.below(80),
        doubled: chance.below(100),
    }
}

fn cuts(size: Size, heal: Micros, chance: &mut Chance) -> Vec<Cut> {
    (0..chance.below(6))
        .map(|_| {
            let from = chance.below(heal);
            let until = (from + chance.within(SECOND / 4, 6 * SECOND)).min(heal);
            let order = seats(size, chance);
            let apart = match chance.below(3) {
                0 => 1,
                1 => size.nodes() / 2,
                _ => size.tolerated() + 1,
            };
            let (here, there) = order.split_at(apart);
            let out = here.iter().flat_map(|a| there.iter().map(|b| (*a, *b)));
            let links = match chance.below(4) {
                // One way only.
                0 => out.collect(),
                1 => out.map(|(a, b)| (b, a)).collect(),
                _ => out.flat_map(|(a, b)| [(a, b), (b, a)]).collect(),
            };
            Cut { from, until, links }
        })
        .collect()
}

fn crashes(honest: &[Seat], amnesiacs: usize, heal: Micros, chance: &mut Chance) -> Vec<Crash> {
    let (forgetful, _) = honest.split_at(amnesiacs.min(honest.len()));
    (0..chance.below(12))
        .filter_map(|_| {
            let seat = *chance.pick(honest)?;
            let loss = match chance.below(5) {
                0 | 1 => Loss::Process,
                2 if forgetful.contains(&seat) => Loss::Home,
                _ => Loss::Power,
            };
            Some(Crash {
                at: chance.below(heal),
                seat,
                loss,
                effects: u32::try_from(chance.below(60)).unwrap_or(0),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_bears_no_more_faults_than_consensus_does() {
        for seed in 0..200 {
            for size in [Size::Four, Size::Seven] {
                let plan = Plan::of(seed, size);
                let liars: Vec<Seat> = (0..size.nodes())
                    .filter(|seat| plan.members[*seat].honesty == Honesty::Liar)
                    .collect();
                let mut faulty = liars.clone();
                for crash in plan.crashes.iter().filter(|c| c.loss == Loss::Home) {
                    if !faulty.contains(&crash.seat) {
                        faulty.push(crash.seat);
                    }
                }
                assert!(faulty.len() <= size.tolerated(), "seed {seed}");
                assert!(plan.crashes.iter().all(|c| !liars.contains(&c.seat)));
                assert!(plan.cuts.iter().all(|c| c.until <= plan.heal));
            }
        }
    }
}
