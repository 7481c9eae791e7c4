//! Which proving and verifying keys are in use: a manifest that names every file by size and hash, and the checks a
//! verifying key passes before anything is verified with it.
//!
//! A development key is made by one machine, so whoever ran it can forge. The manifest says which kind it is,
//! and production refuses it; so that a forged manifest gains nothing, production also asks that the verifying key's
//! hash stands on an allow-list that comes with the configuration, not with the keys.

mod directory;
mod verifying_key;

use luyin_protocol::signature::Sha256Hash;
use serde::{Deserialize, Serialize};

pub use self::directory::{CircuitKeys, KeyDirectory};
pub use self::verifying_key::{VkAllowList, VkError, check_vk, decode_vk, encode_vk};

/// The one version of the manifest that this build reads.
pub const SCHEMA: u32 = 1;
const CURVE: &str = "bn254";
const MAX_FILE_NAME: usize = 80;

/// Why a manifest, or a file it names, was refused.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not the JSON of a manifest.
    #[error("malformed manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// A schema or curve that this build does not know.
    #[error("manifest schema or curve is not supported")]
    Unsupported,
    /// Two circuits of one name, or none at all.
    #[error("circuit names are empty or repeat")]
    BadNames,
    /// A file name that is not a plain name, for instance one that leads out of the directory.
    #[error("{0:?} is no plain file name")]
    BadFileName(String),
    /// A production manifest must name the transcript of its ceremony, a development one must not.
    #[error("the ceremony transcript does not fit the kind of keys")]
    BadTranscript,
    /// Development keys in production.
    #[error("development keys are refused in production")]
    DevelopmentKeys,
    /// Keys whose trapdoor a bench keeps, outside a bench.
    #[error("keys of a bench are refused outside it")]
    BenchKeys,
    /// The manifest has no such circuit.
    #[error("no circuit {0:?} in the manifest")]
    UnknownCircuit(String),
    /// A file has another size than the manifest says.
    #[error("{0} has another size than the manifest says")]
    WrongSize(String),
    /// A file has another hash than the manifest says.
    #[error("{0} has another hash than the manifest says")]
    WrongHash(String),
    /// The verifying key is not on the allow-list.
    #[error("the verifying key of {0} is not allowed")]
    NotAllowed(String),
    /// The verifying key is not fit for use.
    #[error("verifying key of {circuit}: {error}")]
    VerifyingKey {
        /// Name of the circuit.
        circuit: String,
        /// What is wrong.
        error: VkError,
    },
    /// The proving key cannot be decoded, or does not contain the verifying key.
    #[error("the proving key of {0} is malformed")]
    ProvingKey(String),
    /// Reading or writing failed.
    #[error("key files: {0}")]
    Io(#[from] std::io::Error),
}

/// Whether development keys may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Keys of a ceremony, on the allow-list, and nothing else.
    Production,
    /// Keys of a ceremony or of one machine; the allow-list is not asked.
    Development,
    /// Any keys, those of a bench too.
    Bench,
}

/// Where keys come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// A ceremony; the hash of its transcript.
    Ceremony(Sha256Hash),
    /// One machine, which threw its randomness away.
    Development,
    /// A bench, which keeps the trapdoor so as to simulate proofs: whoever runs it can prove anything.
    Bench,
}

/// A file by name, size and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// Plain name inside the manifest's directory.
    pub file: String,
    /// Length in bytes.
    pub size: u64,
    /// SHA-256 of the content.
    pub sha256: Sha256Hash,
}

impl KeyFile {
    /// Describes content under a name.
    pub fn of(file: &str, content: &[u8]) -> Result<Self, ManifestError> {
        let described = Self {
            file: file.to_owned(),
            size: content.len().try_into().unwrap_or(u64::MAX),
            sha256: Sha256Hash::of(content),
        };
        described.check_name()?;
        Ok(described)
    }

    /// Whether `content` is what the manifest says.
    pub fn check(&self, content: &[u8]) -> Result<(), ManifestError> {
        if u64::try_from(content.len()) != Ok(self.size) {
            Err(ManifestError::WrongSize(self.file.clone()))
        } else if Sha256Hash::of(content) != self.sha256 {
            Err(ManifestError::WrongHash(self.file.clone()))
        } else {
            Ok(())
        }
    }

