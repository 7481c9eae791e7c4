//! What a regulator checks by itself: records, verdicts, proofs and places under anchors, out of what was published.

mod alarms;
mod answers;
mod auditor;
mod check;
mod error;
mod explained;
mod proof;
mod published;
mod signed;
#[cfg(test)]
mod tests;

pub use alarms::{Alarm, DayAlarms, alarms};
pub use answers::{
    Action, Attempt, AttemptSigner, OneRecord, Record, Span, actions, attempts, one_record, records,
};
pub use auditor::{Auditor, Findings};
pub use check::{Checked, check_record};
pub use error::AuditError;
pub use explained::ExplainedInput;
pub use proof::{Proved, anchored, check_batches, consistency, inclusion, travelled, travelling};
pub use signed::{SignedReport, signed_checkpoint};
