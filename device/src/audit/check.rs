//! One record, checked in every respect that takes nobody else's word.

use super::answers::check_listing;
use super::{AuditError, Auditor, ExplainedInput, OneRecord, anchored};
use crate::client::{NodeClient, Transport};
use luyin_protocol::network::NetworkParameters;

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whether the proof holds; false too where the record has none.
    pub proof: bool,
    /// The public inputs, worked out here; none where the record has no pass, or its pass names what was never published.
    pub inputs: Vec<ExplainedInput>,
    /// Whether the record stands in its anchored batch, and the anchor in the log.
    pub in_batch: bool,
}

/// Checks a record as the node gave it.
///
/// # Errors
/// [`AuditError::DoesNotHold`] where the node contradicts itself; those of the node.
pub fn check_record<T: Transport>(
    node: &NodeClient<T>,
    parameters: &NetworkParameters,
    one: &OneRecord,
) -> Result<Checked, AuditError> {
    check_listing(&one.record)?;
    let auditor = Auditor::of_proofs(node, parameters)?;
    let proof = auditor.holds(&one.record)? == Some(true);
    let inputs = auditor.explain(&one.record)?.unwrap_or_default();
    let in_batch = match anchored(node, one) {
        Ok(_) => true,
        Err(AuditError::DoesNotHold(_)) => false,
        Err(error) => return Err(error),
    };
    Ok(Checked {
        proof,
        inputs,
        in_batch,
    })
}
