//! The circuits, keys and proofs against snarkjs, which shares no code with this program: the constraints go out as
//! `.r1cs`, snarkjs makes a key of them and this program proves with it, each side accepts what the other proved, and
//! neither accepts it for other inputs (protocol section 11).
//!
//! Needs node and what `npm ci` installs in `tests/snarkjs`; says so and passes without them.

mod ceremony;
mod tool;

use std::fs;
use std::path::{Path, PathBuf};

use ark_bn254::Fr;
use ark_ff::{BigInteger, Field, PrimeField, UniformRand};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use luyin_circuits::enrol::{Enrol, Private, Public};
use luyin_circuits::groth16::{KeyError, PreparedVk, Proof, ProverKey, VerifyError, prove, verify};
use luyin_circuits::r1cs::{Assignment, Matrices};
use luyin_circuits::{CircuitName, Statement, assign, matrices};
use luyin_circuits::{checkin::Checkin, pass::Pass};
use luyin_keys::iden3::{
    Iden3Error, R1cs, proof_from_json, proof_to_json, public_from_json, public_to_json, read_zkey,
    verifying_key_from_json, write_r1cs, write_wtns,
};
use luyin_keys::manifest::{VkError, check_vk};
use luyin_protocol::field::SealedHash;
use luyin_protocol::note::{IdentitySecret, Mask, RevocationHandle};
use luyin_protocol::time::{Day, Slot};
use rand::SeedableRng;
use rand::rngs::StdRng;

use self::ceremony::Ceremony;
use self::tool::SnarkJs;

fn export(circuit: &Matrices) -> Vec<u8> {
    let Matrices { a, b, c, .. } = circuit;
    let instance = circuit.num_inputs + 1;
    let r1cs = R1cs::from_matrices(instance, circuit.num_witnesses, a, b, c).unwrap();
    write_r1cs(&r1cs).unwrap()
}

/// An enrolment: nothing in it is zero, so that no wire is right by chance.
fn enrolment() -> (Public, Private) {
    let mut rng = StdRng::seed_from_u64(11);
    let mut random = || Fr::rand(&mut rng);
    let private = Private {
        sk: IdentitySecret::from_value(random()),
        rh: RevocationHandle::from_value(random()),
        mask: Mask::new(7, 42).unwrap(),
        mask_salt: random(),
        coefficients: [random(), random()],
        salts: [random(), random(), random(), random(), random()],
        rho: random(),
        r: random(),
    };
    let sealed_hash = SealedHash::from_value(random());
    (
        private.public(Day::new(19_000), Slot::new(37_970), sealed_hash),
        private,
    )
}

fn assignment() -> Assignment {
    let (public, private) = enrolment();
    assign::<Enrol>(&public, &private)
}

/// The inputs with one of them changed, for each of them.
fn every_change_of_one(inputs: &[Fr]) -> Vec<Vec<Fr>> {
    let change = |i| {
        let mut changed = inputs.to_vec();
        changed[i] += Fr::ONE;
        changed
    };
    (0..inputs.len()).map(change).collect()
}

/// The same numbers, but the first in its other spelling: greater by the modulus.
fn with_the_first_beyond_the_modulus(inputs: &[Fr]) -> String {
    let first = inputs[0].into_bigint();
    let mut beyond = first;
    assert!(!beyond.add_with_carry(&Fr::MODULUS), "256 bits hold it");
    let json = public_to_json(inputs).unwrap();
    json.replacen(&first.to_string(), &beyond.to_string(), 1)
}

#[test]
fn snarkjs_reads_every_export_and_finds_our_counts() {
    let Some(snarkjs) = SnarkJs::find() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let paths = CircuitName::ALL.map(|name| {
        let path = folder.path().join(name.as_str()).with_extension("r1cs");
        fs::write(&path, export(&matrices(name))).unwrap();
        path
    });
    let read: Vec<serde_json::Value> =
        snarkjs.ask("info.mjs", &paths.each_ref().map(PathBuf::as_path));
    let ours = CircuitName::ALL.map(|name| {
        let circuit = matrices(name);
        serde_json::json!({
            "prime": Fr::MODULUS.to_string(),
            "wires": circuit.num_columns(),
            "constraints": circuit.num_constraints(),
            "outputs": 0,
            "public": name.inputs(),
            "private": circuit.num_witnesses,
            "labels": circuit.num_columns(),
        })
    });
    assert_eq!(read, ours);
}

