use super::batch::verify_weighted;
use super::simulated::Trapdoor;
use super::*;
use crate::audit::sample::Sample;
use crate::curve::{Curve, Fr, G1Affine, G2Affine};
use crate::r1cs::Synthesis;
use crate::statement::{CircuitName, assign, matrices};
use crate::{absorb::Absorb, checkin, checkin::Checkin, enrol, enrol::Enrol, pass::Pass};
use ark_bn254::{Fq, Fq2};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, Field, PrimeField, UniformRand};
use ark_groth16::Groth16;
use ark_serialize::CanonicalSerialize;
use luyin_protocol::field::{Nullifier, to_bytes};
use luyin_protocol::signature::ProofBytes;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::LazyLock;

/// A development key of the smallest circuit, made once a process.
static ENROL: LazyLock<ProverKey<Enrol>> = LazyLock::new(|| {
    ProverKey::development(&mut StdRng::seed_from_u64(1)).expect("a development key")
});

/// Simulated proofs of check-ins and the key they verify under.
fn simulated(n: usize) -> (PreparedVk, Vec<([Fr; checkin::INPUTS], Proof)>) {
    let mut rng = StdRng::seed_from_u64(2);
    let (vk, trapdoor) = Trapdoor::verifying_only(checkin::INPUTS, &mut rng);
    let proofs = (0..n).map(|_| {
        let inputs = std::array::from_fn(|_| Fr::rand(&mut rng));
        let proof = trapdoor.simulate(&inputs, &mut rng).unwrap();
        (inputs, proof)
    });
    let proofs = proofs.collect();
    (PreparedVk::new(CircuitName::Checkin, &vk).unwrap(), proofs)
}

fn claims(proofs: &[([Fr; checkin::INPUTS], Proof)]) -> Vec<Claim<'_>> {
    proofs
        .iter()
        .map(|(inputs, proof)| Claim { inputs, proof })
        .collect()
}

fn check_a_proof_verifies<S: Sample>() {
    let mut rng = StdRng::seed_from_u64(3);
    let key = ProverKey::<S>::development(&mut rng).unwrap();
    let vk = PreparedVk::new(S::NAME, key.verifying_key()).unwrap();
    let (public, private) = S::honest(&mut rng);
    let proof = prove(&key, &public, &private, &mut rng).unwrap();
    let inputs = S::inputs(&public);
    assert_eq!(verify(&vk, &inputs, &proof), Ok(()));
    for i in 0..inputs.len() {
        let mut other = inputs.clone();
        other[i] += Fr::ONE;
        assert_eq!(
            verify(&vk, &other, &proof),
            Err(VerifyError::Rejected),
            "input {i}"
        );
    }
    for wrong in [&inputs[1..], &inputs[..inputs.len() - 1], &[]] {
        let count = VerifyError::InputCount {
            expected: inputs.len(),
            got: wrong.len(),
        };
        assert_eq!(verify(&vk, wrong, &proof), Err(count));
    }
}

#[test]
fn an_enrolment_verifies_for_its_inputs_alone() {
    check_a_proof_verifies::<Enrol>();
}

#[test]
fn a_checkin_verifies_for_its_inputs_alone() {
    check_a_proof_verifies::<Checkin>();
}

#[test]
fn an_absorption_verifies_for_its_inputs_alone() {
    check_a_proof_verifies::<Absorb>();
}

#[test]
fn a_pass_verifies_for_its_inputs_alone() {
    check_a_proof_verifies::<Pass>();
}

#[test]
fn a_false_statement_is_not_proved_and_its_clause_is_named() {
    let mut rng = StdRng::seed_from_u64(4);
    let (public, mut private) = Enrol::honest(&mut rng);
    private.salts[0] += Fr::ONE;
    let refusal = prove(&*ENROL, &public, &private, &mut rng).unwrap_err();
    assert_eq!(refusal, ProveError::Broken(enrol::Clause::D));
    assert!(refusal.to_string().starts_with("clause 5.2.d"));
}

#[test]
fn arkworks_own_prover_over_our_reduction_agrees_with_ours() {
    let mut rng = StdRng::seed_from_u64(5);
    let (public, private) = Enrol::honest(&mut rng);
    let assignment = assign::<Enrol>(&public, &private);
    let circuit = Synthesis {
        matrices: ENROL.matrices(),
        assignment: Some(&assignment),
    };
    let key = ark_groth16::ProvingKey::clone(&ENROL.key);
    let theirs = Groth16::<Curve, CircomReduction>::create_random_proof_with_reduction(
        circuit, &key, &mut rng,
    );
    let theirs = Proof::from_points(theirs.unwrap()).unwrap();
    let vk = PreparedVk::new(CircuitName::Enrol, ENROL.verifying_key()).unwrap();
    assert_eq!(verify(&vk, &public.to_inputs(), &theirs), Ok(()));
    let ours = prove(&*ENROL, &public, &private, &mut rng).unwrap();
    let by_arkworks =
        Groth16::<Curve>::verify_proof(&vk.prepared, ours.points(), &public.to_inputs());
    assert!(by_arkworks.unwrap());
}

