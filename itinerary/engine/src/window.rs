//! `window`: for the subscribers who asked, the regions of the window of a day, as the table that `luyin attester issue`
//! issues itineraries from.

use std::io;
use std::path::{Path, PathBuf};

use luyin_itinerary::{Answered, Asked, AskedError, Rules, Window};
use luyin_protocol::time::Day;

use crate::state::{State, StateError, Unwatched, replace};

/// Why no window was answered at all.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The state.
    #[error(transparent)]
    State(#[from] StateError),
    /// Those who asked, or a day that the state does not hold whole.
    #[error(transparent)]
    Asked(#[from] AskedError),
    /// The table of answers.
    #[error("{path}: {source}")]
    File {
        /// which
        path: PathBuf,
        /// why not
        source: io::Error,
    },
}

/// A window whose every day is in the state.
///
/// # Errors
/// [`AskedError::Incomplete`].
pub fn complete(state: &State, asked_on: Day) -> Result<Window, AskedError> {
    let window = Window::asked_on(asked_on, Rules::embedded());
    window.complete(|day| state.manifest().is_complete(day))
}

/// Answers those who asked on a day.
///
/// # Errors
/// [`WindowError`]; a row that cannot be answered is no error.
pub fn answer(
    state: &State,
    asked_on: Day,
    asked: &Path,
    out: &Path,
) -> Result<Answered, WindowError> {
    let window = complete(state, asked_on)?;
    let mut asked = Asked::read(asked, window)?;
    for day in window.days() {
        state.day(day, |token, record| asked.know(day, token, record))?;
    }
    let (table, answered) = asked.answer();
    replace(out, &table, &Unwatched).map_err(|source| WindowError::File {
        path: out.to_owned(),
        source,
    })?;
    Ok(answered)
}
