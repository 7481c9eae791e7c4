//! All key material of Luyin: signing and sealing keys, the sealed keystore, the escrow of revocation
//! handles, the shared evaluation of person identifiers, and the proving and verifying keys.
//!
//! No network and no asynchronous runtime here. File access stands in modules of its own
//! ([`durable_file`] and what uses it), so that what a phone needs also builds for a browser.

pub mod durable_file;
pub mod escrow;
pub mod iden3;
pub mod keystore;
pub mod manifest;
pub mod note_seal;
pub mod seal_key;
pub mod sealed;
pub mod signing;
pub mod voprf;
