use std::sync::LazyLock;

use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, Field, PrimeField, UniformRand};
use ark_groth16::{Groth16, Proof, ProvingKey, VerifyingKey};
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystem, ConstraintSystemRef, R1CS_PREDICATE_LABEL,
    SynthesisError,
};
use ark_relations::lc;
use ark_snark::SNARK;
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::field::integer_bytes;
use super::*;

/// `x * x = y`, `y * x = out` with `out` public: five wires' worth of every kind of column.
#[derive(Clone)]
struct Cube(Fr);

impl ConstraintSynthesizer<Fr> for Cube {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let cube = self.0 * self.0 * self.0;
        let out = cs.new_input_variable(|| Ok(cube))?;
        let x = cs.new_witness_variable(|| Ok(self.0))?;
        let y = cs.new_witness_variable(|| Ok(self.0 * self.0))?;
        cs.enforce_r1cs_constraint(|| lc!() + x, || lc!() + x, || lc!() + y)?;
        cs.enforce_r1cs_constraint(|| lc!() + y, || lc!() + x, || lc!() + out)
    }
}

struct Fixture {
    key: ProvingKey<Bn254>,
    domain_size: usize,
    proof: Proof<Bn254>,
    public: Vec<Fr>,
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    let mut rng = StdRng::seed_from_u64(1);
    let x = Fr::from(3_u64);
    // The ceremony's generators are the standard ones; arkworks' own setup would draw others.
    let [alpha, beta, gamma, delta] = [2_u64, 3, 5, 7].map(Fr::from);
    let mut key = Groth16::<Bn254>::generate_parameters_with_qap(
        Cube(x),
        alpha,
        beta,
        gamma,
        delta,
        G1Affine::generator().into(),
        G2Affine::generator().into(),
        &mut rng,
    )
    .unwrap();
    let proof = Groth16::<Bn254>::prove(&key, Cube(x), &mut rng).unwrap();
    // The reduction of the ceremony has one H point for each element of the domain.
    key.h_query.push(G1Affine::generator());
    Fixture {
        domain_size: key.h_query.len(),
        key,
        proof,
        public: vec![Fr::from(27_u64)],
    }
});

fn cube_r1cs() -> R1cs {
    let cs = ConstraintSystem::new_ref();
    Cube(Fr::from(3_u64))
        .generate_constraints(cs.clone())
        .unwrap();
    cs.finalize();
    let matrices = &cs.to_matrices().unwrap()[R1CS_PREDICATE_LABEL];
    R1cs::from_matrices(
        cs.num_instance_variables(),
        cs.num_witness_variables(),
        &matrices[0],
        &matrices[1],
        &matrices[2],
    )
    .unwrap()
}

fn le32(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}

fn montgomery(value: &Fq) -> [u8; 32] {
    integer_bytes(&value.0)
}

fn g1_bytes(point: &G1Affine) -> Vec<u8> {
    if point.is_zero() {
        return vec![0; 64];
    }
    [montgomery(&point.x), montgomery(&point.y)].concat()
}

fn g2_bytes(point: &G2Affine) -> Vec<u8> {
    if point.is_zero() {
        return vec![0; 128];
    }
    let pair = |value: &Fq2| [montgomery(&value.c0), montgomery(&value.c1)].concat();
    [pair(&point.x), pair(&point.y)].concat()
}

fn g1_section(points: &[G1Affine]) -> Vec<u8> {
    points.iter().flat_map(g1_bytes).collect()
}

