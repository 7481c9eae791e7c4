//! A simulation of the consensus core: the engine's state machine as it is, driven without a network, threads or a clock.
//!
//! Everything that happens in a run is a function of its seed: delays, losses, partitions, crashes, what a liar does. The
//! same seed gives the same hash over all events ([`trace`]).
//!
//! Real are the engine's core with its meters, the types, the bytes that are signed, the signatures, the signer and the
//! rules of its guard ([`luyin_consensus`]). Pretended are the disks ([`disk`]), the network, the timers and the clock, and
//! the engine's actor: [`host`] carries out the core's effects in the order in which the actor does, and may go down
//! between any two of them. The engine's value sync is a smaller one here ([`message::Message::Ask`]); its WAL's bytes, its
//! gossip and the application's books are not here at all: the tests of `luyin-consensus` run those.
//!
//! What must hold after every step stands in [`watch`]; what goes wrong in a run, in [`plan`]; what a liar does, in
//! [`liar`]. Faults can be planted ([`habits`]), and the tests show that each is found.

pub mod application;
mod bodies;
mod catch_up;
pub mod chance;
pub mod disk;
pub mod habits;
pub mod host;
pub mod liar;
pub mod message;
pub mod node;
pub mod plan;
pub mod signing;
pub mod timers;
pub mod trace;
pub mod watch;
pub mod world;
