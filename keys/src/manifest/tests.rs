use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_groth16::{Groth16, ProvingKey, VerifyingKey};
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, SynthesisError};
use ark_relations::lc;
use ark_serialize::CanonicalSerialize;
use ark_snark::SNARK;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

/// `x * y = z` with `z` public.
struct Product;

impl ConstraintSynthesizer<Fr> for Product {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let z = cs.new_input_variable(|| Ok(Fr::from(6_u64)))?;
        let x = cs.new_witness_variable(|| Ok(Fr::from(2_u64)))?;
        let y = cs.new_witness_variable(|| Ok(Fr::from(3_u64)))?;
        cs.enforce_r1cs_constraint(|| lc!() + x, || lc!() + y, || lc!() + z)
    }
}

static KEY: LazyLock<ProvingKey<Bn254>> = LazyLock::new(|| {
    let mut rng = StdRng::seed_from_u64(1);
    Groth16::<Bn254>::circuit_specific_setup(Product, &mut rng)
        .unwrap()
        .0
});

fn keys(name: &str) -> CircuitKeys {
    CircuitKeys {
        name: name.to_owned(),
        constraints: 1,
        matrix_hash: Sha256Hash::of(b"matrices"),
        r1cs: b"constraints".to_vec(),
        proving_key: KEY.clone(),
    }
}

fn transcript() -> Provenance {
    Provenance::Ceremony(Sha256Hash::of(b"transcript"))
}

fn allowed() -> VkAllowList {
    VkAllowList::new([Sha256Hash::of(&encode_vk(&KEY.vk).unwrap())])
}

fn open(path: &Path, mode: Mode) -> Result<KeyDirectory, ManifestError> {
    KeyDirectory::open(path, mode, allowed())
}

fn vk(alter: impl Fn(&mut VerifyingKey<Bn254>)) -> Result<(), VkError> {
    let mut vk = KEY.vk.clone();
    alter(&mut vk);
    check_vk(&vk, 1)
}

#[test]
fn a_key_whose_gamma_is_delta_is_refused() {
    assert_eq!(vk(|_| {}), Ok(()));
    assert_eq!(
        vk(|vk| vk.delta_g2 = vk.gamma_g2),
        Err(VkError::GammaIsDelta)
    );
}

#[test]
fn a_key_for_more_or_fewer_public_inputs_is_refused() {
    let expect = |found| Err(VkError::Inputs { expected: 1, found });
    assert_eq!(
        vk(|vk| vk.gamma_abc_g1.push(G1Affine::generator())),
        expect(2)
    );
    assert_eq!(vk(|vk| vk.gamma_abc_g1.truncate(1)), expect(0));
    assert_eq!(vk(|vk| vk.gamma_abc_g1.clear()), expect(0));
    let mut empty = KEY.vk.clone();
    empty.gamma_abc_g1.clear();
    assert!(check_vk(&empty, 0).is_err());
}

#[test]
fn a_key_with_an_identity_is_refused() {
    let (zero1, zero2) = (G1Affine::identity(), G2Affine::identity());
    assert_eq!(
        vk(|vk| vk.alpha_g1 = zero1),
        Err(VkError::Identity("alpha"))
    );
    assert_eq!(vk(|vk| vk.beta_g2 = zero2), Err(VkError::Identity("beta")));
    assert_eq!(
        vk(|vk| vk.gamma_g2 = zero2),
        Err(VkError::Identity("gamma"))
    );
    assert_eq!(
        vk(|vk| vk.delta_g2 = zero2),
        Err(VkError::Identity("delta"))
    );
    for position in 0..2 {
        assert_eq!(
            vk(|vk| vk.gamma_abc_g1[position] = zero1),
            Err(VkError::Identity("gamma_abc"))
        );
    }
}

#[test]
fn a_key_with_a_point_off_its_curve_is_refused() {
    let off = G1Affine::new_unchecked(1.into(), 1.into());
    assert_eq!(
        vk(|vk| vk.alpha_g1 = off),
        Err(VkError::NotInGroup("alpha"))
    );
}

