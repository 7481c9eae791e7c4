//! Keys whose trapdoors a bench keeps: proofs of anything are simulated with them, and no network takes them.

use anyhow::Context;
use luyin_circuits::curve::{G1Affine, G2Affine};
use luyin_circuits::groth16::simulated::Trapdoor;
use luyin_circuits::{CircuitName, matrix_hash};
use luyin_keys::manifest::{CircuitKeys, KeyDirectory, Provenance};
use luyin_protocol::network::VerifyingKeys;
use luyin_protocol::signature::Sha256Hash;
use rand::{CryptoRng, RngCore};
use std::path::Path;

/// The trapdoor of each statement's key.
pub struct Trapdoors {
    /// Of enrol.
    pub enrol: Trapdoor,
    /// Of checkin.
    pub checkin: Trapdoor,
    /// Of absorb.
    pub absorb: Trapdoor,
    /// Of pass.
    pub pass: Trapdoor,
}

/// Makes a directory of keys, and gives their trapdoors and hashes.
///
/// # Errors
/// Those of writing.
pub fn install(
    path: &Path,
    rng: &mut (impl RngCore + CryptoRng),
) -> anyhow::Result<(Trapdoors, VerifyingKeys)> {
    let mut circuits = Vec::new();
    let mut make = |name: CircuitName| {
        let (vk, trapdoor) = Trapdoor::verifying_only(name.inputs(), rng);
        // Nothing is ever proved with it, so its queries stay empty.
        let proving_key = ark_groth16::ProvingKey {
            vk,
            beta_g1: G1Affine::identity(),
            delta_g1: G1Affine::identity(),
            a_query: vec![],
            b_g1_query: vec![],
            b_g2_query: Vec::<G2Affine>::new(),
            h_query: vec![],
            l_query: vec![],
        };
        circuits.push(CircuitKeys {
            name: name.as_str().to_owned(),
            constraints: 0,
            matrix_hash: Sha256Hash::from_bytes(matrix_hash(name)),
            r1cs: vec![],
            proving_key,
        });
        trapdoor
    };
    let trapdoors = Trapdoors {
        enrol: make(CircuitName::Enrol),
        checkin: make(CircuitName::Checkin),
        absorb: make(CircuitName::Absorb),
        pass: make(CircuitName::Pass),
    };
    let manifest = KeyDirectory::install(path, Provenance::Bench, &circuits)?;
    let hash = |name: CircuitName| {
        let circuit = manifest.circuit(name.as_str()).context("a key just made")?;
        anyhow::Ok(circuit.verifying_key.sha256)
    };
    let hashes = VerifyingKeys {
        enrol: hash(CircuitName::Enrol)?,
        checkin: hash(CircuitName::Checkin)?,
        absorb: hash(CircuitName::Absorb)?,
        pass: hash(CircuitName::Pass)?,
    };
    Ok((trapdoors, hashes))
}
