use super::{PreparedVk, Proof, VerifyError, verify};
use crate::curve::{Curve, Fr, G1Affine, G1Projective};
use ark_ec::pairing::Pairing;
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
/// that bad proofs cannot be made to cancel (but with probability 2^-128). One pairing a proof
/// and one final exponentiation. The empty batch holds.
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

/// `prod e(k A, B) = e(sum(k) alpha, beta) e(sum(k IC(x)), gamma) e(sum(k C), delta)`.
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
    let mut g1 = weighted_a(claims, coefficients);
    g1.extend(G1Projective::normalize_batch(&[
        -(key.alpha_g1 * total),
        -G1Projective::msm_unchecked(&key.gamma_abc_g1, &inputs),
        -G1Projective::msm_unchecked(&cs, &weights),
    ]));
    let mut g2: Vec<_> = claims.iter().map(|claim| claim.proof.points().b).collect();
    g2.extend([key.beta_g2, key.gamma_g2, key.delta_g2]);
    if product_is_one(&g1, &g2) {
        Ok(())
    } else {
        Err(VerifyError::Rejected)
    }
}

type G2 = crate::curve::G2Affine;

#[cfg(not(feature = "parallel"))]
fn weighted_a(claims: &[Claim<'_>], coefficients: &[u128]) -> Vec<G1Affine> {
    let weighted = claims
        .iter()
        .zip(coefficients)
        .map(|(claim, k)| weigh(claim, *k));
    G1Projective::normalize_batch(&weighted.collect::<Vec<_>>())
}

#[cfg(feature = "parallel")]
fn weighted_a(claims: &[Claim<'_>], coefficients: &[u128]) -> Vec<G1Affine> {
    use rayon::prelude::*;
    let weighted = claims
        .par_iter()
        .zip(coefficients)
        .map(|(claim, k)| weigh(claim, *k));
    G1Projective::normalize_batch(&weighted.collect::<Vec<_>>())
}

fn weigh(claim: &Claim<'_>, k: u128) -> G1Projective {
    let bytes = k.to_le_bytes();
    let (low, high) = bytes.split_at(8);
    let limb = |half: &[u8]| half.try_into().map_or(0, u64::from_le_bytes);
    claim.proof.points().a.mul_bigint([limb(low), limb(high)])
}

#[cfg(not(feature = "parallel"))]
fn product_is_one(g1: &[G1Affine], g2: &[G2]) -> bool {
    Curve::multi_pairing(g1, g2).is_zero()
}

/// One Miller loop a chunk, multiplied, one final exponentiation.
#[cfg(feature = "parallel")]
fn product_is_one(g1: &[G1Affine], g2: &[G2]) -> bool {
    use ark_ec::pairing::MillerLoopOutput;
    use rayon::prelude::*;
    let chunk = g1.len().div_ceil(rayon::current_num_threads()).max(4);
    let chunks = g1.par_chunks(chunk).zip(g2.par_chunks(chunk));
    let product = chunks
        .map(|(g1, g2)| Curve::multi_miller_loop(g1, g2).0)
        .product();
    Curve::final_exponentiation(MillerLoopOutput(product)).is_some_and(|p| p.is_zero())
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
