//! Synthetic people and their days.

use luyin_protocol::time::Day;

use super::atlas::{Atlas, Spot};
use super::draw::{Draw, Seed};

/// The last second of a day.
const NIGHT: u32 = 86_399;
const HOUR: u32 = 3600;

/// How somebody lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Persona {
    /// Stays in one city.
    Resident,
    /// Works in the next city, sometimes too shortly to count.
    Commuter,
    /// Is sent away for some days, through a third city.
    Traveller,
    /// Lives where the next city's stations are heard.
    Border,
    /// Flies to another country, out of reach on the way, seldom seen there.
    Abroad,
    /// Takes the number to another operator, or comes with it.
    Ported,
    /// Stays exactly four hours, or a second less.
    Exact,
    /// Leaves the telephone off for days.
    Silent,
}

impl Persona {
    /// As a truth file spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Commuter => "commuter",
            Self::Traveller => "traveller",
            Self::Border => "border",
            Self::Abroad => "abroad",
            Self::Ported => "ported",
            Self::Exact => "exact",
            Self::Silent => "silent",
        }
    }
}

/// In reach of a place's stations from one second of a day to another. There is a sighting at both.
#[derive(Clone, Copy, Debug)]
pub struct Presence<'a> {
    pub spot: &'a Spot,
    pub from: u32,
    pub to: u32,
}

/// A person's day.
#[derive(Debug, Default)]
pub struct Plan<'a> {
    pub presences: Vec<Presence<'a>>,
    /// At that second the number changes its operator.
    pub ported: Option<u32>,
}

impl<'a> Plan<'a> {
    fn be(&mut self, spot: &'a Spot, from: u32, to: u32) {
        self.presences.push(Presence { spot, from, to });
    }
}

/// A synthetic subscriber.
#[derive(Debug)]
pub struct Person<'a> {
    seed: Seed,
    number: u32,
    atlas: &'a Atlas,
    pub token: u64,
    pub persona: Persona,
    home: &'a Spot,
    next: &'a Spot,
    phase: u32,
}

impl<'a> Person<'a> {
    /// Number `number` of a seed; `None` in an empty atlas.
    pub fn of(seed: Seed, number: u32, atlas: &'a Atlas) -> Option<Self> {
        let mut draw = Draw::of(seed, &[1, u64::from(number)]);
        let persona = match draw.between(0, 100) {
            0..45 => Persona::Resident,
            45..65 => Persona::Commuter,
            65..75 => Persona::Traveller,
            75..84 => Persona::Border,
            84..90 => Persona::Abroad,
            90..92 => Persona::Ported,
            92..97 => Persona::Exact,
            _ => Persona::Silent,
        };
        let homes = u32::try_from(atlas.home.len()).ok()?;
        let at = draw.between(0, homes);
        let spot = |n: u32| atlas.home.get(usize::try_from(n % homes).ok()?);
        Some(Self {
            seed,
            number,
            atlas,
            token: draw.bits() | 1 << 63,
            persona,
            home: spot(at)?,
            next: spot(at + 1)?,
            phase: draw.between(0, 1000),
        })
    }

    /// The stream of one of the person's days.
    pub fn draw(&self, day: Day) -> Draw {
        let purpose = [2, u64::from(self.number), u64::from(day.get())];
        Draw::of(self.seed, &purpose)
    }

