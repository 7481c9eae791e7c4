//! What rules may speak of (protocol clause 6.23): the note as data, and the names of its parts.

use luyin_protocol::itinerary::Itinerary;
use luyin_protocol::note::{DayStatus, HISTORY_DAYS, NoteState};
use luyin_protocol::risk::RiskList;
use luyin_protocol::time::{Day, Slot};
use serde_json::{Value as Json, json};

/// All days of the history.
pub(super) const ALL_DAYS: u16 = (1 << HISTORY_DAYS) - 1;

/// A day or half-day of the note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dated {
    Checkin,
    Test,
    Reading,
    Itinerary,
    Enrolment,
}

impl Dated {
    /// Hours from one of its values to the next.
    pub(super) const fn grain(self) -> i64 {
        match self {
            Self::Checkin => 12,
            _ => 24,
        }
    }

    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Checkin => "payload.checkin.newest",
            Self::Test => "payload.test.day",
            Self::Reading => "payload.reading.day",
            Self::Itinerary => "payload.itinerary.day",
            Self::Enrolment => "payload.enrolment.day",
        }
    }
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    /// The beginning of the day of the pass.
    Day,
    Dated(Dated),
    TestNegative,
    /// Normal days among those of the window.
    Normal(u16),
    /// Days with symptoms, contact or fever among those of the window.
    Unwell(u16),
    Doses,
    /// Visited regions on the risk list.
    AtRisk,
}

impl Variable {
    pub(super) fn named(path: &str) -> Option<Self> {
        const DATED: [Dated; 5] = [
            Dated::Checkin,
            Dated::Test,
            Dated::Reading,
            Dated::Itinerary,
            Dated::Enrolment,
        ];
        if let Some(dated) = DATED.into_iter().find(|dated| dated.path() == path) {
            return Some(Self::Dated(dated));
        }
        match path {
            "external.day" => return Some(Self::Day),
            "payload.test.negative" => return Some(Self::TestNegative),
            "payload.doses.count" => return Some(Self::Doses),
            "payload.regions.atRisk" => return Some(Self::AtRisk),
            _ => {}
        }
        let rest = path.strip_prefix("payload.")?;
        if let Some(days) = rest.strip_prefix("normalDays.") {
            return first_days(days).map(Self::Normal);
        }
        if let Some(days) = rest.strip_prefix("unwellDays.") {
            return first_days(days).map(Self::Unwell);
        }
        let (at, what) = rest.strip_prefix("history.")?.split_once('.')?;
        let at = number(at).filter(|at| *at < HISTORY_DAYS)?;
        match what {
            "normal" => Some(Self::Normal(1 << at)),
            "unwell" => Some(Self::Unwell(1 << at)),
            _ => None,
        }
    }
}

/// In one spelling: other ones lead nowhere in the data.
fn number(text: &str) -> Option<usize> {
    let number: usize = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// The newest days as a window.
fn first_days(text: &str) -> Option<u16> {
    let days = number(text).filter(|days| (1..=HISTORY_DAYS).contains(days))?;
    Some(ALL_DAYS >> (HISTORY_DAYS - days))
}

/// A day begins at midnight in Beijing.
fn day_text(day: Day) -> String {
    format!("{}T00:00:00+08:00", day.to_iso())
}

fn slot_text(slot: Slot) -> String {
    let hour = if slot.get().is_multiple_of(2) {
        "00"
    } else {
        "12"
    };
    format!("{}T{hour}:00:00+08:00", slot.day().to_iso())
}

/// What rules are evaluated on: a note on the day of a pass. What the note does not have is of 1970-01-01, as in the note.
pub(crate) fn data(
    state: &NoteState,
    itinerary: &Itinerary,
    risk: Option<&RiskList>,
    day: Day,
) -> Json {
    let is =
        |wanted: fn(DayStatus) -> bool| move |i: usize| usize::from(wanted(state.history.at(i)));
    let normal = is(|status| status == DayStatus::Normal);
    let unwell = is(|status| status > DayStatus::Normal);
    let history: Vec<Json> = (0..HISTORY_DAYS)
        .map(|i| json!({ "normal": normal(i), "unwell": unwell(i) }))
        .collect();
    let counted = |one: &dyn Fn(usize) -> usize| -> Json {
        let days = 1..=HISTORY_DAYS;
        days.map(|days| (days.to_string(), json!((0..days).map(one).sum::<usize>())))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let at_risk = risk.map(|list| {
        let visited = itinerary.regions();
        visited
            .filter(|region| list.regions.contains(*region))
            .count()
    });
    json!({
        "payload": {
            "checkin": { "newest": slot_text(state.slot) },
            "history": history,
            "normalDays": counted(&normal),
            "unwellDays": counted(&unwell),
            "test": { "day": day_text(state.test_day), "negative": state.test_ok },
            "doses": { "count": state.dose_count & 15 },
            "reading": { "day": day_text(state.reading_day) },
            "itinerary": { "day": day_text(state.itin_day) },
            "enrolment": { "day": day_text(state.fresh_day) },
            // Without a list in effect nothing can be proved.
            "regions": { "atRisk": at_risk.unwrap_or(usize::from(u16::MAX)) },
        },
        "external": { "day": day_text(day) },
    })
}
