//! Certificates that people already hold, and the rules that judge them.
//!
//! - [`hc1`]: the EU Digital COVID Certificate, as its square code shows it.
//! - [`certlogic`]: the expressions that countries write their rules in.
//! - [`rules`]: the rules themselves, chosen for a trip, and explained in the holder's language.
//! - [`shc`]: the SMART Health Card, as a square code or a file.
//! - [`lists`]: the files that say whom to trust, what was revoked, and by which rules.
//! - [`evidence`]: what a verified certificate tells that somebody may attest.
//! - [`signature`]: ECDSA and RSA-PSS over SHA-256, with a verdict for each way to be wrong.
//!
//! Nothing here reads a clock, a disk or a network: trust lists, revocations, value sets and the
//! moment of the check come in as arguments. What comes from a stranger is bounded in size and
//! never makes the decoders panic.

#![forbid(unsafe_code)]

pub mod certlogic;
pub mod evidence;
pub mod hc1;
mod inflate;
pub mod lists;
mod moment;
pub mod rules;
pub mod shc;
pub mod signature;
#[cfg(feature = "specimen")]
pub mod specimen;
#[cfg(feature = "suites")]
pub mod suites;

pub use inflate::InflateFault;
pub use moment::{Moment, NotAMoment, Unit};
