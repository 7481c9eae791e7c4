//! The clauses of a policy held against a note (protocol 5.6): what each asks, what is there, and whether it is enough.
//!
//! All of them hold exactly where the relation of a pass holds; a test plays the two against each other. The words stand
//! in `words`, what time and check-ins change in [`super::outlook`].

mod words;

use super::iso;
use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{DayStatus, HISTORY_DAYS, NoteState};
use luyin_protocol::policy::Predicates;
use luyin_protocol::region::RegionTable;
use luyin_protocol::risk::RiskList;
use luyin_protocol::time::{Day, Slot};
use serde::Serialize;
use std::mem::discriminant;

pub(super) use words::{Mending, advice, told};

/// Which of the two satisfied a clause that takes either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// A negative test.
    Test,
    /// The doses.
    Doses,
}

/// A region by its code and names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NamedRegion {
    /// GB/T 2260 or ISO 3166.
    pub code: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// What a clause asks and what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Evidence {
    /// Clause c: the newest check-in.
    Checkin {
        /// The earliest that is enough.
        not_before: Slot,
        /// The one there is.
        newest: Option<Slot>,
    },
    /// Clause d: days that count as normal.
    NormalDays {
        /// At least so many,
        asked: u8,
        /// of so many that are looked at.
        among: u32,
        /// Those that are normal, the newest first.
        #[serde(serialize_with = "iso::all")]
        days: Vec<Day>,
    },
    /// Clause d: days without symptoms, contact or fever.
    NoSymptoms {
        /// So many are looked at.
        among: u32,
        /// Those that are not free of them, the newest first.
        #[serde(serialize_with = "iso::all")]
        days: Vec<Day>,
    },
    /// Clause e: a negative test or doses.
    TestOrDoses {
        /// The first day of a test that is enough; none where a test is not accepted.
        #[serde(serialize_with = "iso::maybe")]
        test_since: Option<Day>,
        /// Doses that are enough; none where they are not accepted.
        doses_asked: Option<u8>,
        /// The day of the newest test.
        #[serde(serialize_with = "iso::maybe")]
        test_day: Option<Day>,
        /// Whether it was negative.
        negative: bool,
        /// Doses there are.
        doses: u8,
        /// Which of them is enough.
        by: Option<Means>,
    },
    /// Clause f: an attested normal reading.
    Reading {
        /// The earliest that is enough.
        #[serde(serialize_with = "iso::day")]
        not_before: Day,
        /// The newest there is.
        #[serde(serialize_with = "iso::maybe")]
        day: Option<Day>,
    },
    /// Clause f: an itinerary card.
    Itinerary {
        /// The earliest that is enough.
        #[serde(serialize_with = "iso::day")]
        not_before: Day,
        /// The one there is.
        #[serde(serialize_with = "iso::maybe")]
        day: Option<Day>,
    },
    /// Clause g: normal days after a new enrolment.
    FreshDays {
        /// The day of that enrolment.
        #[serde(serialize_with = "iso::day")]
        enrolled: Day,
        /// At least so many normal days.
        asked: u8,
        /// Those there are, the newest first.
        #[serde(serialize_with = "iso::all")]
        days: Vec<Day>,
    },
    /// Clause h: visited regions.
    Regions {
        /// The version of the risk list; none where none is in effect.
        list: Option<u32>,
        /// Visited regions that are on it.
        visited: Vec<NamedRegion>,
    },
}

impl Evidence {
    /// The clause of section 5.6.
    #[must_use]
    pub const fn clause(&self) -> char {
        match self {
            Self::Checkin { .. } => 'c',
            Self::NormalDays { .. } | Self::NoSymptoms { .. } => 'd',
            Self::TestOrDoses { .. } => 'e',
            Self::Reading { .. } | Self::Itinerary { .. } => 'f',
            Self::FreshDays { .. } => 'g',
            Self::Regions { .. } => 'h',
        }
    }

    /// Whether both are about the same demand.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        discriminant(self) == discriminant(other)
    }
}

/// A clause and whether it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) evidence: Evidence,
    pub(super) met: bool,
}

/// What of a note the clauses look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looked<'a> {
    pub(super) state: &'a NoteState,
    pub(super) itinerary: &'a Itinerary,
}

/// Every clause that the predicates demand on the day, in the protocol's order.
pub(super) fn findings(
    asked: &Predicates,
    note: Looked<'_>,
    risk: Option<&RiskList>,
    day: Day,
) -> Vec<Finding> {
    let state = note.state;
    let mut all = vec![checkin(asked, state, day)];
    all.extend(history(asked, state));
    all.extend(test_or_doses(asked, state, day));
    all.extend(reading(asked, state, day));
    all.extend(itinerary(asked, state, day));
    all.extend(fresh_days(asked, state, day));
    all.push(regions(note.itinerary, risk));
    all
}