#[test]
fn verifying_key_bytes_have_one_encoding() {
    let bytes = encode_vk(&KEY.vk).unwrap();
    assert_eq!(decode_vk(&bytes, 1).unwrap(), KEY.vk);
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(decode_vk(&longer, 1), Err(VkError::Encoding));
    assert_eq!(
        decode_vk(&bytes[..bytes.len() - 1], 1),
        Err(VkError::Encoding)
    );
    assert_eq!(
        decode_vk(&bytes, 2),
        Err(VkError::Inputs {
            expected: 2,
            found: 1
        })
    );
}

#[test]
fn installed_keys_are_read_back_in_production() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let written =
        KeyDirectory::install(path, transcript(), &[keys("pass"), keys("enrol")]).unwrap();
    let opened = open(path, Mode::Production).unwrap();
    assert_eq!(opened.manifest(), &written);
    assert_eq!(opened.verifying_key("pass").unwrap(), KEY.vk);
    assert_eq!(opened.proving_key("enrol").unwrap(), *KEY);
    assert_eq!(opened.r1cs("pass").unwrap(), b"constraints");
    assert!(matches!(
        opened.verifying_key("checkin"),
        Err(ManifestError::UnknownCircuit(_))
    ));
}

#[test]
fn development_keys_are_refused_in_production_whatever_the_allow_list_says() {
    let directory = tempfile::tempdir().unwrap();
    KeyDirectory::install(directory.path(), Provenance::Development, &[keys("pass")]).unwrap();
    assert!(matches!(
        open(directory.path(), Mode::Production),
        Err(ManifestError::DevelopmentKeys)
    ));
    assert!(open(directory.path(), Mode::Development).is_ok());
}

#[test]
fn a_manifest_cannot_just_drop_its_development_flag() {
    let directory = tempfile::tempdir().unwrap();
    let manifest =
        KeyDirectory::install(directory.path(), Provenance::Development, &[keys("pass")]).unwrap();
    let text = manifest.to_json().unwrap();
    let flagless = text.replace("\"development\": true", "\"development\": false");
    assert_ne!(flagless, text);
    assert!(matches!(
        Manifest::from_json(&flagless),
        Err(ManifestError::BadTranscript)
    ));
}

#[test]
fn a_key_that_is_not_on_the_allow_list_is_refused_in_production() {
    let directory = tempfile::tempdir().unwrap();
    KeyDirectory::install(directory.path(), transcript(), &[keys("pass")]).unwrap();
    let none = VkAllowList::default();
    assert!(matches!(
        KeyDirectory::open(directory.path(), Mode::Production, none),
        Err(ManifestError::NotAllowed(_))
    ));
}

#[test]
fn altered_longer_and_shorter_files_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    KeyDirectory::install(path, transcript(), &[keys("pass")]).unwrap();
    let opened = open(path, Mode::Production).unwrap();
    for file in ["pass.vk", "pass.pk", "pass.r1cs"] {
        let honest = fs::read(path.join(file)).unwrap();
        let read = || match file {
            "pass.vk" => opened.verifying_key("pass").map(drop),
            "pass.pk" => opened.proving_key("pass").map(drop),
            _ => opened.r1cs("pass").map(drop),
        };
        let mut flipped = honest.clone();
        flipped[3] ^= 1;
        fs::write(path.join(file), &flipped).unwrap();
        assert!(matches!(read(), Err(ManifestError::WrongHash(_))), "{file}");
        for other in [&honest[1..], &[honest.as_slice(), &[0]].concat()] {
            fs::write(path.join(file), other).unwrap();
            assert!(matches!(read(), Err(ManifestError::WrongSize(_))), "{file}");
        }
        fs::write(path.join(file), &honest).unwrap();
        assert!(read().is_ok());
    }
}

