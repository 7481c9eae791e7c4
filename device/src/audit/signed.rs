//! What a node signed, held against the keys of the network's founding data.

use super::AuditError;
use crate::client::EncodedBytes;
use luyin_ledger::log::checkpoint::{SignedCheckpoint, TrustError, network_checkpoint};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::signature::{Domain, PublicKey, Signature};
use serde::{Deserialize, Serialize};

/// A checkpoint's signed note, verified: a node of the network signed it for the network's log, and enough witnesses
/// cosigned it.
///
/// # Errors
/// [`AuditError::DoesNotHold`].
pub fn signed_checkpoint(
    note: &[u8],
    parameters: &NetworkParameters,
) -> Result<SignedCheckpoint, AuditError> {
    network_checkpoint(note, parameters).map_err(|error| match error {
        TrustError::Witnesses { .. } => {
            AuditError::DoesNotHold("too few witnesses cosigned the checkpoint")
        }
        _ => AuditError::DoesNotHold("the checkpoint's signature"),
    })
}

/// A report as a node gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedReport {
    /// JSON, exactly as it was signed.
    pub report: EncodedBytes,
    /// The node's key.
    pub signer: PublicKey,
    /// Over domain `Report`, the network and the report's bytes.
    pub signature: Signature,
}

impl SignedReport {
    /// Checks that a node of the network signed it, and a node the checkpoint that it rests on.
    ///
    /// # Errors
    /// [`AuditError::DoesNotHold`].
    pub fn verify(&self, parameters: &NetworkParameters) -> Result<(), AuditError> {
        #[derive(Deserialize)]
        struct Rests {
            checkpoint: EncodedBytes,
        }
        if !parameters.nodes.contains(&self.signer) {
            let why = "the report's signer is no node of the network";
            return Err(AuditError::DoesNotHold(why));
        }
        self.signer
            .verify(
                Domain::Report,
                &parameters.id(),
                &self.report.0,
                &self.signature,
            )
            .map_err(|_| AuditError::DoesNotHold("the report's signature"))?;
        let Rests { checkpoint } = serde_json::from_slice(&self.report.0)
            .map_err(|_| AuditError::DoesNotHold("the report names no checkpoint"))?;
        signed_checkpoint(&checkpoint.0, parameters).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{key, parameters};
    use super::*;
    use luyin_ledger::log::checkpoint::{Checkpoint, CheckpointSigner};
    use luyin_ledger::log::merkle::{LogHash, TreeHead};

    const NODE: u8 = 12;

    fn note(origin: &str, signer: u8) -> Vec<u8> {
        let head = TreeHead::new(7, LogHash::new([3; 32]));
        let checkpoint = Checkpoint::new(origin, head, vec!["time 1".to_owned()]).unwrap();
        let secret = ed25519_dalek::SigningKey::from_bytes(&[signer; 32]);
        let signer = CheckpointSigner::new(origin, secret).unwrap();
        SignedCheckpoint::sign(checkpoint, &[&signer])
            .unwrap()
            .note()
            .to_vec()
    }

    fn report(checkpoint: Vec<u8>, signer: u8) -> SignedReport {
        let content = serde_json::json!({ "made": 1, "checkpoint": EncodedBytes(checkpoint) });
        let bytes = serde_json::to_vec(&content).unwrap();
        let key = key(signer);
        SignedReport {
            signature: key.sign(Domain::Report, &parameters().id(), &bytes),
            report: EncodedBytes(bytes),
            signer: key.public(),
        }
    }

    fn holds(report: &SignedReport) -> Result<(), String> {
        report.verify(&parameters()).map_err(|e| e.to_string())
    }

    #[test]
    fn a_checkpoint_holds_where_a_node_of_the_network_signed_it_for_its_log() {
        let parameters = parameters();
        let own = note(&parameters.origin, NODE);
        let signed = signed_checkpoint(&own, &parameters).unwrap();
        assert_eq!(signed.checkpoint().size(), 7);
        let stranger = note(&parameters.origin, 13);
        assert!(signed_checkpoint(&stranger, &parameters).is_err());
        let of_another_log = note("luyin.example/other", NODE);
        assert!(signed_checkpoint(&of_another_log, &parameters).is_err());
        let text = String::from_utf8(own).unwrap();
        let larger = text.replacen("\n7\n", "\n8\n", 1);
        assert_ne!(larger, text);
        assert!(signed_checkpoint(larger.as_bytes(), &parameters).is_err());
    }

    #[test]
    fn a_report_holds_where_a_node_signed_it_and_its_checkpoint() {
        let good = report(note(&parameters().origin, NODE), NODE);
        assert_eq!(holds(&good), Ok(()));
        let stranger = report(note(&parameters().origin, NODE), 13);
        assert!(holds(&stranger).unwrap_err().contains("no node"));
        let mut changed = good.clone();
        changed.report.0.push(b' ');
        assert!(holds(&changed).unwrap_err().contains("report's signature"));
        let mut claimed = good;
        claimed.signature = stranger.signature;
        assert!(holds(&claimed).unwrap_err().contains("report's signature"));
        let unfounded = report(note(&parameters().origin, 13), NODE);
        assert!(holds(&unfounded).unwrap_err().contains("checkpoint's"));
    }

    #[test]
    fn a_report_of_another_network_does_not_hold() {
        let report = report(note(&parameters().origin, NODE), NODE);
        let mut other = parameters();
        other.cadence.slot_grace_ms += 1;
        assert!(report.verify(&other).is_err());
    }
}
