//! Groth16 proofs: three compressed points.

use crate::{Outcome, Seed, Target, fault, law};
use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_serialize::CanonicalSerialize as _;
use luyin_circuits::groth16::{Proof, ProofError};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a length other than a proof's is unwrapped",
    seeds,
};

fn bytes(proof: &Proof) -> Vec<u8> {
    proof.to_bytes().to_vec()
}

/// One encoding for three points.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, Proof::decode, bytes)
}

fn planted(data: &[u8]) -> Outcome {
    let length = |error: &ProofError| *error == ProofError::Length;
    law::one_encoding(data, fault::unwraps(length, Proof::decode), bytes)
}

fn seeds() -> Vec<Seed> {
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    let compressed = |a: G1Affine, b: G2Affine, c: G1Affine| {
        let mut out = Vec::new();
        (a, b, c)
            .serialize_compressed(&mut out)
            .expect("points have bytes");
        out
    };
    vec![
        ("generators", compressed(g1, g2, g1)),
        ("negated", compressed(-g1, -g2, -g1)),
        ("not-the-identity", compressed(G1Affine::identity(), g2, g1)),
    ]
}
