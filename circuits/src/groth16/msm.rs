//! The sums of multiples of points that a proof consists of: one after another, or on the threads of the pool that there is.

use ark_ec::VariableBaseMSM;
use ark_ff::PrimeField;

type Scalar<G> = <<G as ark_ec::PrimeGroup>::ScalarField as PrimeField>::BigInt;

/// Fewer points than this are not worth a share of their own.
#[cfg(feature = "threads")]
const LEAST: usize = 512;

/// The sum of all bases times their scalars.
#[cfg(not(feature = "threads"))]
pub fn msm<G: VariableBaseMSM>(bases: &[G::MulBase], scalars: &[Scalar<G>]) -> G {
    G::msm_bigint(bases, scalars)
}

/// The same: a share of the points for each thread.
#[cfg(feature = "threads")]
pub fn msm<G: VariableBaseMSM>(bases: &[G::MulBase], scalars: &[Scalar<G>]) -> G {
    use rayon::prelude::*;
    let share = bases
        .len()
        .div_ceil(rayon::current_num_threads())
        .max(LEAST);
    bases
        .par_chunks(share)
        .zip(scalars.par_chunks(share))
        .map(|(bases, scalars)| G::msm_bigint(bases, scalars))
        .reduce(G::zero, |sum, part| sum + part)
}

/// Does five things, in no order that matters.
#[cfg(not(feature = "threads"))]
pub fn all<A, B, C, D, E>(
    a: impl FnOnce() -> A,
    b: impl FnOnce() -> B,
    c: impl FnOnce() -> C,
    d: impl FnOnce() -> D,
    e: impl FnOnce() -> E,
) -> (A, B, C, D, E) {
    (a(), b(), c(), d(), e())
}

/// The same, at once where threads are free.
#[cfg(feature = "threads")]
pub fn all<A: Send, B: Send, C: Send, D: Send, E: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
    c: impl FnOnce() -> C + Send,
    d: impl FnOnce() -> D + Send,
    e: impl FnOnce() -> E + Send,
) -> (A, B, C, D, E) {
    let (b, (a, (c, (d, e)))) = rayon::join(b, || {
        rayon::join(a, || rayon::join(c, || rayon::join(d, e)))
    });
    (a, b, c, d, e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::{Fr, G1Affine, G1Projective};
    use ark_ec::CurveGroup;
    use ark_ff::UniformRand;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn any_number_of_points_is_summed() {
        let mut rng = StdRng::seed_from_u64(1);
        for n in [0, 1, 600, 1_500] {
            let bases: Vec<G1Affine> = (0..n)
                .map(|_| G1Projective::rand(&mut rng).into_affine())
                .collect();
            let scalars: Vec<Fr> = (0..n).map(|_| Fr::rand(&mut rng)).collect();
            let sum: G1Projective = bases.iter().zip(&scalars).map(|(g, x)| *g * x).sum();
            let scalars: Vec<_> = scalars.iter().map(|x| x.into_bigint()).collect();
            assert_eq!(msm::<G1Projective>(&bases, &scalars), sum, "{n}");
        }
    }
}
