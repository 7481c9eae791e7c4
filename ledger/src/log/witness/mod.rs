//! What a witness decides (C2SP tlog-witness): whether a checkpoint extends the newest one that it cosigned of the same log.

mod request;
#[cfg(test)]
mod tests;

pub use request::{AddCheckpoint, MAX_BODY, MAX_PROOF, RequestError};

use crate::log::checkpoint::{SignedCheckpoint, VerifierKey, VerifyError};
use crate::log::merkle::{LogHash, TreeHead, verify_consistency};

/// Why nothing is cosigned. The first that holds, in the standard's order.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// None of the log's keys signed it, or one of them did wrongly.
    #[error("the log did not sign it: {0}")]
    Unsigned(#[from] VerifyError),
    /// The old size is above the checkpoint's.
    #[error("old {old} is above the checkpoint's size {size}")]
    OldAbove {
        /// as the request says
        old: u64,
        /// of the checkpoint
        size: u64,
    },
    /// Another size was cosigned last.
    #[error("the size that was cosigned last is {known}")]
    OtherOld {
        /// the size
        known: u64,
    },
    /// The log has signed two trees of one size: a split view, and both notes together prove it.
    #[error("the log signed another root of size {size} before")]
    SplitView {
        /// the size of both
        size: u64,
        /// what was refused, signed by the log
        other: Box<SignedCheckpoint>,
    },
    /// The proof does not lead from the one to the other.
    #[error("the consistency proof does not hold")]
    Inconsistent,
}

/// Decides on a request. `keys` are the log's, `known` the newest checkpoint of it that was cosigned.
///
/// What is returned may be cosigned once it is durable as the new `known`, and not before: the caller holds the log for itself
/// from reading `known` to that.
///
/// # Errors
/// [`Refusal`].
pub fn consider(
    request: &AddCheckpoint,
    keys: &[VerifierKey],
    known: Option<&SignedCheckpoint>,
) -> Result<SignedCheckpoint, Refusal> {
    let signed = SignedCheckpoint::verify(request.note(), keys)?;
    let new = *signed.checkpoint().head();
    let old = request.old();
    if old > new.size() {
        return Err(Refusal::OldAbove {
            old,
            size: new.size(),
        });
    }
    let empty = TreeHead::new(0, LogHash::empty());
    let known = known.map_or(empty, |known| *known.checkpoint().head());
    if known.size() == new.size() && known.root() != new.root() {
        // Whatever the request calls old: the two notes prove it by themselves.
        return Err(Refusal::SplitView {
            size: new.size(),
            other: Box::new(signed),
        });
    }
    if old != known.size() {
        return Err(Refusal::OtherOld {
            known: known.size(),
        });
    }
    verify_consistency(&known, &new, request.proof()).map_err(|_| Refusal::Inconsistent)?;
    Ok(signed)
}
