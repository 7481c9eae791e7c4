//! How an engine fares, told from its threads to whoever asks.

use crate::Height;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Whether the engine goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Running {
    /// It decides and signs.
    Running,
    /// It decides along with the others but signs nothing up to this height, because it has forgotten what it heard.
    Observing(Height),
    /// It was told to stop, and did.
    Ended,
    /// It stopped by itself, and why. The log says the same.
    Stopped(String),
}

/// How an engine fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The newest applied height.
    pub height: Height,
    /// The round of the height after it.
    pub round: u32,
    /// How many peers are connected; a second old at most.
    pub peers: usize,
    /// Whether it goes on.
    pub running: Running,
}

/// The status, shared.
#[derive(Debug)]
pub(super) struct Board {
    status: Mutex<Status>,
    changed: Condvar,
}

impl Board {
    pub fn new(height: Height) -> Self {
        Self {
            status: Mutex::new(Status {
                height,
                round: 0,
                peers: 0,
                running: Running::Running,
            }),
            changed: Condvar::new(),
        }
    }

    pub fn read(&self) -> Status {
        self.lock().clone()
    }

    pub fn update(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until the status is as wished; gives the last one in any case.
    pub fn wait(&self, limit: Duration, wished: impl Fn(&Status) -> bool) -> Status {
        let end = Instant::now() + limit;
        let mut status = self.lock();
        while !wished(&status) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            status = self
                .changed
                .wait_timeout(status, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        status.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Status> {
        // Each change is one assignment; a thread that died between two left nothing half done.
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