#[test]
fn snarkjs_finds_our_witness_true_and_a_changed_one_untrue() {
    let Some(snarkjs) = SnarkJs::find() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let circuit = write("enrol.r1cs", &export(&matrices(CircuitName::Enrol)));
    let assignment = assignment();
    let honest = assignment.values();
    let changed = |wire: usize| {
        let mut values = honest.to_vec();
        values[wire] += Fr::ONE;
        write(&format!("{wire}.wtns"), &write_wtns(&values).unwrap())
    };
    // The first public input, the last one, the first private wire, the last one.
    let inputs = CircuitName::Enrol.inputs();
    let wires = [1, inputs, inputs + 1, honest.len() - 1].map(changed);
    let honest = write("honest.wtns", &write_wtns(honest).unwrap());
    let mut arguments: Vec<&Path> = vec![&circuit, &honest];
    arguments.extend(wires.iter().map(PathBuf::as_path));
    let holds: Vec<bool> = snarkjs.ask("check-witness.mjs", &arguments);
    assert_eq!(holds, [true, false, false, false, false]);
}

#[test]
fn a_key_of_snarkjs_is_fit_for_use_and_is_the_one_it_exports() {
    let Some(ceremony) = Ceremony::find() else {
        return;
    };
    let key = ceremony.proving_key();
    check_vk(&key.vk, CircuitName::Enrol.inputs()).unwrap();
    let exported = fs::read_to_string(ceremony.made("verification_key.json")).unwrap();
    assert_eq!(verifying_key_from_json(&exported).unwrap(), key.vk);
    ProverKey::<Enrol>::new(key).unwrap();
}

#[test]
fn a_key_that_nobody_contributed_to_is_refused() {
    let Some(ceremony) = Ceremony::find() else {
        return;
    };
    let bytes = fs::read(ceremony.made("unfinished.zkey")).unwrap();
    let vk = read_zkey(&bytes).unwrap().proving_key.vk;
    let inputs = CircuitName::Enrol.inputs();
    assert_eq!(check_vk(&vk, inputs), Err(VkError::GammaIsDelta));
}

#[test]
fn a_key_for_another_circuit_is_refused() {
    let Some(ceremony) = Ceremony::find() else {
        return;
    };
    let key = ceremony.proving_key();
    let checkin = ProverKey::<Checkin>::new(key.clone()).err();
    assert!(matches!(
        checkin,
        Some(KeyError::WrongCircuit(CircuitName::Checkin))
    ));
    // A proving key by its shape; a verifying key only by its number of inputs, which pass shares with enrol.
    let pass = ProverKey::<Pass>::new(key.clone()).err();
    assert!(matches!(pass, Some(KeyError::WrongCircuit(Pass::NAME))));
    let prepared = PreparedVk::new(CircuitName::Checkin, &key.vk).err();
    assert!(matches!(
        prepared,
        Some(KeyError::WrongCircuit(CircuitName::Checkin))
    ));
    let (expected, found) = (CircuitName::Checkin.inputs(), CircuitName::Enrol.inputs());
    assert_eq!(
        check_vk(&key.vk, expected),
        Err(VkError::Inputs { expected, found })
    );
}

#[test]
fn snarkjs_verifies_the_key_and_not_one_with_two_points_exchanged() {
    let Some(ceremony) = Ceremony::find() else {
        return;
    };
    let (unfinished, key) = (
        ceremony.made("unfinished.zkey"),
        ceremony.made("final.zkey"),
    );
    let mut bytes = fs::read(&key).unwrap();
    // Of the first two private wires. Every point is still in its group: reading alone cannot tell.
    zkey_section(&mut bytes, 8)[..2 * 64].rotate_left(64);
    let exchanged = ceremony.write("exchanged.zkey", &bytes);
    let keys = [&ceremony.powers, &unfinished, &key, &exchanged].map(PathBuf::as_path);
    let hold: Vec<bool> = ceremony.snarkjs.ask("verify-key.mjs", &keys);
    assert_eq!(hold, [true, false]);

    let key = ProverKey::<Enrol>::new(read_zkey(&bytes).unwrap().proving_key).unwrap();
    let (public, private) = enrolment();
    let proof = prove(&key, &public, &private, &mut StdRng::seed_from_u64(12)).unwrap();
    let vk = PreparedVk::new(CircuitName::Enrol, key.verifying_key()).unwrap();
    let verdict = verify(&vk, &Enrol::inputs(&public), &proof);
    assert_eq!(verdict, Err(VerifyError::Rejected));
}

