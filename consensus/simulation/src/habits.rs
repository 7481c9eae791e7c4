//! What a node does for durability and what counts as a quorum: the right way, and planted faults that a run must find.

use arc_malachitebft_core_consensus::ThresholdParams;

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

/// What happens where the guard refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RefusalHabit {
    /// The engine stops and is started again.
    #[default]
    Stop,
    /// A signature of zeros is handed over, which nobody counts.
    Abstain,
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
    /// Before something is published, as the engine does by itself.
    #[default]
    BeforePublishing,
    /// Before something is signed, too.
    BeforeSigning,
}

/// All habits of a node.
#[derive(Clone, Copy, Debug, Default)]
pub struct Habits {
    pub guard: GuardHabit,
    pub refusal: RefusalHabit,
    pub bodies: BodyHabit,
    pub log: LogHabit,
    /// What the engine takes for a quorum.
    pub thresholds: ThresholdParams,
}
