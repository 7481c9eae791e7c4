//! `luyin <verb>`: the command line.

pub mod attester;
pub mod audit;
pub mod authority;
pub mod bench;
pub mod ceremony;
pub mod demo;
pub mod did;
pub mod gate;
pub mod genesis;
pub mod keystore;
pub mod net;
pub mod organisation;
pub mod passphrase;
pub mod rebuild_index;
pub mod registrar;
pub mod root;
pub mod say;
pub mod sealed_register;
pub mod serve;
pub mod trustee;
pub mod verify_log;
pub mod wallet;
pub mod witness;
