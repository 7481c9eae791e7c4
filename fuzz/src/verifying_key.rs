//! Verifying keys as compressed points.

use crate::{Outcome, Seed, Target, fault, law, sample};
use ark_bn254::{Bn254, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_groth16::VerifyingKey;
use luyin_keys::manifest::{VkError, decode_vk, encode_vk};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "bytes that are no key are unwrapped",
    seeds,
};

fn decoded(data: &[u8]) -> Result<VerifyingKey<Bn254>, VkError> {
    decode_vk(data, 1)
}

fn encoded(key: &VerifyingKey<Bn254>) -> Vec<u8> {
    encode_vk(key).expect("a key has bytes")
}

/// One encoding a key, or its hash would not name it.
pub fn check(data: &[u8]) -> Outcome {
    law::one_encoding(data, decoded, encoded)
}

fn planted(data: &[u8]) -> Outcome {
    let encoding = |error: &VkError| *error == VkError::Encoding;
    law::one_encoding(data, fault::unwraps(encoding, decoded), encoded)
}

/// A key of one public input, of known multiples of the generators.
pub(crate) fn toy() -> VerifyingKey<Bn254> {
    let g1 = |n| (G1Affine::generator() * sample::number(n)).into();
    let g2 = |n| (G2Affine::generator() * sample::number(n)).into();
    VerifyingKey {
        alpha_g1: g1(2),
        beta_g2: g2(3),
        gamma_g2: g2(5),
        delta_g2: g2(7),
        gamma_abc_g1: vec![g1(11), g1(13)],
    }
}

fn seeds() -> Vec<Seed> {
    let same = VerifyingKey {
        gamma_g2: toy().delta_g2,
        ..toy()
    };
    vec![
        ("one-input", encoded(&toy())),
        ("not-with-gamma-as-delta", encoded(&same)),
    ]
}
