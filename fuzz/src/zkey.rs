//! Proving keys as snarkjs writes them after a ceremony.

use crate::{Outcome, Seed, Target, fault, law, sample, verifying_key};
use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_ff::{BigInt, PrimeField as _};
use luyin_keys::iden3::{Iden3Error, Zkey, read_zkey};

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "a section that is missing is unwrapped",
    seeds,
};

/// The counts of a key agree with one another, as the prover takes for granted.
fn law(data: &[u8], read: impl Fn(&[u8]) -> Result<Zkey, Iden3Error>) -> Outcome {
    match read(data) {
        Err(error) => law::refused(error),
        Ok(Zkey {
            proving_key: key,
            domain_size,
        }) => {
            let wires = key.a_query.len();
            assert_eq!((key.b_g1_query.len(), key.b_g2_query.len()), (wires, wires));
            assert_eq!(key.l_query.len() + key.vk.gamma_abc_g1.len(), wires);
            assert_eq!(key.h_query.len(), domain_size);
            // Every point has its 64 bytes at least: nothing was made up.
            assert!(data.len() > 64 * (3 * wires + domain_size));
            Outcome::Accepted
        }
    }
}

/// The counts of a key agree with one another.
pub fn check(data: &[u8]) -> Outcome {
    law(data, read_zkey)
}

fn planted(data: &[u8]) -> Outcome {
    let missing = |error: &Iden3Error| matches!(error, Iden3Error::MissingSection(_));
    law(data, fault::unwraps(missing, read_zkey))
}

fn integer(number: &BigInt<4>) -> Vec<u8> {
    number
        .0
        .iter()
        .flat_map(|limb| limb.to_le_bytes())
        .collect()
}

/// Coordinates stand in Montgomery form, the identity as zeros.
fn g1(point: G1Affine) -> Vec<u8> {
    let coordinate = |x: &Fq| integer(&x.0);
    match point.is_zero() {
        true => vec![0; 64],
        false => [coordinate(&point.x), coordinate(&point.y)].concat(),
    }
}

fn g2(point: G2Affine) -> Vec<u8> {
    let pair = |x: &Fq2| [integer(&x.c0.0), integer(&x.c1.0)].concat();
    match point.is_zero() {
        true => vec![0; 128],
        false => [pair(&point.x), pair(&point.y)].concat(),
    }
}

fn multiple(n: u64) -> G1Affine {
    (G1Affine::generator() * sample::number(n)).into()
}

/// A key of two wires, one public input and a domain of one element.
fn toy() -> Vec<u8> {
    let vk = verifying_key::toy();
    let le = |n: u32| n.to_le_bytes().to_vec();
    let modulus = |m: BigInt<4>| [le(32), integer(&m)].concat();
    let header = [
        modulus(Fq::MODULUS),
        modulus(Fr::MODULUS),
        le(3),
        le(1),
        le(1),
        g1(vk.alpha_g1),
        g1(multiple(3)),
        g2(vk.beta_g2),
        g2(vk.gamma_g2),
        g1(multiple(7)),
        g2(vk.delta_g2),
    ];
    let wires = [multiple(17), multiple(19), G1Affine::identity()];
    let b2 = [vk.beta_g2, G2Affine::identity(), vk.delta_g2];
    let all = |points: &[G1Affine]| points.iter().copied().flat_map(g1).collect::<Vec<u8>>();
    let sections: [(u32, Vec<u8>); 8] = [
        (1, le(1)),
        (2, header.concat()),
        (3, all(&vk.gamma_abc_g1)),
        (5, all(&wires)),
        (6, all(&wires)),
        (7, b2.into_iter().flat_map(g2).collect()),
        (8, all(&wires[..1])),
        (9, all(&wires[..1])),
    ];
    let mut out = [b"zkey".to_vec(), le(1), le(8)].concat();
    for (id, bytes) in sections {
        let length = u64::try_from(bytes.len()).expect("a small section");
        out.extend([le(id), length.to_le_bytes().to_vec(), bytes].concat());
    }
    out
}

fn seeds() -> Vec<Seed> {
    vec![
        ("three-wires", toy()),
        ("not-a-witness", b"wtns\x02\0\0\0\0\0\0\0".to_vec()),
    ]
}
