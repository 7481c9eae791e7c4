use super::*;
use ark_ff::{BigInteger, Field, MontFp, PrimeField, UniformRand};
use light_poseidon::{Poseidon, PoseidonBytesHasher};
use rand::{SeedableRng, rngs::StdRng};
use std::collections::BTreeSet;

/// Bridges the two arkworks versions through canonical bytes.
fn outside(tag: u64, inputs: &[Fr]) -> Vec<u8> {
    let mut domain = [0u8; 32];
    domain[..8].copy_from_slice(&tag.to_le_bytes());
    let bytes: Vec<Vec<u8>> = inputs.iter().map(le).collect();
    let refs: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
    let mut hasher =
        Poseidon::<light_poseidon_field::Fr>::with_domain_tag_circom(inputs.len(), tag.into())
            .unwrap();
    hasher.hash_bytes_le(&refs).unwrap().to_vec()
}

fn le(x: &Fr) -> Vec<u8> {
    x.into_bigint().to_bytes_le()
}

#[test]
fn circomlibs_published_vector_is_reproduced() {
    let expected: Fr =
        MontFp!("7853200120776062878684798364095072458815029376092732009249414926327459813530");
    assert_eq!(
        parameters(2).permute_tagged(Fr::from(0u64), &[1u64.into(), 2u64.into()]),
        expected
    );
}

#[test]
fn an_independent_implementation_agrees_on_two_hundred_vectors_of_every_width() {
    let mut rng = StdRng::seed_from_u64(1);
    for n in 1..=MAX_INPUTS {
        for tag in 0..40u64 {
            let inputs: Vec<Fr> = (0..n).map(|_| Fr::rand(&mut rng)).collect();
            assert_eq!(
                le(&parameters(n).permute_tagged(tag.into(), &inputs)),
                outside(tag, &inputs),
                "n = {n}, tag = {tag}"
            );
        }
    }
}

#[test]
fn a_constant_off_by_one_is_noticed() {
    let inputs = [Fr::from(5u64), Fr::from(6u64)];
    let good = parameters(2);
    let mut constants = good.constants.clone();
    constants[40][1] += Fr::ONE;
    let bad = Parameters::new(good.partial_rounds, constants, good.matrix.clone());
    assert_ne!(
        le(&bad.permute_tagged(0u64.into(), &inputs)),
        outside(0, &inputs)
    );
}

#[test]
fn no_two_uses_share_a_tag_and_none_is_circomlibs_zero() {
    let numbers: BTreeSet<u64> = Tag::ALL.iter().map(|t| t.number()).collect();
    assert_eq!(numbers.len(), Tag::ALL.len());
    assert!(!numbers.contains(&0));
    assert!(
        Tag::ALL
            .iter()
            .all(|t| (1..=MAX_INPUTS).contains(&t.arity()))
    );
}