    /// What the person does on a day, in the order of the clock.
    pub fn plan(&self, day: Day, draw: &mut Draw) -> Plan<'a> {
        let mut plan = Plan::default();
        match self.persona {
            Persona::Resident => self.at_home(&mut plan, draw),
            Persona::Commuter => self.commute(&mut plan, day, draw),
            Persona::Traveller => self.travel(&mut plan, day, draw),
            Persona::Border => self.flap(&mut plan, draw),
            Persona::Abroad => self.fly(&mut plan, day, draw),
            Persona::Ported => self.port(&mut plan, day, draw),
            Persona::Exact => self.four_hours(&mut plan, draw),
            Persona::Silent if (self.phase + u32::from(day.get())) % 5 < 2 => {}
            Persona::Silent => self.at_home(&mut plan, draw),
        }
        plan
    }

    fn at_home(&self, plan: &mut Plan<'a>, draw: &mut Draw) {
        let (from, to) = (draw.between(0, 2 * HOUR), draw.between(22 * HOUR, NIGHT));
        plan.be(self.home, from, to);
    }

    fn commute(&self, plan: &mut Plan<'a>, day: Day, draw: &mut Draw) {
        // 1970-01-01 was a Thursday.
        if (day.get() + 3) % 7 >= 5 {
            return self.at_home(plan, draw);
        }
        let leaves = draw.between(6 * HOUR, 9 * HOUR);
        let arrives = leaves + draw.between(1200, 2 * HOUR);
        // Some have half a day's work, which may or may not be four hours.
        let works = if self.phase.is_multiple_of(4) {
            draw.between(2 * HOUR, 6 * HOUR)
        } else {
            draw.between(7 * HOUR, 10 * HOUR)
        };
        let back = arrives + works + draw.between(1200, 2 * HOUR);
        plan.be(self.home, draw.between(0, HOUR), leaves);
        plan.be(self.next, arrives, arrives + works);
        plan.be(self.home, back, NIGHT - draw.between(0, 600));
    }

    fn travel(&self, plan: &mut Plan<'a>, day: Day, draw: &mut Draw) {
        let cycle = 7 + self.phase % 4;
        let at = u32::from(day.get()) + self.phase;
        let (trip, step) = (at / cycle, at % cycle);
        let purpose = [3, u64::from(self.number), u64::from(trip)];
        let mut route = Draw::of(self.seed, &purpose);
        let there = route.one_of(&self.atlas.home).unwrap_or(self.next);
        let away = route.between(1, 4);
        if step > away {
            return self.at_home(plan, draw);
        }
        let leaves = draw.between(7 * HOUR, 12 * HOUR);
        let through = leaves + draw.between(HOUR, 2 * HOUR);
        let onwards = through + draw.between(300, 3 * HOUR);
        let arrives = onwards + draw.between(HOUR, 3 * HOUR);
        let (before, after) = match step {
            0 => (self.home, there),
            last if last == away => (there, self.home),
            _ => return plan.be(there, draw.between(0, HOUR), draw.between(22 * HOUR, NIGHT)),
        };
        plan.be(before, draw.between(0, HOUR), leaves);
        plan.be(self.next, through, onwards);
        plan.be(after, arrives, NIGHT - draw.between(0, 600));
    }

    /// Short moments at the other side, at times all day long, at times within two hours.
    fn flap(&self, plan: &mut Plan<'a>, draw: &mut Draw) {
        let hours = if draw.per_mille(500) { 12 } else { 2 };
        let (mut clock, until) = (8 * HOUR, (8 + hours) * HOUR);
        plan.be(self.home, draw.between(0, HOUR), clock - 60);
        for _ in 0..draw.between(1, 6) {
            let over = clock + draw.between(60, 1800);
            let back = over + draw.between(1, 600);
            let stays = draw.between(60, hours * HOUR / 4);
            if back + 30 + stays >= until {
                break;
            }
            plan.be(self.next, over, back);
            plan.be(self.home, back + 30, back + 30 + stays);
            clock = back + 30 + stays;
        }
        plan.be(self.home, 21 * HOUR, NIGHT - draw.between(0, 600));
    }

    fn fly(&self, plan: &mut Plan<'a>, day: Day, draw: &mut Draw) {
        let at = u32::from(day.get()) + self.phase;
        let (trip, step) = (at / 12, at % 12);
        let purpose = [4, u64::from(self.number), u64::from(trip)];
        let country = Draw::of(self.seed, &purpose);
        let country = country
            .clone()
            .one_of(&self.atlas.abroad)
            .unwrap_or(self.next);
        match step {
            // Nothing is heard on the way; it lands on this Beijing day or on the next.
            0 => {
                let leaves = draw.between(6 * HOUR, 14 * HOUR);
                plan.be(self.home, draw.between(0, HOUR), leaves);
                let lands = leaves + draw.between(3 * HOUR, 14 * HOUR);
                if lands < NIGHT - 600 {
                    plan.be(country, lands, draw.between(lands, NIGHT));
                }
            }
            // A guest of another network is told of a few times a day, or not at all.
            1..=3 if draw.per_mille(200) => {}
            1..=3 => {
                let first = draw.between(0, 12 * HOUR);
                plan.be(country, first, draw.between(first, NIGHT));
            }
            4 => {
                let leaves = draw.between(HOUR, 8 * HOUR);
                plan.be(country, draw.between(0, HOUR), leaves);
                let lands = leaves + draw.between(3 * HOUR, 14 * HOUR);
                plan.be(self.home, lands, draw.between(lands, NIGHT));
            }
            _ => self.at_home(plan, draw),
        }
    }

    /// Leaves on one day of thirty, or comes on it: before or after, this operator knows nothing.
    fn port(&self, plan: &mut Plan<'a>, day: Day, draw: &mut Draw) {
        let step = (u32::from(day.get()) + self.phase) % 30;
        let goes = self.phase.is_multiple_of(2);
        let noon = draw.between(11 * HOUR, 14 * HOUR);
        match (step.cmp(&15), goes) {
            (std::cmp::Ordering::Equal, true) => {
                plan.be(self.home, draw.between(0, HOUR), noon - 60);
                plan.ported = Some(noon);
            }
            (std::cmp::Ordering::Equal, false) => {
                plan.ported = Some(noon);
                plan.be(self.home, noon + 60, draw.between(15 * HOUR, NIGHT));
            }
            (std::cmp::Ordering::Less, true) | (std::cmp::Ordering::Greater, false) => {
                self.at_home(plan, draw);
            }
            _ => {}
        }
    }

    fn four_hours(&self, plan: &mut Plan<'a>, draw: &mut Draw) {
        let short = u32::from(draw.per_mille(500));
        let from = draw.between(0, 6 * HOUR);
        plan.be(self.home, from, from + 4 * HOUR - short);
        let short = u32::from(draw.per_mille(500));
        // To the last second of the day.
        plan.be(self.next, NIGHT - 4 * HOUR + short, NIGHT);
    }
}
