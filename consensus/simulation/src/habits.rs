//! What a node does for durability and what counts as a quorum: the right way, and planted faults that a run must find.

use malachitebft_core_consensus::ThresholdParams;

/// What becomes of the guard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GuardHabit {
    /// It is asked before each signature and outlives every loss.
    #[default]
    Kept,
    /// It begins anew after each restart: a planted fault.
    Forgotten,
    /// There is none: for liars.
    Absent,
}

/// When a body is synced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyHabit {
    /// Before the engine hears of it.
    #[default]
    BeforeVote,
    /// Some time later: a planted fault.
    Later,
}

/// When the engine's log is synced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogHabit {
    /// Before something is signed: what led to a signature outlives the loss of power, as the guard's memory of it does.
    #[default]
    BeforeSigning,
    /// Before something is published, which is all that the engine does by itself: a planted fault.
    BeforePublishing,
}

/// Whose bodies are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SenderHabit {
    /// Those that the round's proposer has sealed, whoever sends them.
    #[default]
    Sealed,
    /// Those that name the round's proposer: a planted fault. The engine keeps two bodies a round, and two of a liar's
    /// make it turn away the proposal itself.
    Anyone,
}

/// All habits of a node.
#[derive(Clone, Copy, Debug, Default)]
pub struct Habits {
    pub guard: GuardHabit,
    pub bodies: BodyHabit,
    pub senders: SenderHabit,
    pub log: LogHabit,
    /// What the engine takes for a quorum.
    pub thresholds: ThresholdParams,
}
