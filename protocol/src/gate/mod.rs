//! The gate: its bundle, its verdict and its audit records (protocol sections 6 and 10).
//!
//! The verdict is a pure function of the pass, the bundle, the time and what the gate has seen; it
//! decides the same online and offline.

mod bundle;
mod decision;
mod list;
mod published;
mod record;
mod replay;
mod seen;
#[cfg(test)]
mod tests;
mod verdict;

pub use bundle::{BundleError, EpochRef, GateBundle, MAX_EPOCHS, SignedBundle};
pub use decision::{Gate, RevokedTags, gate_code};
pub use list::{GateList, ListError, SignedList, rules_of};
pub use published::{Acts, Published, Since};
pub use record::{AuditRecord, Evidence, MAX_NOTE};
pub use replay::{Finding, Memory, Replay};
pub use seen::{Seen, SeenInMemory};
pub use verdict::{Colour, Reason, Verdict};