#[test]
fn a_rerandomised_proof_verifies_and_has_other_bytes() {
    let (vk, proofs) = simulated(1);
    let (inputs, proof) = &proofs[0];
    let mut rng = StdRng::seed_from_u64(6);
    let points = Groth16::<Curve>::rerandomize_proof(vk.verifying_key(), proof.points(), &mut rng);
    let again = Proof::from_points(points).unwrap();
    assert_ne!(again.to_bytes(), proof.to_bytes());
    assert_eq!(
        verify(&vk, inputs, &again),
        Ok(()),
        "so proofs do not tell repeats apart"
    );
}

#[test]
fn a_proof_key_survives_its_bytes_and_nothing_may_follow() {
    let bytes = ENROL.to_bytes().unwrap();
    let again = ProverKey::<Enrol>::from_hash_checked_bytes(&bytes).unwrap();
    assert_eq!(again.to_bytes().unwrap(), bytes);
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(ProverKey::<Enrol>::from_hash_checked_bytes(&longer).is_err());
    assert!(ProverKey::<Enrol>::from_hash_checked_bytes(&bytes[..bytes.len() - 1]).is_err());
}

#[test]
fn a_key_of_another_circuit_is_refused() {
    let key = ENROL.key.clone();
    assert!(matches!(
        ProverKey::<Pass>::new(key),
        Err(KeyError::WrongCircuit(CircuitName::Pass))
    ));
    let vk = ENROL.verifying_key();
    assert!(PreparedVk::new(CircuitName::Enrol, vk).is_ok());
    // By the number of inputs; circuits with the same number are told apart by the hashes in manifest and genesis.
    assert!(matches!(
        PreparedVk::new(CircuitName::Checkin, vk),
        Err(KeyError::WrongCircuit(_))
    ));
}

#[test]
fn simulated_proofs_verify_beside_real_ones_under_a_key_with_a_known_trapdoor() {
    let mut rng = StdRng::seed_from_u64(7);
    let (key, trapdoor) = Trapdoor::generate(&matrices(CircuitName::Enrol), &mut rng).unwrap();
    let key = ProverKey::<Enrol>::new(key).unwrap();
    let vk = PreparedVk::new(CircuitName::Enrol, key.verifying_key()).unwrap();
    let (public, private) = Enrol::honest(&mut rng);
    let real = prove(&key, &public, &private, &mut rng).unwrap();
    assert_eq!(verify(&vk, &public.to_inputs(), &real), Ok(()));
    let inputs: [Fr; enrol::INPUTS] = std::array::from_fn(|_| Fr::rand(&mut rng));
    let (one, two) = (
        trapdoor.simulate(&inputs, &mut rng).unwrap(),
        trapdoor.simulate(&inputs, &mut rng).unwrap(),
    );
    assert_ne!(one, two);
    assert_eq!(verify(&vk, &inputs, &one), Ok(()));
    // Under any other key they are worth nothing.
    let other = PreparedVk::new(CircuitName::Enrol, ENROL.verifying_key()).unwrap();
    assert_eq!(verify(&other, &inputs, &one), Err(VerifyError::Rejected));
    assert!(trapdoor.simulate(&inputs[1..], &mut rng).is_err());
}

mod decoding {
    use super::*;

    fn proof() -> (PreparedVk, [Fr; checkin::INPUTS], [u8; PROOF_BYTES]) {
        let (vk, proofs) = simulated(1);
        let (inputs, proof) = &proofs[0];
        (vk, *inputs, proof.to_bytes())
    }

    fn put(bytes: [u8; PROOF_BYTES], at: usize, part: &[u8]) -> [u8; PROOF_BYTES] {
        let mut bytes = bytes;
        bytes[at..at + part.len()].copy_from_slice(part);
        bytes
    }

    #[test]
    fn a_proof_survives_its_bytes() {
        let (vk, inputs, bytes) = proof();
        let proof = Proof::decode(&bytes).unwrap();
        assert_eq!(proof.to_bytes(), bytes);
        assert_eq!(verify(&vk, &inputs, &proof), Ok(()));
        let carried = ProofBytes::from(&proof);
        assert_eq!(Proof::try_from(&carried), Ok(proof));
    }

    #[test]
    fn bytes_too_few_or_too_many_are_refused() {
        let (_, _, bytes) = proof();
        for cut in 0..PROOF_BYTES {
            assert_eq!(Proof::decode(&bytes[..cut]), Err(ProofError::Length));
        }
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(Proof::decode(&longer), Err(ProofError::Length));
    }

