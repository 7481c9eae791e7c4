//! Judges proofs in batches on all cores, and remembers verdicts between the stage that judges ahead and the chain, which
//! asks again while it makes the block.

use luyin_circuits::CircuitName;
use luyin_circuits::groth16::{self, PreparedVk, Proof, bad_claims};
use luyin_ledger::tx::{Claim, ProofVerifier, Statement, Verdict};
use luyin_protocol::field::to_bytes;
use luyin_protocol::signature::Sha256Hash;
use rand::rngs::OsRng;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Mutex;

/// Verdicts that are remembered at most. More are judged twice, never wrongly.
const REMEMBERED: usize = 16_384;

/// The verifying keys of the four statements.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Of enrol.
    pub enrol: PreparedVk,
    /// Of checkin.
    pub checkin: PreparedVk,
    /// Of absorb.
    pub absorb: PreparedVk,
    /// Of pass.
    pub pass: PreparedVk,
}

impl Keys {
    /// The key of a statement on the ledger.
    #[must_use]
    pub const fn of(&self, statement: Statement) -> &PreparedVk {
        match statement {
            Statement::Enrol => &self.enrol,
            Statement::CheckIn => &self.checkin,
            Statement::Absorb => &self.absorb,
            Statement::Appeal => &self.pass,
        }
    }

    /// The key of a named statement.
    #[must_use]
    pub const fn named(&self, name: CircuitName) -> &PreparedVk {
        match name {
            CircuitName::Enrol => &self.enrol,
            CircuitName::Checkin => &self.checkin,
            CircuitName::Absorb => &self.absorb,
            CircuitName::Pass => &self.pass,
        }
    }
}

/// Judges proofs.
#[derive(Debug)]
pub struct Judge {
    keys: Keys,
    remembered: Mutex<HashMap<Sha256Hash, Verdict>>,
}

impl Judge {
    /// A judge with these keys.
    #[must_use]
    pub fn new(keys: Keys) -> Self {
        Self {
            keys,
            remembered: Mutex::default(),
        }
    }

    /// The keys.
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Judges claims ahead of the block that will ask for them.
    pub fn judge_ahead(&self, claims: &[Claim]) {
        let verdicts = self.judge(claims);
        let mut remembered = self.remembered();
        if remembered.len().saturating_add(claims.len()) > REMEMBERED {
            remembered.clear();
        }
        remembered.extend(claims.iter().map(name_of).zip(verdicts));
    }

    /// Forgets verdicts whose block is written.
    pub fn forget(&self, claims: &[Claim]) {
        let mut remembered = self.remembered();
        for claim in claims {
            remembered.remove(&name_of(claim));
        }
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashMap<Sha256Hash, Verdict>> {
        self.remembered
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn judge(&self, claims: &[Claim]) -> Vec<Verdict> {
        let proofs: Vec<Option<Proof>> = claims
            .par_iter()
            .map(|claim| Proof::try_from(&claim.proof).ok())
            .collect();
        let mut verdicts = vec![Verdict::Rejected; claims.len()];
        for statement in Statement::ALL {
            let key = self.keys.of(statement);
            let (mut places, mut batch) = (Vec::new(), Vec::new());
            for (place, (claim, proof)) in claims.iter().zip(&proofs).enumerate() {
                let fits = claim.statement == statement && claim.inputs.len() == key.inputs();
                if let (true, Some(proof)) = (fits, proof) {
                    places.push(place);
                    batch.push(groth16::Claim {
                        inputs: &claim.inputs,
                        proof,
                    });
                }
            }
            let bad = bad_claims(key, &batch, &mut OsRng);
            for (nth, place) in places.into_iter().enumerate() {
                if let Some(verdict) = verdicts.get_mut(place).filter(|_| !bad.contains(&nth)) {
                    *verdict = Verdict::Holds;
                }
            }
        }
        verdicts
    }
}

impl ProofVerifier for Judge {
    fn verify_batch(&self, claims: &[Claim]) -> Vec<Verdict> {
        let known: Vec<Option<Verdict>> = {
            let remembered = self.remembered();
            let look_up = |claim: &Claim| remembered.get(&name_of(claim)).copied();
            claims.iter().map(look_up).collect()
        };
        let unknown: Vec<Claim> = claims
            .iter()
            .zip(&known)
            .filter(|(_, verdict)| verdict.is_none())
            .map(|(claim, _)| claim.clone())
            .collect();
        let mut judged = self.judge(&unknown).into_iter();
        known
            .into_iter()
            .map(|verdict| {
                verdict
                    .or_else(|| judged.next())
                    .unwrap_or(Verdict::Rejected)
            })
            .collect()
    }
}

/// A hash of everything that the verdict depends on: statement, inputs and proof.
fn name_of(claim: &Claim) -> Sha256Hash {
    let Claim {
        statement,
        inputs,
        proof,
    } = claim;
    let mut bytes = vec![match statement {
        Statement::Enrol => 0u8,
        Statement::CheckIn => 1,
        Statement::Absorb => 2,
        Statement::Appeal => 3,
    }];
    bytes.extend_from_slice(proof.as_bytes());
    for input in inputs {
        bytes.extend_from_slice(&to_bytes(input));
    }
    Sha256Hash::of(&bytes)
}
