//! A simulation of the consensus core: the engine's state machine as it is, driven without a network, threads or a clock.
//!
//! Everything that happens in a run is a function of its seed: delays, losses, partitions, crashes, what a liar does. The
//! same seed gives the same hash over all events ([`trace`]).

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