#[test]
fn a_proving_key_of_another_verifying_key_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let manifest = KeyDirectory::install(path, transcript(), &[keys("pass")]).unwrap();
    let mut other = KEY.clone();
    other.vk.alpha_g1 = (other.vk.alpha_g1 + G1Affine::generator()).into_affine();
    let mut bytes = Vec::new();
    other.serialize_uncompressed(&mut bytes).unwrap();
    fs::write(path.join("pass.pk"), &bytes).unwrap();
    let mut entry = manifest.circuit("pass").unwrap().clone();
    entry.proving_key = KeyFile::of("pass.pk", &bytes).unwrap();
    let forged = Manifest::new(transcript(), vec![entry]).unwrap();
    fs::write(path.join("manifest.json"), forged.to_json().unwrap()).unwrap();
    let opened = open(path, Mode::Production).unwrap();
    assert!(matches!(
        opened.proving_key("pass"),
        Err(ManifestError::ProvingKey(_))
    ));
}

#[test]
fn file_names_that_lead_elsewhere_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let manifest =
        KeyDirectory::install(directory.path(), Provenance::Development, &[keys("pass")]).unwrap();
    let text = manifest.to_json().unwrap();
    for bad in [
        "../pass.vk",
        "/etc/passwd",
        "a/b",
        "a\\\\b",
        ".",
        "..",
        ".pass",
        "",
        "Pass.vk",
    ] {
        let altered = text.replace("\"pass.vk\"", &format!("\"{bad}\""));
        assert_ne!(altered, text);
        assert!(
            matches!(
                Manifest::from_json(&altered),
                Err(ManifestError::BadFileName(_))
            ),
            "{bad}"
        );
    }
    assert!(
        KeyDirectory::install(
            directory.path(),
            Provenance::Development,
            &[keys("../pass")]
        )
        .is_err()
    );
}

#[test]
fn malformed_manifests_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let manifest =
        KeyDirectory::install(directory.path(), Provenance::Development, &[keys("pass")]).unwrap();
    let text = manifest.to_json().unwrap();
    assert_eq!(Manifest::from_json(&text).unwrap(), manifest);
    for (from, to) in [
        ("\"schema\": 1", "\"schema\": 2"),
        ("\"bn254\"", "\"bls12-381\""),
        ("\"schema\": 1", "\"schema\": 1, \"extra\": 0"),
        ("\"public_inputs\": 1", "\"public_inputs\": -1"),
        ("\"name\": \"pass\"", "\"name\": \"\""),
    ] {
        let altered = text.replacen(from, to, 1);
        assert_ne!(altered, text);
        assert!(Manifest::from_json(&altered).is_err(), "{to}");
    }
    assert!(Manifest::from_json("{}").is_err());
    let circuit = manifest.circuit("pass").unwrap().clone();
    assert!(matches!(
        Manifest::new(Provenance::Development, vec![circuit.clone(), circuit]),
        Err(ManifestError::BadNames)
    ));
    assert!(matches!(
        Manifest::new(Provenance::Development, vec![]),
        Err(ManifestError::BadNames)
    ));
}

#[test]
fn a_key_without_phase_two_is_not_installed() {
    let directory = tempfile::tempdir().unwrap();
    let mut bad = keys("pass");
    bad.proving_key.vk.delta_g2 = bad.proving_key.vk.gamma_g2;
    assert!(matches!(
        KeyDirectory::install(directory.path(), Provenance::Development, &[bad]),
        Err(ManifestError::VerifyingKey {
            error: VkError::GammaIsDelta,
            ..
        })
    ));
    assert!(!directory.path().join("manifest.json").exists());
}

#[test]
fn keys_of_a_bench_are_refused_outside_it() {
    let directory = tempfile::tempdir().unwrap();
    KeyDirectory::install(directory.path(), Provenance::Bench, &[keys("pass")]).unwrap();
    for mode in [Mode::Production, Mode::Development] {
        assert!(matches!(
            open(directory.path(), mode),
            Err(ManifestError::BenchKeys | ManifestError::DevelopmentKeys)
        ));
    }
    assert!(open(directory.path(), Mode::Bench).is_ok());
}
