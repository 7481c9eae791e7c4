//! Keys with a known trapdoor, **for benches only**: they make proofs that verify without a
//! witness, so that a ledger can be loaded with more check-ins than a machine could prove.
//!
//! Nothing here weakens other keys: a simulated proof verifies only under the key whose trapdoor
//! made it. Such a key goes by the development flag like any other not from a ceremony.

use super::{CircomReduction, KeyError, Proof, VerifyError};
use crate::curve::{Curve, Fr, G1Projective, G2Projective};
use crate::r1cs::{Matrices, Synthesis, dot};
use ark_ec::CurveGroup;
use ark_ff::{Field, UniformRand};
use ark_groth16::{Groth16, ProvingKey, VerifyingKey};
use ark_poly::{EvaluationDomain, GeneralEvaluationDomain};
use rand::rngs::StdRng;
use rand::{CryptoRng, RngCore, SeedableRng};

/// What must be destroyed for a key to be sound, kept.
pub struct Trapdoor {
    alpha: Fr,
    beta: Fr,
    gamma: Fr,
    delta: Fr,
    g1: G1Projective,
    g2: G2Projective,
    /// Logarithms of the points of the public inputs, the constant one's first.
    inputs: Vec<Fr>,
}

impl Trapdoor {
    fn draw<R: RngCore + CryptoRng>(rng: &mut R) -> Self {
        Self {
            alpha: Fr::rand(rng),
            beta: Fr::rand(rng),
            gamma: Fr::rand(rng),
            delta: Fr::rand(rng),
            g1: G1Projective::rand(rng),
            g2: G2Projective::rand(rng),
            inputs: Vec::new(),
        }
    }

    /// A whole proving key of a circuit and its trapdoor: real proofs verify under it as well.
    pub fn generate<R: RngCore + CryptoRng>(
        matrices: &Matrices,
        rng: &mut R,
    ) -> Result<(ProvingKey<Curve>, Self), KeyError> {
        let mut trapdoor = Self::draw(rng);
        // Key generation draws the point of evaluation from its own source; a copy tells it here.
        let mut seed = [0u8; 32];
        rng.fill_bytes(&mut seed);
        let mut source = StdRng::from_seed(seed);
        let domain = GeneralEvaluationDomain::<Fr>::new(matrices.domain_size())
            .ok_or(ark_relations::gr1cs::SynthesisError::PolynomialDegreeTooLarge)?;
        let point = domain.sample_element_outside_domain(&mut source.clone());
        trapdoor.inputs = trapdoor.input_logarithms(matrices, &domain, point)?;
        let Self {
            alpha,
            beta,
            gamma,
            delta,
            g1,
            g2,
            ..
        } = trapdoor;
        let circuit = Synthesis {
            matrices,
            assignment: None,
        };
        let key = Groth16::<Curve, CircomReduction>::generate_parameters_with_qap(
            circuit,
            alpha,
            beta,
            gamma,
            delta,
            g1,
            g2,
            &mut source,
        )?;
        Ok((key, trapdoor))
    }

    /// A verifying key alone, in microseconds, for a number of public inputs: only simulated
    /// proofs verify under it.
    pub fn verifying_only<R: RngCore + CryptoRng>(
        inputs: usize,
        rng: &mut R,
    ) -> (VerifyingKey<Curve>, Self) {
        let mut trapdoor = Self::draw(rng);
        trapdoor.inputs = (0..=inputs).map(|_| Fr::rand(rng)).collect();
        let Self {
            alpha,
            beta,
            gamma,
            delta,
            g1,
            g2,
            inputs,
        } = &trapdoor;
        let points: Vec<G1Projective> = inputs.iter().map(|x| *g1 * x).collect();
        let vk = VerifyingKey {
            alpha_g1: (*g1 * alpha).into_affine(),
            beta_g2: (*g2 * beta).into_affine(),
            gamma_g2: (*g2 * gamma).into_affine(),
            delta_g2: (*g2 * delta).into_affine(),
            gamma_abc_g1: G1Projective::normalize_batch(&points),
        };
        (vk, trapdoor)
    }

    /// `(beta A_i(t) + alpha B_i(t) + C_i(t)) / gamma` for the public columns.
    fn input_logarithms(
        &self,
        matrices: &Matrices,
        domain: &GeneralEvaluationDomain<Fr>,
        point: Fr,
    ) -> Result<Vec<Fr>, KeyError> {
        let columns = matrices.num_inputs + 1;
        let lagrange = domain.evaluate_all_lagrange_coefficients(point);
        let (rows, binding) = lagrange.split_at(matrices.num_constraints());
        let at_point = |matrix: &[Vec<(Fr, usize)>]| {
            let mut sums = vec![Fr::from(0u64); columns];
            for (row, weight) in matrix.iter().zip(rows) {
                for (k, column) in row {
                    if let Some(sum) = sums.get_mut(*column) {
                        *sum += *k * weight;
                    }
                }
            }
            sums
        };
        let (a, b, c) = (
            at_point(&matrices.a),
            at_point(&matrices.b),
            at_point(&matrices.c),
        );
        let by_gamma = self.gamma.inverse().unwrap_or_default();
        let parts = a.iter().zip(binding).zip(&b).zip(&c);
        Ok(parts
            .map(|(((a, bound), b), c)| (self.beta * (*a + bound) + self.alpha * b + c) * by_gamma)
            .collect())
    }

    /// A proof of any public inputs whatever: two multiplications in G1 and one in G2. Two calls
    /// give two different proofs.
    pub fn simulate<R: RngCore + CryptoRng>(
        &self,
        inputs: &[Fr],
        rng: &mut R,
    ) -> Result<Proof, VerifyError> {
        let [constant, logarithms @ ..] = self.inputs.as_slice() else {
            return Err(VerifyError::Rejected);
        };
        let (expected, got) = (logarithms.len(), inputs.len());
        if expected != got {
            return Err(VerifyError::InputCount { expected, got });
        }
        let terms: Vec<(Fr, usize)> = inputs.iter().copied().zip(0..).collect();
        let bound = *constant + dot(&terms, logarithms);
        let (a, b) = (Fr::rand(rng), Fr::rand(rng));
        let by_delta = self.delta.inverse().unwrap_or_default();
        let c = (a * b - self.alpha * self.beta - self.gamma * bound) * by_delta;
        let points = ark_groth16::Proof {
            a: (self.g1 * a).into_affine(),
            b: (self.g2 * b).into_affine(),
            c: (self.g1 * c).into_affine(),
        };
        Proof::from_points(points).map_err(|_| VerifyError::Rejected)
    }
}