    /// Lowercase letters, digits, `-`, `_` and `.`, not first; so neither a separator nor `..` can stand in it.
    fn check_name(&self) -> Result<(), ManifestError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
        let begins_well = self
            .file
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric());
        if begins_well && self.file.bytes().all(plain) && self.file.len() <= MAX_FILE_NAME {
            Ok(())
        } else {
            Err(ManifestError::BadFileName(self.file.clone()))
        }
    }
}

/// One circuit and its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CircuitEntry {
    /// Name of the statement: enrol, checkin, absorb, pass.
    pub name: String,
    /// Number of constraints.
    pub constraints: u64,
    /// Number of public inputs, the constant one not included.
    pub public_inputs: usize,
    /// Hash of the constraint matrices.
    pub matrix_hash: Sha256Hash,
    /// The constraint system in the iden3 format.
    pub r1cs: KeyFile,
    /// The proving key, uncompressed arkworks bytes.
    pub proving_key: KeyFile,
    /// The verifying key, compressed arkworks bytes.
    pub verifying_key: KeyFile,
}

/// The manifest of one set of keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    schema: u32,
    curve: String,
    development: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    bench: bool,
    ceremony_transcript: Option<Sha256Hash>,
    circuits: Vec<CircuitEntry>,
}

impl Manifest {
    /// A manifest of keys of one provenance.
    pub fn new(provenance: Provenance, circuits: Vec<CircuitEntry>) -> Result<Self, ManifestError> {
        let ceremony_transcript = match provenance {
            Provenance::Ceremony(transcript) => Some(transcript),
            Provenance::Development | Provenance::Bench => None,
        };
        let manifest = Self {
            schema: SCHEMA,
            curve: CURVE.to_owned(),
            development: ceremony_transcript.is_none(),
            bench: provenance == Provenance::Bench,
            ceremony_transcript,
            circuits,
        };
        manifest.check()?;
        Ok(manifest)
    }

    /// Reads and checks `manifest.json`.
    pub fn from_json(text: &str) -> Result<Self, ManifestError> {
        let manifest: Self = serde_json::from_str(text)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Writes `manifest.json`.
    pub fn to_json(&self) -> Result<String, ManifestError> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// Refuses development keys in production, and a bench's keys outside a bench.
    pub fn check_mode(&self, mode: Mode) -> Result<(), ManifestError> {
        match mode {
            Mode::Production if self.development => Err(ManifestError::DevelopmentKeys),
            Mode::Production | Mode::Development if self.bench => Err(ManifestError::BenchKeys),
            Mode::Production | Mode::Development | Mode::Bench => Ok(()),
        }
    }

    /// Whether these keys were made without a ceremony.
    pub fn is_development(&self) -> bool {
        self.development
    }

    /// Hash of the ceremony's transcript.
    pub fn ceremony_transcript(&self) -> Option<&Sha256Hash> {
        self.ceremony_transcript.as_ref()
    }

    /// Every circuit.
    pub fn circuits(&self) -> &[CircuitEntry] {
        &self.circuits
    }

    /// One circuit by name.
    pub fn circuit(&self, name: &str) -> Result<&CircuitEntry, ManifestError> {
        self.circuits
            .iter()
            .find(|circuit| circuit.name == name)
            .ok_or_else(|| ManifestError::UnknownCircuit(name.to_owned()))
    }

    fn check(&self) -> Result<(), ManifestError> {
        if self.schema != SCHEMA || self.curve != CURVE {
            return Err(ManifestError::Unsupported);
        }
        let unclear = self.bench && !self.development;
        if unclear || self.development == self.ceremony_transcript.is_some() {
            return Err(ManifestError::BadTranscript);
        }
        let mut names: Vec<&str> = self.circuits.iter().map(|c| c.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() != self.circuits.len() || names.first().is_none_or(|n| n.is_empty()) {
            return Err(ManifestError::BadNames);
        }
        self.circuits
            .iter()
            .flat_map(|c| [&c.r1cs, &c.proving_key, &c.verifying_key])
            .try_for_each(KeyFile::check_name)
    }
}

#[cfg(test)]
mod tests;
