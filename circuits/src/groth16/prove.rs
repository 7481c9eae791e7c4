use super::msm::{all, msm};
use super::reduction::quotient;
use super::{Proof, ProverKey};
use crate::curve::{Fr, G1Projective, G2Projective};
use crate::r1cs::{Assignment, dot};
use crate::statement::{Statement, assign};
use ark_ec::CurveGroup;
use ark_ff::{BigInteger256, PrimeField, UniformRand};
use ark_poly::GeneralEvaluationDomain;
use ark_relations::gr1cs::SynthesisError;
use rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

/// Why there is no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<C: std::fmt::Debug + std::fmt::Display + Copy> {
    /// The statement is not true; the first broken clause.
    #[error("{0}")]
    Broken(C),
    /// The circuit has no domain, or the randomness gave the identity. Does not happen with a
    /// key that was taken by [`ProverKey::new`].
    #[error("no proof could be made")]
    Failed,
}

/// Proves a statement. The native relation is checked first, so that a wallet can say which
/// clause fails, and so that no proof is tried of what is not true.
pub fn prove<S: Statement, R: RngCore + CryptoRng>(
    key: &ProverKey<S>,
    public: &S::Public,
    private: &S::Private,
    rng: &mut R,
) -> Result<Proof, ProveError<S::Clause>> {
    S::check(public, private).map_err(ProveError::Broken)?;
    prove_assignment(key, &assign::<S>(public, private), rng).map_err(|_| ProveError::Failed)
}

/// Proves with whatever values it is given (Groth 2016, section 3.2).
pub(crate) fn prove_assignment<S: Statement, R: RngCore + CryptoRng>(
    prover: &ProverKey<S>,
    assignment: &Assignment,
    rng: &mut R,
) -> Result<Proof, SynthesisError> {
    let (matrices, key) = (&prover.matrices, &prover.key);
    let values = assignment.values();
    if values.len() != matrices.num_columns() {
        return Err(SynthesisError::Unsatisfiable);
    }
    let (inputs, _) = values.split_at(matrices.num_inputs + 1);
    let evaluate = |rows: &[Vec<(Fr, usize)>]| rows.iter().map(|row| dot(row, values)).collect();
    let h = quotient::<Fr, GeneralEvaluationDomain<Fr>>(
        evaluate(&matrices.a),
        evaluate(&matrices.b),
        inputs,
    )?;
    let h: Vec<BigInteger256> = h.iter().map(|x| x.into_bigint()).collect();
    let scalars: Zeroizing<Vec<BigInteger256>> =
        Zeroizing::new(values.iter().map(|x| x.into_bigint()).collect());
    let (_, witness) = scalars.split_at(inputs.len());
    let used = prover
        .b_columns
        .iter()
        .filter_map(|column| scalars.get(*column).copied());
    let used: Zeroizing<Vec<BigInteger256>> = Zeroizing::new(used.collect());

    let (r, s) = (Fr::rand(rng), Fr::rand(rng));
    let (a, b, b_g1, l, h): (
        G1Projective,
        G2Projective,
        G1Projective,
        G1Projective,
        G1Projective,
    ) = all(
        || msm(&key.a_query, &scalars),
        || msm(&prover.b_g2, &used),
        || msm(&prover.b_g1, &used),
        || msm(&key.l_query, witness),
        || msm(&key.h_query, &h),
    );
    // Multiples of affine points alone: those of others take numbers of any size, which no browser needs for anything else.
    let a = (a + key.vk.alpha_g1 + key.delta_g1 * r).into_affine();
    let b = (b + key.vk.beta_g2 + key.vk.delta_g2 * s).into_affine();
    let b_g1 = (b_g1 + key.beta_g1 + key.delta_g1 * s).into_affine();
    let c = (l + h + a * s + b_g1 * r - key.delta_g1 * (r * s)).into_affine();
    let points = ark_groth16::Proof { a, b, c };
    Proof::from_points(points).map_err(|_| SynthesisError::Unsatisfiable)
}
