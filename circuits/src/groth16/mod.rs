//! Groth16 (Groth 2016) over the reduction that snarkjs and circom use, so that keys from a
//! ceremony run with those tools work here (protocol section 11).
//!
//! Soundness rests on the curve, on arkworks, which is unaudited, and on one honest party in the
//! ceremony; zero knowledge rests on none of them but the prover's randomness.

mod batch;
mod key;
mod msm;
mod proof;
mod prove;
mod reduction;
pub mod simulated;
#[cfg(test)]
mod tests;
mod verify;

pub use batch::{Claim, bad_claims, verify_batch};
pub use key::{KeyError, ProverKey, setup};
pub use proof::{PROOF_BYTES, Proof, ProofError};
#[cfg(test)]
pub(crate) use prove::prove_assignment;
pub use prove::{ProveError, prove};
pub use reduction::CircomReduction;
pub use verify::{PreparedVk, VerifyError, verify};
