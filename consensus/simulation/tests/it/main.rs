//! Runs of the consensus core over seeds.

mod planted;
mod seeds;
