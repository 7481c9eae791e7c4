//! The process of a witness (clause 8.16): it cosigns each checkpoint of a log that extends the newest one it cosigned before.
//!
//! A witness's word is worth what its memory is: it never cosigns two histories of one log, also not around a restart. So the
//! newest checkpoint is durable before its cosignature leaves, and a file that is damaged is never taken for none.

mod http;
mod logs;
mod record;
mod service;
mod setup;
#[cfg(test)]
mod tests;

pub use self::http::{router, serve};
pub use self::logs::{Logs, LogsError};
pub(crate) use self::record::log_name;
pub use self::record::{Record, RecordError, SplitView};
pub use self::service::{LogCard, WitnessCard, WitnessError, WitnessService};
pub use self::setup::{SetupError, WitnessData};