    /// Adds the modulus to the little-endian number of a coordinate, where it then still fits
    /// beside the two flags.
    fn plus_modulus(part: &[u8]) -> Option<Vec<u8>> {
        let flags = part[31] & 0xc0;
        let mut carry = 0u16;
        let modulus = Fq::MODULUS.to_bytes_le();
        let mut sum: Vec<u8> = part
            .iter()
            .zip(&modulus)
            .enumerate()
            .map(|(i, (x, m))| {
                let x = if i == 31 { x & 0x3f } else { *x };
                carry += u16::from(x) + u16::from(*m);
                let byte = (carry & 0xff) as u8;
                carry >>= 8;
                byte
            })
            .collect();
        (sum[31] & 0xc0 == 0).then(|| {
            sum[31] |= flags;
            sum
        })
    }

    #[test]
    fn a_coordinate_plus_the_modulus_is_refused() {
        let (_, proofs) = simulated(24);
        let mut tried = [0; 4];
        for (_, proof) in &proofs {
            let bytes = proof.to_bytes();
            for (part, tries) in [0, 32, 64, 96].into_iter().zip(&mut tried) {
                if part == 32 {
                    continue; // the lower half of a G2 coordinate bears no flags: below
                }
                if let Some(aliased) = plus_modulus(&bytes[part..part + 32]) {
                    *tries += 1;
                    assert_eq!(
                        Proof::decode(&put(bytes, part, &aliased)),
                        Err(ProofError::Point)
                    );
                }
            }
        }
        assert!(tried[0] > 0 && tried[2] > 0 && tried[3] > 0, "{tried:?}");
        let all_ones = [0xff; 32];
        let (_, _, bytes) = proof();
        assert_eq!(
            Proof::decode(&put(bytes, 32, &all_ones)),
            Err(ProofError::Point)
        );
    }

    #[test]
    fn points_at_infinity_are_refused_in_every_encoding() {
        let (_, _, bytes) = proof();
        for (start, len) in [(0, 32), (32, 64), (96, 32)] {
            let mut infinity = vec![0u8; len];
            infinity[len - 1] = 0x40;
            assert_eq!(
                Proof::decode(&put(bytes, start, &infinity)),
                Err(ProofError::Identity)
            );
            infinity[0] = 5;
            assert!(
                Proof::decode(&put(bytes, start, &infinity)).is_err(),
                "x beside the flag"
            );
            infinity[len - 1] = 0xc0;
            assert!(
                Proof::decode(&put(bytes, start, &infinity)).is_err(),
                "both flags"
            );
            let mut flagged = bytes;
            flagged[start + len - 1] |= 0x40;
            assert!(Proof::decode(&flagged).is_err(), "the flag on a point");
        }
        assert!(Proof::decode(&[0u8; PROOF_BYTES]).is_err());
    }

    #[test]
    fn a_g2_point_outside_the_subgroup_is_refused() {
        let (_, _, bytes) = proof();
        let outside = (1u64..).find_map(|i| {
            let x = Fq2::new(Fq::from(i), Fq::from(1u64));
            let point = G2Affine::get_point_from_x_unchecked(x, false)?;
            (!point.is_in_correct_subgroup_assuming_on_curve()).then_some(point)
        });
        let mut part = Vec::new();
        outside.unwrap().serialize_compressed(&mut part).unwrap();
        assert_eq!(
            Proof::decode(&put(bytes, 32, &part)),
            Err(ProofError::Point)
        );
    }

    #[test]
    fn a_coordinate_off_the_curve_is_refused() {
        let (_, _, bytes) = proof();
        let off =
            (1u64..).find(|x| G1Affine::get_point_from_x_unchecked(Fq::from(*x), false).is_none());
        let mut part = Fq::from(off.unwrap()).into_bigint().to_bytes_le();
        part.resize(32, 0);
        assert_eq!(Proof::decode(&put(bytes, 0, &part)), Err(ProofError::Point));
    }

    #[test]
    fn no_bytes_make_the_decoder_panic_and_what_it_takes_it_gives_back() {
        let (_, _, bytes) = proof();
        let mut rng = StdRng::seed_from_u64(8);
        for _ in 0..400 {
            let mut other = bytes;
            for _ in 0..rng.gen_range(1..4) {
                other[rng.gen_range(0..PROOF_BYTES)] = rng.r#gen();
            }
            if let Ok(proof) = Proof::decode(&other) {
                assert_eq!(proof.to_bytes(), other);
            }
        }
    }

    #[test]
    fn a_nullifier_written_as_x_plus_p_is_no_nullifier() {
        let nf = Fr::from(5u64);
        let mut aliased = nf.into_bigint();
        assert!(!aliased.add_with_carry(&Fr::MODULUS));
        let mut bytes = [0u8; 32];
        bytes.copy_from_slice(&aliased.to_bytes_le());
        assert!(Nullifier::from_bytes(&bytes).is_err());
        assert_eq!(
            Nullifier::from_bytes(&to_bytes(&nf)).map(|n| n.value()),
            Ok(nf)
        );
    }
}

