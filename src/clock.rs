//! The one source of time. Production networks read the system's clock; a development network may have one that is set
//! by hand, shared by everything in the process.

use luyin_protocol::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use thiserror::Error;

/// Tells the time. Copies of a settable clock show the same.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's.
    System,
    /// Set by hand, only forward. Milliseconds since 1970.
    Settable(Arc<AtomicU64>),
    /// Goes wrong by so many milliseconds: what a network of several nodes has to bear.
    Ahead(u64),
}

/// Why a clock was not set.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SetClockError {
    /// This one follows the system.
    #[error("this clock cannot be set")]
    NotSettable,
    /// A clock goes forward.
    #[error("the clock shows {now} already")]
    Backward {
        /// What it shows, in milliseconds since 1970.
        now: u64,
    },
}

impl Clock {
    /// A settable clock that starts at the system's time.
    #[must_use]
    pub fn settable_from_system() -> Self {
        Self::settable_at(Self::System.now())
    }

    /// A settable clock that starts at a given time.
    #[must_use]
    pub fn settable_at(start: Timestamp) -> Self {
        Self::Settable(Arc::new(AtomicU64::new(start.get())))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp::new(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
            }
            Self::Settable(shown) => Timestamp::new(shown.load(Ordering::SeqCst)),
            Self::Ahead(ms) => Self::System.now().plus_ms(*ms),
        }
    }

    /// Sets the clock forward.
    pub fn set(&self, to: Timestamp) -> Result<(), SetClockError> {
        let Self::Settable(shown) = self else {
            return Err(SetClockError::NotSettable);
        };
        shown
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |now| {
                (to.get() >= now).then_some(to.get())
            })
            .map(|_| ())
            .map_err(|now| SetClockError::Backward { now })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settable_clock_stands_still_and_goes_only_forward() {
        let clock = Clock::settable_at(Timestamp::new(1_000));
        let copy = clock.clone();
        clock.set(Timestamp::new(2_000)).unwrap();
        assert_eq!(copy.now(), Timestamp::new(2_000));
        let refused = copy.set(Timestamp::new(1_999));
        assert_eq!(refused, Err(SetClockError::Backward { now: 2_000 }));
        assert_eq!(clock.now(), Timestamp::new(2_000));
    }

    #[test]
    fn the_system_clock_is_not_set() {
        let refused = Clock::System.set(Timestamp::new(u64::MAX));
        assert_eq!(refused, Err(SetClockError::NotSettable));
    }
}
