//! Verifying gates' records here: every proof against inputs worked out here, every verdict derived again from what was
//! published at the time.

use ark_bn254::Fr;
use luyin_circuits::CircuitName;
use luyin_circuits::groth16::{Claim, PreparedVk, Proof, bad_claims};
use luyin_keys::manifest::{Manifest, decode_vk};
use luyin_protocol::did::Did;
use luyin_protocol::gate::{Evidence, Memory, Replay};
use luyin_protocol::network::NetworkParameters;
use luyin_protocol::signature::Sha256Hash;
use rand::rngs::OsRng;
use serde::Serialize;

use super::AuditError;
use super::answers::Record;
use super::proof::parts;
use super::published::Fetched;
use crate::client::{NodeClient, Transport};

/// Proofs verified in one batch.
const BATCH: usize = 512;

/// What the check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// Records looked at.
    pub checked: usize,
    /// Proofs that hold.
    pub verified: usize,
    /// Records with a proof that does not hold, though the gate let the holder in.
    pub rejected: Vec<String>,
    /// Records whose verdict the published data do not give.
    pub disputed: Vec<String>,
}

/// Checks records by what was published, and by the pass statement's key.
pub struct Auditor {
    key: PreparedVk,
    replay: Replay<Fetched>,
}

impl Auditor {
    pub(super) fn new(key: PreparedVk, published: Fetched) -> Self {
        Self {
            key,
            replay: Replay::new(published),
        }
    }

    /// Fetches what a single proof needs: not the values that were released. The key is taken only with the hash of the
    /// founding data.
    ///
    /// # Errors
    /// [`AuditError`].
    pub fn of_proofs<T: Transport>(
        node: &NodeClient<T>,
        parameters: &NetworkParameters,
    ) -> Result<Self, AuditError> {
        let key = pass_key(node, parameters)?;
        Ok(Self::new(key, Fetched::from(node, parameters)?))
    }

    /// Fetches what the verdicts of records need.
    ///
    /// # Errors
    /// [`AuditError`].
    pub fn of_records<T: Transport>(
        node: &NodeClient<T>,
        parameters: &NetworkParameters,
        records: &[Record],
    ) -> Result<Self, AuditError> {
        let key = pass_key(node, parameters)?;
        let mut published = Fetched::from(node, parameters)?;
        published.fetch_released(node, records)?;
        Ok(Self::new(key, published))
    }

    pub(super) const fn published(&self) -> &Fetched {
        self.replay.published()
    }

    /// Whether the proof of one record holds against inputs worked out here; none where it has none.
    ///
    /// # Errors
    /// [`AuditError::DoesNotHold`] where the node gives other inputs.
    pub fn holds(&self, record: &Record) -> Result<Option<bool>, AuditError> {
        let all = self.proofs_that_hold(std::slice::from_ref(record))?;
        Ok(all.into_iter().next().flatten())
    }

    /// Checks records in their order. `progress` hears how many are done.
    ///
    /// # Errors
    /// [`AuditError::DoesNotHold`] where the node gives other inputs.
    pub fn check(
        &self,
        records: &[Record],
        mut progress: impl FnMut(u64),
    ) -> Result<Findings, AuditError> {
        let mut findings = Findings {
            checked: records.len(),
            ..Findings::default()
        };
        let mut memory = Memory::default();
        let mut done = 0;
        for chunk in records.chunks(BATCH) {
            let holds = self.proofs_that_hold(chunk)?;
            for (record, holds) in chunk.iter().zip(holds) {
                let gate = gate_of(record)?;
                let Ok(found) = self.replay.judge(gate, &record.bytes.0, holds, &mut memory);
                findings.verified += usize::from(found.verified);
                if found.rejected {
                    findings.rejected.push(record.name.clone());
                }
                if found.disputed {
                    findings.disputed.push(record.name.clone());
                }
            }
            done += chunk.len();
            progress(u64::try_from(done).unwrap_or(u64::MAX));
        }
        Ok(findings)
    }

    /// For each record whether its proof holds; none where it has none. The node's inputs must be the ones worked out here.
    fn proofs_that_hold(&self, records: &[Record]) -> Result<Vec<Option<bool>>, AuditError> {
        let mut out = vec![None; records.len()];
        let mut found: Vec<(usize, [Fr; 11], Proof)> = Vec::new();
        for ((place, record), holds) in records.iter().enumerate().zip(&mut out) {
            let Evidence::Pass(shown) = &record.bytes.0.evidence else {
                continue;
            };
            let inputs = self.inputs(record)?;
            if let (Some(own), Some(theirs)) = (&inputs, record.inputs()?)
                && own.as_slice() != theirs.as_slice()
            {
                return Err(AuditError::DoesNotHold(
                    "public inputs other than those worked out here",
                ));
            }
            match (inputs, Proof::try_from(&shown.pass.proof)) {
                (Some(inputs), Ok(proof)) => found.push((place, inputs, proof)),
                _ => *holds = Some(false),
            }
        }
        let claims: Vec<Claim<'_>> = found
            .iter()
            .map(|(_, inputs, proof)| Claim { inputs, proof })
            .collect();
        let bad = bad_claims(&self.key, &claims, &mut OsRng);
        for (n, (place, _, _)) in found.iter().enumerate() {
            if let Some(holds) = out.get_mut(*place) {
                *holds = Some(!bad.contains(&n));
            }
        }
        Ok(out)
    }

    /// The public inputs of a record's pass; none where it has none, or one that names what was never published.
    pub(super) fn inputs(&self, record: &Record) -> Result<Option<[Fr; 11]>, AuditError> {
        let Ok(inputs) = self
            .replay
            .public_inputs(&gate_of(record)?, &record.bytes.0);
        Ok(inputs)
    }

    /// The venue that the record's gate was at.
    pub(super) fn venue(&self, record: &Record) -> Result<Option<&Did>, AuditError> {
        let gate = gate_of(record)?;
        Ok(self.replay.venue(&gate, record.bytes.0.step))
    }
}

fn gate_of(record: &Record) -> Result<Did, AuditError> {
    let (gate, _, _) = parts(&record.name)?;
    Ok(gate.parse()?)
}

fn pass_key<T: Transport>(
    node: &NodeClient<T>,
    parameters: &NetworkParameters,
) -> Result<PreparedVk, AuditError> {
    let bad = || AuditError::DoesNotHold("the pass statement's verifying key");
    let manifest = node.keys_manifest()?;
    let text = std::str::from_utf8(&manifest).map_err(|_| bad())?;
    let manifest = Manifest::from_json(text).map_err(|_| bad())?;
    let name = CircuitName::Pass;
    let entry = manifest.circuit(name.as_str()).map_err(|_| bad())?;
    let bytes = node.keys_file(&entry.verifying_key.file)?;
    if Sha256Hash::of(&bytes) != parameters.verifying_keys.pass {
        return Err(bad());
    }
    let key = decode_vk(&bytes, name.inputs()).map_err(|_| bad())?;
    PreparedVk::new(name, &key).map_err(|_| bad())
}
