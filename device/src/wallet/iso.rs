//! Days as YYYY-MM-DD, wherever a wallet's answers are read by people and pages.

use luyin_protocol::time::Day;
use serde::Serializer;

pub(super) fn day<S: Serializer>(day: &Day, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&day.to_iso())
}

pub(super) fn maybe<S: Serializer>(day: &Option<Day>, to: S) -> Result<S::Ok, S::Error> {
    match day {
        Some(day) => to.serialize_some(&day.to_iso()),
        None => to.serialize_none(),
    }
}

pub(super) fn all<S: Serializer>(days: &[Day], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(days.iter().map(|day| day.to_iso()))
}
