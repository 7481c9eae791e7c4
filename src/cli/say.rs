//! What a command says: one JSON value on standard output, or lines for people. Progress goes to standard error.

use std::io::Write as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use luyin_protocol::time::Timestamp;
use serde::Serialize;

/// The form of a command's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    /// For people.
    Text,
    /// One JSON value.
    Json,
}

impl Say {
    /// From the `--json` switch.
    #[must_use]
    pub const fn from_switch(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }

    /// Says the outcome. A reader that has gone away is no fault.
    pub fn outcome(self, value: &impl Serialize, text: impl FnOnce() -> String) {
        let line = match self {
            Self::Text => text(),
            Self::Json => serde_json::to_string(value).unwrap_or_default(),
        };
        let _ = writeln!(std::io::stdout(), "{}", line.trim_end());
    }

    /// A progress bar of so many steps; hidden where the answer is JSON or nobody watches.
    #[must_use]
    pub fn progress(self, steps: u64, what: &'static str) -> ProgressBar {
        let target = match self {
            Self::Text => ProgressDrawTarget::stderr(),
            Self::Json => ProgressDrawTarget::hidden(),
        };
        let bar = ProgressBar::with_draw_target(Some(steps), target).with_message(what);
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {elapsed} left {eta}");
        match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

/// A moment in Beijing, to the minute.
#[must_use]
pub fn minute(moment: Timestamp) -> String {
    let minutes = moment.since_midnight_ms() / 60_000;
    let (hour, minute) = (minutes / 60, minutes % 60);
    format!("{} {hour:02}:{minute:02}", moment.day().to_iso())
}