/// The sections of a zkey of the fixture's key, in the order snarkjs writes them.
fn sections() -> Vec<(u32, Vec<u8>)> {
    let key = &FIXTURE.key;
    let header = [
        le32(32).to_vec(),
        integer_bytes(&Fq::MODULUS).to_vec(),
        le32(32).to_vec(),
        integer_bytes(&Fr::MODULUS).to_vec(),
        le32(key.a_query.len()).to_vec(),
        le32(key.vk.gamma_abc_g1.len() - 1).to_vec(),
        le32(FIXTURE.domain_size).to_vec(),
        g1_bytes(&key.vk.alpha_g1),
        g1_bytes(&key.beta_g1),
        g2_bytes(&key.vk.beta_g2),
        g2_bytes(&key.vk.gamma_g2),
        g1_bytes(&key.delta_g1),
        g2_bytes(&key.vk.delta_g2),
    ];
    vec![
        (1, le32(1).to_vec()),
        (2, header.concat()),
        (4, vec![1, 2, 3]),
        (3, g1_section(&key.vk.gamma_abc_g1)),
        (9, g1_section(&key.h_query)),
        (8, g1_section(&key.l_query)),
        (5, g1_section(&key.a_query)),
        (6, g1_section(&key.b_g1_query)),
        (7, key.b_g2_query.iter().flat_map(g2_bytes).collect()),
        (10, vec![0; 68]),
        (99, b"unknown".to_vec()),
    ]
}

fn zkey(sections: &[(u32, Vec<u8>)]) -> Vec<u8> {
    binfile::write(b"zkey", 1, sections).unwrap()
}

fn zkey_with(id: u32, alter: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut sections = sections();
    let section = sections.iter_mut().find(|(other, _)| *other == id).unwrap();
    alter(&mut section.1);
    zkey(&sections)
}

#[test]
fn the_montgomery_form_of_one_is_what_snarkjs_writes() {
    let one = hex::encode(montgomery(&Fq::ONE));
    assert_eq!(
        one,
        "9d0d8fc58d435dd33d0bc7f528eb780a2c4679786fa36e662fdf079ac1770a0e"
    );
}

#[test]
fn a_zkey_is_read_into_the_key_it_was_written_from() {
    let read = read_zkey(&zkey(&sections())).unwrap();
    assert_eq!(read.proving_key, FIXTURE.key);
    assert_eq!(read.domain_size, FIXTURE.domain_size);
}

#[test]
fn every_cut_of_a_zkey_and_trailing_bytes_are_refused() {
    let bytes = zkey(&sections());
    for end in (0..bytes.len()).step_by(7) {
        assert!(read_zkey(&bytes[..end]).is_err(), "cut at {end}");
    }
    assert_eq!(
        read_zkey(&[bytes, vec![0]].concat()),
        Err(Iden3Error::Trailing)
    );
}

#[test]
fn another_format_version_proof_system_or_field_is_refused() {
    let bytes = zkey(&sections());
    let altered = |position: usize| {
        let mut bad = bytes.clone();
        bad[position] ^= 2;
        read_zkey(&bad).unwrap_err()
    };
    assert_eq!(altered(0), Iden3Error::OtherFormat);
    assert_eq!(altered(4), Iden3Error::UnsupportedVersion(3));
    assert_eq!(
        read_zkey(&zkey_with(1, |section| section[0] = 2)),
        Err(Iden3Error::OtherProofSystem(2))
    );
    for position in [0, 4, 36, 40] {
        assert_eq!(
            read_zkey(&zkey_with(2, |section| section[position] ^= 1)),
            Err(Iden3Error::OtherField)
        );
    }
}

#[test]
fn missing_repeated_and_wrongly_sized_sections_are_refused() {
    for id in [1, 2, 3, 5, 6, 7, 8, 9] {
        let mut missing = sections();
        missing.retain(|(other, _)| *other != id);
        assert_eq!(
            read_zkey(&zkey(&missing)),
            Err(Iden3Error::MissingSection(id))
        );
        let mut repeated = sections();
        repeated.push(
            repeated
                .iter()
                .find(|(other, _)| *other == id)
                .unwrap()
                .clone(),
        );
        assert_eq!(
            read_zkey(&zkey(&repeated)),
            Err(Iden3Error::RepeatedSection(id))
        );
        let longer = zkey_with(id, |section| section.push(0));
        let shorter = zkey_with(id, |section| section.truncate(section.len() - 1));
        for bad in [longer, shorter] {
            let expected = match read_zkey(&bad).unwrap_err() {
                Iden3Error::SectionLength(found) => found == id,
                Iden3Error::Trailing | Iden3Error::Truncated => id < 3,
                _ => false,
            };
            assert!(expected, "section {id}");
        }
    }
}

