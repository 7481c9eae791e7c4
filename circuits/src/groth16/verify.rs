use super::{KeyError, Proof};
use crate::curve::{Curve, Fr, G1Projective};
use crate::statement::CircuitName;
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_groth16::{PreparedVerifyingKey, VerifyingKey, prepare_verifying_key};

/// A verifying key with its pairings prepared.
#[derive(Clone, Debug)]
pub struct PreparedVk {
    pub(super) prepared: PreparedVerifyingKey<Curve>,
    pub(super) beta: <Curve as Pairing>::G2Prepared,
}

/// Why a proof is not accepted. Which of the two is not for strangers: the gate says "rejected".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Too few or too many public inputs.
    #[error("{got} public inputs where the key has {expected}")]
    InputCount {
        /// The key's.
        expected: usize,
        /// The caller's.
        got: usize,
    },
    /// The proof does not prove it.
    #[error("the proof does not hold")]
    Rejected,
}

impl PreparedVk {
    /// Prepares the verifying key of a named circuit, whose number of inputs it must have.
    pub fn new(name: CircuitName, vk: &VerifyingKey<Curve>) -> Result<Self, KeyError> {
        if vk.gamma_abc_g1.len() != name.inputs() + 1 {
            return Err(KeyError::WrongCircuit(name));
        }
        Ok(Self {
            prepared: prepare_verifying_key(vk),
            beta: vk.beta_g2.into(),
        })
    }

    /// The number of public inputs.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.prepared.vk.gamma_abc_g1.len().saturating_sub(1)
    }

    /// The key itself.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey<Curve> {
        &self.prepared.vk
    }

    pub(super) fn check_count(&self, inputs: &[Fr]) -> Result<(), VerifyError> {
        let (expected, got) = (self.inputs(), inputs.len());
        if expected == got {
            Ok(())
        } else {
            Err(VerifyError::InputCount { expected, got })
        }
    }
}

/// Verifies one proof. arkworks reads a short list of inputs as if zeros followed; here the count
/// must be the key's.
pub fn verify(vk: &PreparedVk, inputs: &[Fr], proof: &Proof) -> Result<(), VerifyError> {
    vk.check_count(inputs)?;
    let key = &vk.prepared.vk;
    let [constant, rest @ ..] = key.gamma_abc_g1.as_slice() else {
        return Err(VerifyError::Rejected);
    };
    let bound = G1Projective::msm_unchecked(rest, inputs) + constant.into_group();
    let points = proof.points();
    let looped = Curve::multi_miller_loop(
        [points.a, bound.into_affine(), points.c],
        [
            points.b.into(),
            vk.prepared.gamma_g2_neg_pc.clone(),
            vk.prepared.delta_g2_neg_pc.clone(),
        ],
    );
    match Curve::final_exponentiation(looped) {
        Some(product) if product.0 == vk.prepared.alpha_g1_beta_g2 => Ok(()),
        Some(_) | None => Err(VerifyError::Rejected),
    }
}