/// The bytes of a section: 12 bytes begin the file, 4 of the number and 8 of the length each section.
fn zkey_section(mut file: &mut [u8], wanted: u32) -> &mut [u8] {
    file = &mut file[12..];
    loop {
        let (head, rest) = file
            .split_first_chunk_mut::<12>()
            .expect("the section is there");
        let [a, b, c, d, len @ ..] = *head;
        let len = usize::try_from(u64::from_le_bytes(len)).unwrap();
        let (section, rest) = rest.split_at_mut(len);
        if u32::from_le_bytes([a, b, c, d]) == wanted {
            return section;
        }
        file = rest;
    }
}

#[test]
fn snarkjs_accepts_our_proof_and_refuses_it_for_other_inputs() {
    let Some(ceremony) = Ceremony::find() else {
        return;
    };
    let key = ProverKey::<Enrol>::new(ceremony.proving_key()).unwrap();
    let (public, private) = enrolment();
    let proof = prove(&key, &public, &private, &mut StdRng::seed_from_u64(12)).unwrap();
    let inputs = Enrol::inputs(&public);
    let vk = PreparedVk::new(CircuitName::Enrol, key.verifying_key()).unwrap();
    verify(&vk, &inputs, &proof).unwrap();

    let points = ark_groth16::Proof::deserialize_compressed(&proof.to_bytes()[..]).unwrap();
    let proof = ceremony.write("proof.json", proof_to_json(&points).unwrap());
    let mut cases = vec![public_to_json(&inputs).unwrap()];
    let changes = every_change_of_one(&inputs);
    cases.extend(
        changes
            .iter()
            .map(|changed| public_to_json(changed).unwrap()),
    );
    cases.push(with_the_first_beyond_the_modulus(&inputs));
    let mut expected = vec![false; cases.len()];
    expected[0] = true;
    assert_eq!(ceremony.verify(&proof, &cases), expected);
}

#[test]
fn we_accept_the_proof_of_snarkjs_and_refuse_it_for_other_inputs() {
    let Some(ceremony) = Ceremony::find() else {
        return;
    };
    let witness = write_wtns(assignment().values()).unwrap();
    let witness = ceremony.write("witness.wtns", &witness);
    let path = |name: &str| ceremony.scratch.path().join(name);
    let (proof, inputs) = (path("proof.json"), path("public.json"));
    let key = ceremony.made("final.zkey");
    ceremony
        .snarkjs
        .run("prove.mjs", &[&key, &witness, &proof, &inputs]);

    let inputs = public_from_json(&fs::read_to_string(inputs).unwrap()).unwrap();
    assert_eq!(
        inputs,
        Enrol::inputs(&enrolment().0),
        "snarkjs takes the same wires as public"
    );
    let points = proof_from_json(&fs::read_to_string(proof).unwrap()).unwrap();
    let mut bytes = Vec::new();
    points.serialize_compressed(&mut bytes).unwrap();
    let proof = Proof::decode(&bytes).unwrap();

    let vk = PreparedVk::new(CircuitName::Enrol, &ceremony.proving_key().vk).unwrap();
    assert_eq!(verify(&vk, &inputs, &proof), Ok(()));
    for changed in every_change_of_one(&inputs) {
        assert_eq!(verify(&vk, &changed, &proof), Err(VerifyError::Rejected));
    }
    let beyond = with_the_first_beyond_the_modulus(&inputs);
    assert!(matches!(
        public_from_json(&beyond),
        Err(Iden3Error::BadValue(_))
    ));
}
