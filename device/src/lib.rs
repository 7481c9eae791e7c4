//! What a holder's and a gate's device does, the same on a command line and in a browser.
//!
//! No disk, no network and no clock of its own: files stand behind [`files::Files`] and [`wallet::Vault`], a node behind
//! [`client::Transport`], the moment comes in.

pub mod attester;
pub mod audit;
pub mod client;
pub mod enrolment;
pub mod files;
pub mod gate;
pub mod http_signature;
pub mod page;
pub mod qr;
pub mod rulebook;
pub mod wallet;
