//! The process of an escrow trustee (clause 9.4): an HTTP interface over its own store and its own view of the ledger.
//!
//! What must be protected is the revocation handle of every person. A trustee hands its share to another one only for a
//! notice that it found in force on the ledger itself, puts a handle together only inside a release, and lets nothing out
//! but the values of single days.

mod auth;
mod book;
mod error;
mod http;
mod ledger;
mod openings;
mod peers;
mod position;
mod release;
mod service;
mod setup;

pub use self::auth::Guards;
pub use self::book::{Book, BookError, EnrolmentPlace, RecordedAction};
pub use self::error::TrusteeError;
pub use self::http::{ServeError, router, serve};
pub use self::ledger::{LedgerError, LedgerView, LogSource};
pub use self::openings::OpeningStore;
pub use self::peers::{HttpPeer, Peer};
pub use self::position::PositionFile;
pub use self::release::Released;
pub use self::service::{HandedShare, Keyring, Parts, StartError, TrusteeService};
pub use self::setup::{PublicInfo, SetupError, TrusteeData};

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
