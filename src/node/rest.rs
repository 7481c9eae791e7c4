//! Who did not answer is left alone for a while.

use std::time::{Duration, Instant};

/// Whether somebody is left alone, and until when.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rest(Option<Instant>);

impl Rest {
    /// Whether it is still left alone.
    pub fn lasts(self) -> bool {
        self.0.is_some_and(|until| Instant::now() < until)
    }

    /// From now on for so long.
    pub fn begin(&mut self, time: Duration) {
        self.0 = Some(Instant::now() + time);
    }

    /// It answered.
    pub const fn end(&mut self) {
        self.0 = None;
    }
}
