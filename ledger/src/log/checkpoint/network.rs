//! Which checkpoints the readers of a network believe (clause 8.9a): more than two thirds of the nodes of the founding data
//! signed it for the network's log, and as many of its witnesses cosigned it as the founding data ask for.

use super::{SignError, SignedCheckpoint, VerifierKey, VerifyError};
use ed25519_dalek::VerifyingKey;
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::signature::PublicKey;

/// Why a checkpoint is not believed.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A key or a name of the founding data is none.
    #[error("a key of the founding data: {0}")]
    Key(#[from] SignError),
    /// It does not verify.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// It is another log's.
    #[error("it is of another log")]
    OtherLog,
    /// Too few nodes have signed it: the others may never have agreed to it.
    #[error("{found} of the network's nodes signed it, {needed} are needed")]
    Nodes {
        /// how many did
        found: usize,
        /// how many are asked for
        needed: usize,
    },
    /// Too few witnesses have cosigned it: it may be one of two that the node shows to different people.
    #[error("{found} of the network's witnesses cosigned it, {needed} are needed")]
    Witnesses {
        /// how many did
        found: usize,
        /// how many are asked for
        needed: u8,
    },
}

/// The keys that sign checkpoints of the network's log.
///
/// # Errors
/// [`SignError`].
pub fn node_keys(parameters: &NetworkParameters) -> Result<Vec<VerifierKey>, SignError> {
    let keys = parameters.nodes.iter();
    keys.map(|key| VerifierKey::new(&parameters.origin, point(key)?))
        .collect()
}

/// The keys of the network's witnesses.
///
/// # Errors
/// [`SignError`].
pub fn witness_keys(parameters: &NetworkParameters) -> Result<Vec<VerifierKey>, SignError> {
    let witnesses = parameters.witnesses.iter();
    witnesses
        .map(|info| VerifierKey::witness(&info.name, point(&info.key)?))
        .collect()
}

fn point(key: &PublicKey) -> Result<VerifyingKey, SignError> {
    VerifyingKey::from_bytes(key.as_bytes()).map_err(|_| SignError::Key)
}

/// Reads a checkpoint's signed note as every reader of the network does.
///
/// # Errors
/// [`TrustError`].
pub fn network_checkpoint(
    note: &[u8],
    parameters: &NetworkParameters,
) -> Result<SignedCheckpoint, TrustError> {
    let mut keys = node_keys(parameters)?;
    keys.extend(witness_keys(parameters)?);
    let signed = SignedCheckpoint::verify(note, &keys)?;
    if signed.checkpoint().origin() != parameters.origin {
        return Err(TrustError::OtherLog);
    }
    let (found, needed) = (signed.signers().len(), parameters.nodes_needed());
    if found < needed {
        return Err(TrustError::Nodes { found, needed });
    }
    let found = signed.cosignatures().len();
    let needed = parameters.witnesses_needed;
    if found < usize::from(needed) {
        return Err(TrustError::Witnesses { found, needed });
    }
    Ok(signed)
}
