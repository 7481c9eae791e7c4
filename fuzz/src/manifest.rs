//! Manifests of key files.

use crate::{Outcome, Seed, Target, fault, law};
use luyin_keys::manifest::{CircuitEntry, KeyFile, Manifest, Provenance};
use luyin_protocol::signature::Sha256Hash;

pub const TARGET: Target = Target {
    check,
    planted,
    fault: "whatever follows the manifest is overlooked",
    seeds,
};

fn read(data: &[u8]) -> Result<Manifest, String> {
    let text = std::str::from_utf8(data).map_err(|error| error.to_string())?;
    Manifest::from_json(text).map_err(|error| error.to_string())
}

/// No part of a manifest is overlooked, and no file that it names lies elsewhere.
pub fn check(data: &[u8]) -> Outcome {
    law::whole_json(data, |data| {
        let manifest = read(data)?;
        let circuits = manifest.circuits().iter();
        for file in circuits.flat_map(|c| [&c.r1cs, &c.proving_key, &c.verifying_key]) {
            assert!(
                !file.file.contains(['/', '\\']) && file.file != "..",
                "a file elsewhere"
            );
        }
        Ok::<_, String>(manifest)
    })
}

fn planted(data: &[u8]) -> Outcome {
    law::whole_json(data, fault::first_json::<Manifest>)
}

fn seeds() -> Vec<Seed> {
    let file = |name: &str| KeyFile::of(name, name.as_bytes()).expect("a plain name");
    let circuit = CircuitEntry {
        name: "pass".into(),
        constraints: 7_224,
        public_inputs: 11,
        matrix_hash: Sha256Hash::of(b"matrices"),
        r1cs: file("pass.r1cs"),
        proving_key: file("pass.pk"),
        verifying_key: file("pass.vk"),
    };
    let of = |provenance| {
        let manifest = Manifest::new(provenance, vec![circuit.clone()]).expect("one circuit");
        manifest
            .to_json()
            .expect("a manifest has JSON")
            .into_bytes()
    };
    let transcript = Sha256Hash::of(b"transcript");
    vec![
        (
            "development-with-space",
            fault::with_space_behind(&of(Provenance::Development)),
        ),
        ("development", of(Provenance::Development)),
        ("ceremony", of(Provenance::Ceremony(transcript))),
    ]
}
