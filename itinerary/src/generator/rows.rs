//! From a plan to the rows that an operator delivers of it, late, doubled and mixed with garbage.

use luyin_protocol::time::{Day, Timestamp};

use super::atlas::{Atlas, Spot};
use super::draw::{Draw, Seed};
use super::person::{Person, Plan};
use super::truth::Truth;
use crate::event::{Code, Event};
use crate::judge::Reason;
use crate::token::SubscriberToken;

const SEEN: [&str; 5] = ["update", "handover", "call", "message", "data"];
const FEW: u32 = 5;

/// A row as it is delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Number that stands for the subscriber.
    pub token: Option<u64>,
    /// Seconds since 1970.
    pub time: Option<i64>,
    /// Code of the region.
    pub code: Option<Code>,
    /// What happened.
    pub kind: Option<&'static str>,
}

impl Row {
    /// The row as the judge sees it.
    #[must_use]
    pub fn event(&self) -> Event<'_> {
        Event {
            token: self.token,
            time: self.time,
            code: self.code.as_ref().map(Code::as_str),
            kind: self.kind,
        }
    }
}

/// A row with what should become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Delivered with the events of this day.
    pub delivery: Day,
    /// The row.
    pub row: Row,
    /// Why it should be quarantined, if it should.
    pub quarantined: Option<Reason>,
}

/// A synthetic month.
#[derive(Debug)]
pub struct Month {
    seed: Seed,
    subscribers: u32,
    first: Day,
    days: u16,
    /// Sightings a day beside the first and last of each presence.
    fill: u32,
    atlas: Atlas,
}

impl Month {
    /// So many subscribers for so many days, each seen so many times a day beside the ends of presences.
    #[must_use]
    pub fn new(seed: Seed, subscribers: u32, first: Day, days: u16, fill: u32) -> Self {
        Self {
            seed,
            subscribers,
            first,
            days,
            fill,
            atlas: Atlas::of_month(first, first.plus(days)),
        }
    }

    /// Its days.
    pub fn days(&self) -> impl Iterator<Item = Day> + use<> {
        (self.first.get()..self.first.plus(self.days).get()).map(Day::new)
    }

    /// The days whose deliveries hold its rows: three more, for what comes late.
    pub fn deliveries(&self) -> impl Iterator<Item = Day> + use<> {
        (self.first.get()..self.first.plus(self.days + 3).get()).map(Day::new)
    }

    /// How many subscribers.
    #[must_use]
    pub const fn subscribers(&self) -> u32 {
        self.subscribers
    }

    /// When the delivery of a day comes: at two in the next night.
    #[must_use]
    pub fn received(delivery: Day) -> Timestamp {
        delivery.plus(1).start().plus_ms(2 * 3600 * 1000)
    }

    /// Adds a subscriber's rows of a day to `out` and says what is true of it.
    #[must_use]
    pub fn day(&self, subscriber: u32, day: Day, out: &mut Vec<Written>) -> Option<Truth> {
        let person = Person::of(self.seed, subscriber, &self.atlas)?;
        let token = SubscriberToken::new(person.token).ok()?;
        let mut draw = person.draw(day);
        let plan = person.plan(day, &mut draw);
        let mut writer = Writer {
            token: person.token,
            day,
            draw,
            seconds: Vec::with_capacity(16),
            out,
        };
        writer.plan(&plan, self.fill);
        if writer.draw.per_mille(FEW) {
            writer.noise(&plan);
        }
        Some(Truth::of(token, person.persona, &plan))
    }
}

struct Writer<'a> {
    token: u64,
    day: Day,
    draw: Draw,
    seconds: Vec<u32>,
    out: &'a mut Vec<Written>,
}

impl Writer<'_> {
    fn plan(&mut self, plan: &Plan<'_>, fill: u32) {
        for presence in &plan.presences {
            self.see(presence.spot, presence.from);
            if presence.to > presence.from {
                self.see(presence.spot, presence.to);
            }
        }
        if !plan.presences.is_empty() {
            for _ in 0..fill {
                self.fill(plan);
            }
        }
        if let Some(second) = plan.ported {
            let row = Row {
                kind: Some("ported-out"),
                ..self.row(second, None)
            };
            self.deliver(row, second);
        }
    }

    fn fill(&mut self, plan: &Plan<'_>) {
        if let Some(presence) = self.draw.one_of(&plan.presences) {
            let second = self.draw.between(presence.from, presence.to + 1);
            if !self.seconds.contains(&second) {
                self.see(presence.spot, second);
            }
        }
    }

    fn row(&mut self, second: u32, spot: Option<&Spot>) -> Row {
        let start = i64::try_from(self.day.start().get() / 1000).unwrap_or(0);
        let abroad = spot.is_some_and(|spot| spot.abroad);
        Row {
            token: Some(self.token),
            time: Some(start + i64::from(second)),
            code: spot.and_then(|spot| self.draw.one_of(&spot.codes).copied()),
            kind: if abroad {
                Some("roaming")
            } else {
                self.draw.one_of(&SEEN).copied()
            },
        }
    }

    fn see(&mut self, spot: &Spot, second: u32) {
        self.seconds.push(second);
        let row = self.row(second, Some(spot));
        self.deliver(row, second);
    }

    /// With the day's events, or a day later where that is still in time; a few twice.
    fn deliver(&mut self, row: Row, second: u32) {
        let late = second >= 2 * 3600 && self.draw.per_mille(FEW);
        let delivery = self.day.plus(u16::from(late));
        self.write(delivery, row, None);
        if self.draw.per_mille(FEW) {
            self.write(delivery, row, Some(Reason::Duplicate));
        }
    }

    fn write(&mut self, delivery: Day, row: Row, quarantined: Option<Reason>) {
        self.out.push(Written {
            delivery,
            row,
            quarantined,
        });
    }

    /// A row that counts for nothing.
    fn noise(&mut self, plan: &Plan<'_>) {
        let second = self.draw.between(0, 86_400);
        let spot = plan.presences.first().map(|presence| presence.spot);
        let Some(spot) = spot else { return };
        let mut row = self.row(second, Some(spot));
        let mut delivery = self.day;
        let received = Month::received(self.day).get() / 1000;
        let received = i64::try_from(received).unwrap_or(0);
        let far = i64::from(self.draw.between(1, 2_000_000_000));
        let reason = match self.draw.between(0, 11) {
            0 => {
                row.token = None;
                Reason::Garbage
            }
            1 => {
                row.time = None;
                Reason::Garbage
            }
            2 => {
                row.code = None;
                Reason::Garbage
            }
            3 => {
                row.kind = Some("telepathy");
                Reason::Garbage
            }
            4 => {
                row.token = Some(13_800_000_000 + u64::from(second));
                Reason::NotAToken
            }
            5 => {
                row.time = Some(1_500_000_000 - far);
                Reason::Ancient
            }
            6 => {
                row.time = Some(received + far);
                Reason::Future
            }
            7 | 8 => {
                delivery = self.day.plus(3);
                Reason::TooLate
            }
            9 => {
                row.code = "999999".parse().ok();
                Reason::UnknownRegion
            }
            _ => {
                row.code = "ZZZ".parse().ok();
                Reason::UnknownRegion
            }
        };
        // It comes with a delivery whose own time it may not be judged by: the one of its day.
        self.write(delivery, row, Some(reason));
    }
}
