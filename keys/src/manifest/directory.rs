//! A directory of key files beside their `manifest.json`.

use std::fs::{self, File};
use std::io::Read;
use std::path::PathBuf;

use ark_bn254::Bn254;
use ark_groth16::{ProvingKey, VerifyingKey};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use luyin_protocol::signature::Sha256Hash;

use super::verifying_key::{VkAllowList, decode_vk, encode_vk};
use super::{CircuitEntry, KeyFile, Manifest, ManifestError, Mode, Provenance};
use crate::durable_file;

const MANIFEST: &str = "manifest.json";
/// Largest manifest that is read.
const MAX_MANIFEST: u64 = 1 << 20;

/// Keys of one circuit, to be installed.
#[derive(Debug, Clone)]
pub struct CircuitKeys {
    /// Name of the statement.
    pub name: String,
    /// Number of constraints.
    pub constraints: u64,
    /// Hash of the constraint matrices.
    pub matrix_hash: Sha256Hash,
    /// The constraint system in the iden3 format.
    pub r1cs: Vec<u8>,
    /// The proving key, with the verifying key inside.
    pub proving_key: ProvingKey<Bn254>,
}

/// An opened directory of keys whose manifest fits the mode and, in production, the allow-list.
#[derive(Debug, Clone)]
pub struct KeyDirectory {
    path: PathBuf,
    manifest: Manifest,
    mode: Mode,
    allowed: VkAllowList,
}

impl KeyDirectory {
    /// Opens a directory: reads its manifest, refuses development keys in production, and checks every verifying key
    /// (hash, size, allow-list, fitness). Proving keys and constraint systems are checked when they are read.
    pub fn open(
        path: impl Into<PathBuf>,
        mode: Mode,
        allowed: VkAllowList,
    ) -> Result<Self, ManifestError> {
        let path = path.into();
        let bytes = read_limited(&path.join(MANIFEST), MAX_MANIFEST)?
            .ok_or_else(|| ManifestError::WrongSize(MANIFEST.to_owned()))?;
        let text = String::from_utf8(bytes)
            .map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))?;
        let manifest = Manifest::from_json(&text)?;
        manifest.check_mode(mode)?;
        let directory = Self {
            path,
            manifest,
            mode,
            allowed,
        };
        for circuit in directory.manifest.circuits() {
            directory.verifying_key(&circuit.name)?;
        }
        Ok(directory)
    }

    /// Writes keys and, last, their manifest: a crash in between leaves no manifest that names missing files.
    pub fn install(
        path: impl Into<PathBuf>,
        provenance: Provenance,
        circuits: &[CircuitKeys],
    ) -> Result<Manifest, ManifestError> {
        let path = path.into();
        fs::create_dir_all(&path)?;
        let mut entries = Vec::with_capacity(circuits.len());
        for circuit in circuits {
            let (entry, files) = describe(circuit)?;
            for (file, content) in files {
                durable_file::replace(&path.join(&file.file), &content)?;
            }
            entries.push(entry);
        }
        let manifest = Manifest::new(provenance, entries)?;
        durable_file::replace(&path.join(MANIFEST), manifest.to_json()?.as_bytes())?;
        Ok(manifest)
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads a file that the manifest names, and checks its size and hash.
    pub fn read(&self, file: &KeyFile) -> Result<Vec<u8>, ManifestError> {
        file.check_name()?;
        // A larger file is refused before it is read whole.
        let content = read_limited(&self.path.join(&file.file), file.size)?
            .ok_or_else(|| ManifestError::WrongSize(file.file.clone()))?;
        file.check(&content)?;
        Ok(content)
    }

    /// The verifying key of a circuit, checked in every respect.
    pub fn verifying_key(&self, name: &str) -> Result<VerifyingKey<Bn254>, ManifestError> {
        let circuit = self.manifest.circuit(name)?;
        let bytes = self.read(&circuit.verifying_key)?;
        let hash = &circuit.verifying_key.sha256;
        if self.mode == Mode::Production && !self.allowed.allows(hash) {
            return Err(ManifestError::NotAllowed(name.to_owned()));
        }
        decode_vk(&bytes, circuit.public_inputs).map_err(|error| ManifestError::VerifyingKey {
            circuit: name.to_owned(),
            error,
        })
    }

    /// The proving key of a circuit. Its points are not checked one by one, which would take seconds: the manifest's
    /// hash vouches for them, and a false key could only make proofs that do not verify.
    pub fn proving_key(&self, name: &str) -> Result<ProvingKey<Bn254>, ManifestError> {
        let malformed = || ManifestError::ProvingKey(name.to_owned());
        let circuit = self.manifest.circuit(name)?;
        let bytes = self.read(&circuit.proving_key)?;
        let mut rest = bytes.as_slice();
        let key: ProvingKey<Bn254> =
            ProvingKey::deserialize_uncompressed_unchecked(&mut rest).map_err(|_| malformed())?;
        if !rest.is_empty() || key.vk != self.verifying_key(name)? {
            return Err(malformed());
        }
        Ok(key)
    }

    /// The constraint system of a circuit, iden3 format.
    pub fn r1cs(&self, name: &str) -> Result<Vec<u8>, ManifestError> {
        self.read(&self.manifest.circuit(name)?.r1cs)
    }
}

type Files = [(KeyFile, Vec<u8>); 3];

fn describe(circuit: &CircuitKeys) -> Result<(CircuitEntry, Files), ManifestError> {
    let name = &circuit.name;
    let vk = &circuit.proving_key.vk;
    let refused = |error| ManifestError::VerifyingKey {
        circuit: name.clone(),
        error,
    };
    let public_inputs = vk.gamma_abc_g1.len().saturating_sub(1);
    super::check_vk(vk, public_inputs).map_err(refused)?;
    let mut proving_key = Vec::new();
    circuit
        .proving_key
        .serialize_uncompressed(&mut proving_key)
        .map_err(|_| ManifestError::ProvingKey(name.clone()))?;
    let verifying_key = encode_vk(vk).map_err(refused)?;
    let file = |suffix: &str, content: Vec<u8>| -> Result<_, ManifestError> {
        Ok((KeyFile::of(&format!("{name}.{suffix}"), &content)?, content))
    };
    let files = [
        file("r1cs", circuit.r1cs.clone())?,
        file("pk", proving_key)?,
        file("vk", verifying_key)?,
    ];
    let [r1cs, pk, vk] = files.each_ref().map(|(file, _)| file.clone());
    let entry = CircuitEntry {
        name: name.clone(),
        constraints: circuit.constraints,
        public_inputs,
        matrix_hash: circuit.matrix_hash,
        r1cs,
        proving_key: pk,
        verifying_key: vk,
    };
    Ok((entry, files))
}

/// Reads a file of at most `limit` bytes; `None` if it is longer.
fn read_limited(path: &std::path::Path, limit: u64) -> Result<Option<Vec<u8>>, std::io::Error> {
    let mut content = Vec::new();
    let read = File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut content)?;
    Ok((u64::try_from(read).is_ok_and(|read| read <= limit)).then_some(content))
}
