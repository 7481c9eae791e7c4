//! A node's timers: at most one of a kind and round, and one that is set anew replaces the old.

use malachitebft_core_types::{Round, Timeout, TimeoutKind};
use std::collections::BTreeMap;

/// Which setting of a timer an event belongs to.
pub type Serial = u64;

/// The kinds of timers, without the durations that the engine writes into one of them: those come from the
/// machine's clock and would make two runs differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Propose,
    Prevote,
    Precommit,
    Rebroadcast,
    Finalize,
}

/// A timer's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub kind: Kind,
    pub round: Round,
}

impl Name {
    /// Of an engine's timeout.
    #[must_use]
    pub fn of(timeout: &Timeout) -> Self {
        let kind = match timeout.kind {
            TimeoutKind::Propose => Kind::Propose,
            TimeoutKind::Prevote => Kind::Prevote,
            TimeoutKind::Precommit => Kind::Precommit,
            TimeoutKind::Rebroadcast => Kind::Rebroadcast,
            TimeoutKind::FinalizeHeight(_) => Kind::Finalize,
        };
        Self {
            kind,
            round: timeout.round,
        }
    }
}

/// The timers that run.
#[derive(Debug, Default)]
pub struct Timers {
    running: BTreeMap<Name, (Serial, Timeout)>,
    set: Serial,
}

impl Timers {
    /// Sets a timer.
    pub fn set(&mut self, timeout: Timeout) -> (Name, Serial) {
        self.set += 1;
        let name = Name::of(&timeout);
        self.running.insert(name, (self.set, timeout));
        (name, self.set)
    }

    /// Stops a timer.
    pub fn cancel(&mut self, timeout: &Timeout) {
        self.running.remove(&Name::of(timeout));
    }

    /// Stops all.
    pub fn cancel_all(&mut self) {
        self.running.clear();
    }

    /// Takes a timer that elapsed; nothing where it was stopped or set anew since.
    pub fn elapse(&mut self, name: Name, serial: Serial) -> Option<Timeout> {
        let (running, timeout) = self.running.get(&name)?;
        if *running != serial {
            return None;
        }
        let timeout = *timeout;
        self.running.remove(&name);
        Some(timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_that_was_set_anew_or_stopped_does_not_elapse() {
        let mut timers = Timers::default();
        let timeout = Timeout::propose(Round::ZERO);
        let (name, first) = timers.set(timeout);
        let (_, second) = timers.set(timeout);
        assert_eq!(timers.elapse(name, first), None);
        assert_eq!(timers.elapse(name, second), Some(timeout));
        assert_eq!(timers.elapse(name, second), None);
        let (_, third) = timers.set(timeout);
        timers.cancel(&timeout);
        assert_eq!(timers.elapse(name, third), None);
    }
}