mod batches {
    use super::*;

    #[test]
    fn a_batch_of_good_proofs_holds_and_the_empty_one_too() {
        let (vk, proofs) = simulated(9);
        let mut rng = StdRng::seed_from_u64(9);
        assert_eq!(verify_batch(&vk, &claims(&proofs), &mut rng), Ok(()));
        assert_eq!(verify_batch(&vk, &claims(&proofs[..1]), &mut rng), Ok(()));
        assert_eq!(verify_batch(&vk, &[], &mut rng), Ok(()));
        assert!(bad_claims(&vk, &claims(&proofs), &mut rng).is_empty());
    }

    #[test]
    fn one_bad_proof_spoils_the_batch_and_all_bad_ones_are_found() {
        let (vk, mut proofs) = simulated(9);
        let mut rng = StdRng::seed_from_u64(10);
        proofs[4].0[0] += Fr::ONE;
        assert_eq!(
            verify_batch(&vk, &claims(&proofs), &mut rng),
            Err(VerifyError::Rejected)
        );
        assert_eq!(bad_claims(&vk, &claims(&proofs), &mut rng), [4]);
        proofs[0].0[7] += Fr::ONE;
        let (left, right) = proofs.split_at_mut(8);
        std::mem::swap(&mut left[7].1, &mut right[0].1);
        assert_eq!(bad_claims(&vk, &claims(&proofs), &mut rng), [0, 4, 7, 8]);
    }

    /// Two proofs, each wrong, whose errors are opposite.
    fn cancelling() -> (PreparedVk, Vec<([Fr; checkin::INPUTS], Proof)>) {
        let (vk, mut proofs) = simulated(4);
        let error = G1Affine::generator() * Fr::from(1234u64);
        for (i, error) in [(1, error), (2, -error)] {
            let mut points = proofs[i].1.points().clone();
            points.c = (points.c + error).into_affine();
            proofs[i].1 = Proof::from_points(points).unwrap();
        }
        (vk, proofs)
    }

    #[test]
    fn two_bad_proofs_that_cancel_are_refused() {
        let (vk, proofs) = cancelling();
        let mut rng = StdRng::seed_from_u64(11);
        assert_eq!(
            verify_batch(&vk, &claims(&proofs), &mut rng),
            Err(VerifyError::Rejected)
        );
        assert_eq!(bad_claims(&vk, &claims(&proofs), &mut rng), [1, 2]);
    }

    #[test]
    fn without_coefficients_two_bad_proofs_that_cancel_would_pass() {
        let (vk, proofs) = cancelling();
        assert_eq!(verify_weighted(&vk, &claims(&proofs), &[1; 4]), Ok(()));
        let equal = [u128::MAX; 4];
        assert_eq!(verify_weighted(&vk, &claims(&proofs), &equal), Ok(()));
        assert_eq!(
            verify_weighted(&vk, &claims(&proofs), &[1, 1, 2, 1]),
            Err(VerifyError::Rejected)
        );
    }

    #[test]
    fn a_claim_with_too_few_or_too_many_inputs_spoils_the_batch() {
        let (vk, proofs) = simulated(3);
        let mut rng = StdRng::seed_from_u64(12);
        let longer = [proofs[1].0.as_slice(), &[Fr::from(0u64)]].concat();
        for inputs in [&proofs[1].0[..7], &longer] {
            let mut claims = claims(&proofs);
            claims[1].inputs = inputs;
            let count = VerifyError::InputCount {
                expected: 8,
                got: inputs.len(),
            };
            assert_eq!(verify_batch(&vk, &claims, &mut rng), Err(count));
            assert_eq!(bad_claims(&vk, &claims, &mut rng), [1]);
        }
    }

    #[test]
    fn a_short_claim_that_zeros_would_complete_is_refused() {
        let mut rng = StdRng::seed_from_u64(13);
        let (vk, trapdoor) = Trapdoor::verifying_only(checkin::INPUTS, &mut rng);
        let vk = PreparedVk::new(CircuitName::Checkin, &vk).unwrap();
        let mut inputs = [Fr::from(3u64); checkin::INPUTS];
        inputs[7] = Fr::from(0u64);
        let proof = trapdoor.simulate(&inputs, &mut rng).unwrap();
        assert_eq!(verify(&vk, &inputs, &proof), Ok(()));
        assert!(verify(&vk, &inputs[..7], &proof).is_err());
        let claim = Claim {
            inputs: &inputs[..7],
            proof: &proof,
        };
        assert!(verify_batch(&vk, &[claim], &mut rng).is_err());
    }
}