#[test]
fn counts_that_contradict_each_other_are_refused_without_reserving_memory() {
    const COUNTS: usize = 2 * 36;
    let with = |at: usize, number: u32| {
        let bytes = zkey_with(2, |section| {
            section[COUNTS + at..COUNTS + at + 4].copy_from_slice(&number.to_le_bytes());
        });
        read_zkey(&bytes).unwrap_err()
    };
    assert_eq!(with(0, u32::MAX), Iden3Error::SectionLength(5));
    assert!(matches!(with(0, 1), Iden3Error::BadHeader(_)));
    assert!(matches!(with(4, u32::MAX), Iden3Error::BadHeader(_)));
    assert!(matches!(with(8, 3), Iden3Error::BadHeader(_)));
    assert!(matches!(with(8, 0), Iden3Error::BadHeader(_)));
    assert_eq!(with(8, 1 << 31), Iden3Error::SectionLength(9));
}

#[test]
fn points_off_the_curve_and_coordinates_of_p_or_above_are_refused() {
    for (id, len) in [(3, 64), (5, 64), (6, 64), (7, 128), (8, 64), (9, 64)] {
        let garbage = zkey_with(id, |section| {
            section[..len].fill(0);
            section[0] = 1;
        });
        assert_eq!(
            read_zkey(&garbage),
            Err(Iden3Error::BadPoint {
                section: id,
                index: 0
            })
        );
        let modulus = zkey_with(id, |section| {
            section[..32].copy_from_slice(&integer_bytes(&Fq::MODULUS));
        });
        assert_eq!(read_zkey(&modulus), Err(Iden3Error::BadField));
    }
}

/// A point of the twist's curve outside the prime-order group.
fn g2_outside_the_group() -> G2Affine {
    let mut rng = StdRng::seed_from_u64(2);
    loop {
        let x = Fq2::rand(&mut rng);
        if let Some(point) = G2Affine::get_point_from_x_unchecked(x, false)
            && !point.is_in_correct_subgroup_assuming_on_curve()
        {
            return point;
        }
    }
}

#[test]
fn a_point_outside_the_group_is_refused_in_zkey_and_json() {
    let bad = g2_outside_the_group();
    assert!(bad.is_on_curve());
    let bytes = zkey_with(7, |section| section[..128].copy_from_slice(&g2_bytes(&bad)));
    assert_eq!(
        read_zkey(&bytes),
        Err(Iden3Error::BadPoint {
            section: 7,
            index: 0
        })
    );
    let proof = Proof {
        b: bad,
        ..FIXTURE.proof.clone()
    };
    assert_eq!(
        proof_from_json(&proof_to_json(&proof).unwrap()),
        Err(Iden3Error::BadValue("pi_b"))
    );
}

#[test]
fn halves_of_beta_and_delta_that_do_not_agree_are_refused() {
    const POINTS: usize = 2 * 36 + 12;
    for (name, offset) in [("beta", 64), ("delta", 64 + 64 + 128 + 128)] {
        let bytes = zkey_with(2, |section| {
            let at = POINTS + offset;
            section[at..at + 64].copy_from_slice(&g1_bytes(&G1Affine::generator()));
        });
        assert_eq!(read_zkey(&bytes), Err(Iden3Error::Disagree(name)));
    }
}

