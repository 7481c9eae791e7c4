//! What a regulator checks by itself: records, verdicts, proofs and places under anchors, out of what was published.

mod answers;
mod check;
mod error;
mod explained;
mod proof;
mod replay;
#[cfg(test)]
mod tests;

pub use answers::{Action, OneRecord, Record, Span, actions, one_record, records};
pub use check::{Checked, check_record};
pub use error::AuditError;
pub use explained::ExplainedInput;
pub use proof::{Proved, anchored, check_batches, consistency, inclusion};
pub use replay::{Findings, Replay};