fn checkin(asked: &Predicates, state: &NoteState, day: Day) -> Finding {
    let [morning, _] = day.slots();
    let not_before = morning.minus(asked.slot_lag.into());
    Finding {
        met: state.slot >= not_before,
        evidence: Evidence::Checkin {
            not_before,
            newest: state.newest_checkin(),
        },
    }
}

/// The days of a window that stand so, the newest first. Bit 0 is the newest check-in's day.
fn days_that(state: &NoteState, window: u16, stand: impl Fn(DayStatus) -> bool) -> Vec<Day> {
    let days = (0..HISTORY_DAYS).zip(0u16..);
    days.filter(|(i, _)| window >> i & 1 == 1 && stand(state.history.at(*i)))
        .map(|(_, back)| state.slot.day().minus(back))
        .collect()
}

fn is_normal(status: DayStatus) -> bool {
    status == DayStatus::Normal
}

fn enough(days: &[Day], asked: u8) -> bool {
    days.len() >= usize::from(asked)
}

fn history(asked: &Predicates, state: &NoteState) -> Vec<Finding> {
    let normal = days_that(state, asked.window_a, is_normal);
    let unwell = days_that(state, asked.window_b, |status| status > DayStatus::Normal);
    let counted = (asked.min_normal > 0).then(|| Finding {
        met: enough(&normal, asked.min_normal),
        evidence: Evidence::NormalDays {
            asked: asked.min_normal,
            among: asked.window_a.count_ones(),
            days: normal,
        },
    });
    let free = (asked.window_b > 0).then(|| Finding {
        met: unwell.is_empty(),
        evidence: Evidence::NoSymptoms {
            among: asked.window_b.count_ones(),
            days: unwell,
        },
    });
    counted.into_iter().chain(free).collect()
}

fn some(day: Day) -> Option<Day> {
    (day > Day::new(0)).then_some(day)
}

fn test_or_doses(asked: &Predicates, state: &NoteState, day: Day) -> Option<Finding> {
    let test_since = asked.max_test_age.map(|age| day.minus(age));
    if test_since.is_none() && asked.min_doses.is_none() {
        return None;
    }
    // The statement looks at four bits.
    let doses = state.dose_count & 15;
    let by_test = test_since.is_some_and(|from| state.test_ok && state.test_day >= from);
    let by_doses = asked.min_doses.is_some_and(|n| doses >= n);
    let by = match (by_test, by_doses) {
        (true, _) => Some(Means::Test),
        (false, true) => Some(Means::Doses),
        (false, false) => None,
    };
    Some(Finding {
        met: by.is_some(),
        evidence: Evidence::TestOrDoses {
            test_since,
            doses_asked: asked.min_doses,
            test_day: some(state.test_day),
            negative: state.test_ok,
            doses,
            by,
        },
    })
}

fn reading(asked: &Predicates, state: &NoteState, day: Day) -> Option<Finding> {
    let not_before = day.minus(asked.max_reading_age?);
    Some(Finding {
        met: state.reading_day >= not_before,
        evidence: Evidence::Reading {
            not_before,
            day: some(state.reading_day),
        },
    })
}

fn itinerary(asked: &Predicates, state: &NoteState, day: Day) -> Option<Finding> {
    let not_before = day.minus(asked.max_itinerary_age?);
    Some(Finding {
        met: state.itin_day >= not_before,
        evidence: Evidence::Itinerary {
            not_before,
            day: some(state.itin_day),
        },
    })
}

/// Of a first enrolment, whose `fresh_day` is 0, nothing is asked (clause 6.5).
fn fresh_days(asked: &Predicates, state: &NoteState, day: Day) -> Option<Finding> {
    let from = day.minus(asked.fresh_horizon).max(Day::new(1));
    if asked.fresh_normal == 0 || state.fresh_day < from {
        return None;
    }
    let days = days_that(state, u16::MAX, is_normal);
    Some(Finding {
        met: enough(&days, asked.fresh_normal),
        evidence: Evidence::FreshDays {
            enrolled: state.fresh_day,
            asked: asked.fresh_normal,
            days,
        },
    })
}

fn regions(itinerary: &Itinerary, risk: Option<&RiskList>) -> Finding {
    let Some(risk) = risk else {
        let (list, visited) = (None, Vec::new());
        return Finding {
            met: false,
            evidence: Evidence::Regions { list, visited },
        };
    };
    let table = RegionTable::embedded();
    let listed = itinerary.regions().filter(|r| risk.regions.contains(*r));
    let visited = listed.map(|index| match table.by_index(index) {
        Ok(region) => NamedRegion {
            code: region.code().to_string(),
            zh: region.name_zh().to_owned(),
            en: region.name_en().to_owned(),
        },
        // It still bars the way, and must not do so without a name.
        Err(_) => NamedRegion {
            code: format!("#{}", index.get()),
            zh: format!("第 {} 号地区", index.get()),
            en: format!("region {}", index.get()),
        },
    });
    Finding {
        met: !itinerary.meets(&risk.regions),
        evidence: Evidence::Regions {
            list: Some(risk.version),
            visited: visited.collect(),
        },
    }
}