#[test]
fn a_constraint_system_survives_writing_and_its_header_is_right() {
    let r1cs = cube_r1cs();
    assert_eq!(
        (r1cs.wires, r1cs.public_inputs, r1cs.constraints.len()),
        (4, 1, 2)
    );
    let bytes = write_r1cs(&r1cs).unwrap();
    assert_eq!(read_r1cs(&bytes).unwrap(), r1cs);
    assert_eq!(&bytes[..12], b"r1cs\x01\0\0\0\x03\0\0\0");
    // Section 1, 64 bytes: field size, modulus, wires, outputs, public, private, labels, constraints.
    assert_eq!(&bytes[12..28], b"\x01\0\0\0\x40\0\0\0\0\0\0\0\x20\0\0\0");
    let counts: Vec<u8> = [
        [4, 0, 0, 0],
        [0; 4],
        [1, 0, 0, 0],
        [2, 0, 0, 0],
        [4, 0, 0, 0],
        [0; 4],
    ]
    .concat();
    assert_eq!(&bytes[60..84], counts);
    assert_eq!(&bytes[84..88], &[2, 0, 0, 0]);
}

#[test]
fn coefficients_of_one_wire_are_added_and_zero_ones_left_out() {
    let one = Fr::ONE;
    let r1cs = R1cs {
        wires: 3,
        public_inputs: 1,
        constraints: vec![[
            vec![(one, 2), (one, 0), (one, 2)],
            vec![(one, 1), (-one, 1)],
            vec![],
        ]],
    };
    let read = read_r1cs(&write_r1cs(&r1cs).unwrap()).unwrap();
    let merged = [vec![(one, 0), (one + one, 2)], vec![], vec![]];
    assert_eq!(read.constraints, [merged]);
}

#[test]
fn malformed_constraint_systems_are_refused() {
    let bytes = write_r1cs(&cube_r1cs()).unwrap();
    for end in 0..bytes.len() {
        assert!(read_r1cs(&bytes[..end]).is_err(), "cut at {end}");
    }
    let set = |at: usize, new: &[u8]| {
        let mut bad = bytes.clone();
        bad[at..at + new.len()].copy_from_slice(new);
        read_r1cs(&bad).unwrap_err()
    };
    assert_eq!(
        set(28, &integer_bytes(&Fq::MODULUS)),
        Iden3Error::OtherField
    );
    assert!(matches!(set(60, &[1, 0, 0, 0]), Iden3Error::BadHeader(_)));
    // As many wires as the count can say, without a label for each.
    assert_eq!(set(60, &[0xff; 4]), Iden3Error::SectionLength(3));
    assert_eq!(set(84, &[3, 0, 0, 0]), Iden3Error::Truncated);
    assert_eq!(set(84, &[1, 0, 0, 0]), Iden3Error::Trailing);
    // First factor of the first constraint: count at 100, wire at 104, coefficient at 108.
    assert_eq!(set(104, &[9, 0, 0, 0]), Iden3Error::BadWire(9));
    assert_eq!(set(108, &integer_bytes(&Fr::MODULUS)), Iden3Error::BadField);

    let absent = vec![[vec![(Fr::ONE, 2)], vec![], vec![]]];
    let wire = R1cs {
        wires: 2,
        public_inputs: 1,
        constraints: absent,
    };
    assert_eq!(write_r1cs(&wire), Err(Iden3Error::BadWire(2)));
    let few = R1cs {
        wires: 1,
        public_inputs: 1,
        constraints: vec![],
    };
    assert!(matches!(write_r1cs(&few), Err(Iden3Error::BadHeader(_))));
    assert!(R1cs::from_matrices(1, 0, &[vec![]], &[], &[]).is_err());
    assert!(R1cs::from_matrices(0, 1, &[], &[], &[]).is_err());
}

