//! What a node keeps of the consensus on its own disk: bodies that are not decided yet, and the decisions.

mod bodies;
mod decisions;

pub use bodies::{Bodies, Seen};
pub use decisions::{DecisionError, Decisions};
