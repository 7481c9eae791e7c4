use super::{PreparedVk, Proof, VerifyError, verify};
use crate::curve::{Curve, Fr, G1Affine, G1Projective};
use ark_ec::pairing::{MillerLoopOutput, Pairing};
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{AdditiveGroup, Zero};
use rand::{CryptoRng, RngCore};

/// A proof and what it is said to prove.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The public inputs.
    pub inputs: &'a [Fr],
    /// The proof.
    pub proof: &'a Proof,
}

/// Verifies many proofs of one circuit at once: all hold, or the batch is refused.
///
/// Each equation is raised to a coefficient of 128 bits, drawn after all proofs are fixed, so
/// that bad proofs cannot be made to cancel (but with probability 2^-128). One pairing a proof;
/// one final exponentiation and the pairings of the key's own points for all of them, so that many
/// together cost less each. The empty batch holds.
pub fn verify_batch<R: RngCore + CryptoRng>(
    vk: &PreparedVk,
    claims: &[Claim<'_>],
    rng: &mut R,
) -> Result<(), VerifyError> {
    let coefficients: Vec<u128> = claims.iter().map(|_| coefficient(rng)).collect();
    verify_weighted(vk, claims, &coefficients)
}

fn coefficient<R: RngCore>(rng: &mut R) -> u128 {
    u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64())
}

/// `prod e(k A, B) e(-sum(k) alpha, beta) e(sum(k IC(x)), -gamma) e(sum(k C), -delta) = 1`.
pub(super) fn verify_weighted(
    vk: &PreparedVk,
    claims: &[Claim<'_>],
    coefficients: &[u128],
) -> Result<(), VerifyError> {
    claims
        .iter()
        .try_for_each(|claim| vk.check_count(claim.inputs))?;
    let key = &vk.prepared.vk;
    let weights: Vec<Fr> = coefficients.iter().map(|k| Fr::from(*k)).collect();
    let mut inputs = vec![Fr::ZERO; key.gamma_abc_g1.len()];
    for (claim, k) in claims.iter().zip(&weights) {
        let terms = std::iter::once(&Fr::from(1u64))
            .chain(claim.inputs)
            .copied()
            .collect::<Vec<_>>();
        for (sum, x) in inputs.iter_mut().zip(terms) {
            *sum += *k * x;
        }
    }
    let total: Fr = weights.iter().sum();
    let cs: Vec<G1Affine> = claims.iter().map(|claim| claim.proof.points().c).collect();
    let fixed = G1Projective::normalize_batch(&[
        -(key.alpha_g1 * total),
        G1Projective::msm_unchecked(&key.gamma_abc_g1, &inputs),
        G1Projective::msm_unchecked(&cs, &weights),
    ]);
    let of_key = || {
        let lines = [
            vk.beta.clone(),
            vk.prepared.gamma_g2_neg_pc.clone(),
            vk.prepared.delta_g2_neg_pc.clone(),
        ];
        Curve::multi_miller_loop(fixed, lines).0
    };
    let product = looped(claims, coefficients) * of_key();
    match Curve::final_exponentiation(MillerLoopOutput(product)) {
        Some(product) if product.is_zero() => Ok(()),
        Some(_) | None => Err(VerifyError::Rejected),
    }
}

type Looped = <Curve as Pairing>::TargetField;

/// The Miller loops of all `(k A, B)`, multiplied.
#[cfg(not(feature = "parallel"))]
fn looped(claims: &[Claim<'_>], coefficients: &[u128]) -> Looped {
    loop_of(claims, coefficients)
}

/// The same, a part a core.
#[cfg(feature = "parallel")]
fn looped(claims: &[Claim<'_>], coefficients: &[u128]) -> Looped {
    use rayon::prelude::*;
    let part = claims.len().div_ceil(rayon::current_num_threads()).max(4);
    let parts = claims
        .par_chunks(part)
        .zip(coefficients.par_chunks(part))
        .map(|(claims, coefficients)| loop_of(claims, coefficients));
    parts.product()
}

fn loop_of(claims: &[Claim<'_>], coefficients: &[u128]) -> Looped {
    let weighted = claims.iter().zip(coefficients);
    let weighted: Vec<G1Projective> = weighted.map(|(claim, k)| weigh(claim, *k)).collect();
    let b = claims.iter().map(|claim| claim.proof.points().b);
    Curve::multi_miller_loop(G1Projective::normalize_batch(&weighted), b).0
}

fn weigh(claim: &Claim<'_>, k: u128) -> G1Projective {
    let bytes = k.to_le_bytes();
    let (low, high) = bytes.split_at(8);
    let limb = |half: &[u8]| half.try_into().map_or(0, u64::from_le_bytes);
    claim.proof.points().a.mul_bigint([limb(low), limb(high)])
}

/// The positions of the claims that do not hold, found by halving.
pub fn bad_claims<R: RngCore + CryptoRng>(
    vk: &PreparedVk,
    claims: &[Claim<'_>],
    rng: &mut R,
) -> Vec<usize> {
    let mut bad = Vec::new();
    let mut open = vec![(0, claims)];
    while let Some((start, part)) = open.pop() {
        match part {
            [] => {}
            [claim] if verify(vk, claim.inputs, claim.proof).is_err() => bad.push(start),
            [_] => {}
            _ if verify_batch(vk, part, rng).is_ok() => {}
            _ => {
                let (left, right) = part.split_at(part.len() / 2);
                open.push((start + left.len(), right));
                open.push((start, left));
            }
        }
    }
    bad
}
