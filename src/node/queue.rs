//! The way into an orderer: bounded, and closed at the end.

use super::in_process::Waiting;
use super::orderer::{NotQueued, Pending, Submission};
use crate::telemetry::Metrics;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot;

/// Its outer end.
#[derive(Debug)]
pub(super) struct Queue {
    end: Mutex<Option<SyncSender<Waiting>>>,
    metrics: Metrics,
}

impl Queue {
    /// A queue with room for so many, and its inner end.
    pub fn of(room: usize, metrics: Metrics) -> (Self, Receiver<Waiting>) {
        let (end, waiting) = mpsc::sync_channel(room);
        let end = Mutex::new(Some(end));
        (Self { end, metrics }, waiting)
    }

    /// Takes a transaction, or says at once that it cannot.
    ///
    /// # Errors
    /// [`NotQueued::Full`], [`NotQueued::Closed`].
    pub fn push(&self, submission: Submission) -> Result<Pending, NotQueued> {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(end) = end.as_ref() else {
            return Err(NotQueued::Closed);
        };
        let (answer, pending) = oneshot::channel();
        match end.try_send(Waiting { submission, answer }) {
            Ok(()) => {
                self.metrics.queued.inc();
                Ok(Pending::new(pending))
            }
            Err(TrySendError::Full(_)) => Err(self.full()),
            Err(TrySendError::Disconnected(_)) => Err(NotQueued::Closed),
        }
    }

    /// Notes that somebody was turned away.
    pub fn full(&self) -> NotQueued {
        self.metrics.overloaded.inc();
        NotQueued::Full
    }

    /// Takes nothing more: the inner end ends when it is empty.
    pub fn close(&self) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        drop(end.take());
    }
}
