//! How the nodes of a network agree on one order of bodies, while fewer than a third of them lie or fail.
//!
//! The agreement is Malachite's (Tendermint); this crate tells it what is decided on, keeps what it decides, and stands
//! between it and the validator's key. What a body is, only the [`Application`] knows. Format and rules are clauses 12.1
//! to 12.14 of docs/protocol/12-consensus.md; the choice of the engine is docs/adr/0009.
//!
//! # What is durable before what
//!
//! ```text
//! body synced → guard synced → vote signed → engine's log synced → vote sent
//!   → decided → certificate synced → application (synced) → answer synced → body removed → next height
//! ```
//!
//! Why a crash at each arrow is safe:
//! * after the body: it is judged and voted for again;
//! * after the guard, before the vote is signed or the engine's log has it: nobody has seen the vote; the engine may want
//!   another one at this step, and gets the guard's ([`signer::Guard`]);
//! * after the engine's log: the engine reads its log and sends the vote again, with the same signature;
//! * after the decision, before the certificate: the engine decides again from its log, or the decision comes from others;
//! * after the certificate: the application is asked again at the start, before the engine runs, with the same body; it
//!   does nothing where it has applied it already;
//! * after the application: the same;
//! * after the answer: the height is over; the body is removed at the end of the next one.
//!
//! A body is removed only after the application has it, so every decided body is at hand in one of the two places.
#![forbid(unsafe_code)]

mod application;
pub mod codec;
mod context;
pub mod counters;
#[cfg(feature = "engine")]
mod engine;
mod height;
mod part;
mod round;
mod scheme;
pub mod signer;
#[cfg(feature = "engine")]
mod store;
mod validators;
mod value;
mod vote;

pub use application::{Application, Applied, Decided, Fault, Verdict};
pub use context::Consortium;
#[cfg(feature = "engine")]
pub use engine::{Engine, EngineConfig, EngineError, Running, Status, Timeouts};
pub use height::Height;
pub use part::{MAX_PARTS, PART_SIZE, Part};
pub use round::MAX_ROUND;
pub use scheme::Ed25519;
pub use signer::{SignerError, VoteSigner};
#[cfg(feature = "engine")]
pub use signer::{TokenPlace, TokenSigner};
#[cfg(feature = "engine")]
pub use store::DecisionError;
pub use validators::{Address, MAX_VALIDATORS, Validator, Validators, ValidatorsError};
pub use value::{Value, ValueId};
pub use vote::{Proposal, Vote};