#[test]
fn proofs_inputs_and_verifying_keys_survive_json_and_still_verify() {
    let fixture = &*FIXTURE;
    let proof = proof_from_json(&proof_to_json(&fixture.proof).unwrap()).unwrap();
    let public = public_from_json(&public_to_json(&fixture.public).unwrap()).unwrap();
    let vk = verifying_key_from_json(&verifying_key_to_json(&fixture.key.vk).unwrap()).unwrap();
    assert_eq!(
        (&proof, &public, &vk),
        (&fixture.proof, &fixture.public, &fixture.key.vk)
    );
    assert!(Groth16::<Bn254>::verify(&vk, &public, &proof).unwrap());
    assert!(!Groth16::<Bn254>::verify(&vk, &[Fr::from(28_u64)], &proof).unwrap());
}

#[test]
fn the_pairing_that_snarkjs_adds_is_ignored_and_other_fields_are_refused() {
    let text = verifying_key_to_json(&FIXTURE.key.vk).unwrap();
    let with = |field: &str| text.replacen('{', &format!("{{{field},"), 1);
    assert!(verifying_key_from_json(&with("\"vk_alphabeta_12\":[[[\"1\"]]]")).is_ok());
    assert!(verifying_key_from_json(&with("\"extra\":1")).is_err());
    let count = text.replace("\"nPublic\": 1", "\"nPublic\": 2");
    assert_ne!(count, text);
    assert_eq!(
        verifying_key_from_json(&count),
        Err(Iden3Error::BadValue("nPublic"))
    );
    let curve = text.replace("bn128", "bls12381");
    assert_eq!(
        verifying_key_from_json(&curve),
        Err(Iden3Error::BadValue("curve"))
    );
}

#[test]
fn numbers_have_one_spelling() {
    assert_eq!(public_from_json("[\"0\"]").unwrap(), [Fr::from(0_u64)]);
    let modulus = Fr::MODULUS.to_string();
    let above = {
        let BigInt([low, rest @ ..]) = Fr::MODULUS;
        let [a, b, c] = rest;
        BigInt::<4>([low + 5, a, b, c]).to_string()
    };
    for bad in [
        "", "00", "05", "+5", "-1", " 5", "5 ", "0x5", "5.0", &modulus, &above,
    ] {
        assert_eq!(
            public_from_json(&format!("[\"{bad}\"]")),
            Err(Iden3Error::BadValue("a public input")),
            "{bad}"
        );
    }
    assert!(public_from_json("[5]").is_err());
    assert!(public_from_json("[\"5\"] x").is_err());
}

#[test]
fn the_identity_and_points_off_the_curve_are_refused_in_json() {
    let identity = Proof {
        a: G1Affine::identity(),
        ..FIXTURE.proof.clone()
    };
    assert_eq!(
        proof_from_json(&proof_to_json(&identity).unwrap()),
        Err(Iden3Error::BadValue("pi_a"))
    );
    let off = Proof {
        c: G1Affine::new_unchecked(Fq::ONE, Fq::ONE),
        ..FIXTURE.proof.clone()
    };
    assert_eq!(
        proof_from_json(&proof_to_json(&off).unwrap()),
        Err(Iden3Error::BadValue("pi_c"))
    );
    let vk = VerifyingKey {
        delta_g2: G2Affine::identity(),
        ..FIXTURE.key.vk.clone()
    };
    assert_eq!(
        verifying_key_from_json(&verifying_key_to_json(&vk).unwrap()),
        Err(Iden3Error::BadValue("vk_delta_2"))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_files_never_panic(at in 0_usize..4000, byte in any::<u8>()) {
        let mut zkey_bytes = zkey(&sections());
        let end = zkey_bytes.len();
        zkey_bytes[at % end] = byte;
        let _ = read_zkey(&zkey_bytes);
        let mut r1cs_bytes = write_r1cs(&cube_r1cs()).unwrap();
        let end = r1cs_bytes.len();
        r1cs_bytes[at % end] = byte;
        if let Ok(read) = read_r1cs(&r1cs_bytes) {
            prop_assert!(read.wires > read.public_inputs);
        }
    }
}
