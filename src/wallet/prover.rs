//! Proofs, behind a trait: a wallet's logic does not care where the proving keys come from.

use super::error::WalletError;
use luyin_circuits::absorb::{self, Absorb};
use luyin_circuits::checkin::{self, Checkin};
use luyin_circuits::enrol::{self, Enrol};
use luyin_circuits::groth16::{ProveError, ProverKey, prove};
use luyin_circuits::pass::{self, Pass};
use luyin_circuits::{CircuitName, Statement};
use luyin_keys::manifest::{KeyDirectory, Manifest, ManifestError, Mode, VkAllowList};
use luyin_protocol::network::{NetworkMode, NetworkParameters};
use luyin_protocol::signature::{ProofBytes, Sha256Hash};
use rand::rngs::OsRng;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Proves the four statements. A statement that is not true is refused by its first broken clause.
pub trait Prover {
    /// Protocol 5.2.
    fn enrol(
        &self,
        public: &enrol::Public,
        private: &enrol::Private,
    ) -> Result<ProofBytes, WalletError>;
    /// Protocol 5.4.
    fn checkin(
        &self,
        public: &checkin::Public,
        private: &checkin::Private,
    ) -> Result<ProofBytes, WalletError>;
    /// Protocol 5.5.
    fn absorb(
        &self,
        public: &absorb::Public,
        private: &absorb::Private,
    ) -> Result<ProofBytes, WalletError>;
    /// Protocol 5.6.
    fn pass(
        &self,
        public: &pass::Public,
        private: &pass::Private,
    ) -> Result<ProofBytes, WalletError>;
}

/// Proves with the keys of a directory, each loaded once and when first needed.
pub struct KeyProver {
    directory: KeyDirectory,
    enrol: OnceLock<ProverKey<Enrol>>,
    checkin: OnceLock<ProverKey<Checkin>>,
    absorb: OnceLock<ProverKey<Absorb>>,
    pass: OnceLock<ProverKey<Pass>>,
}

impl std::fmt::Debug for KeyProver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyProver(..)")
    }
}

/// Where key files come from.
pub trait KeySource {
    /// `manifest.json`.
    fn manifest(&self) -> Result<Vec<u8>, WalletError>;
    /// A file that the manifest names.
    fn file(&self, name: &str) -> Result<Vec<u8>, WalletError>;
}

impl KeySource for crate::client::NodeClient {
    fn manifest(&self) -> Result<Vec<u8>, WalletError> {
        Ok(self.keys_manifest()?)
    }
    fn file(&self, name: &str) -> Result<Vec<u8>, WalletError> {
        Ok(self.keys_file(name)?)
    }
}

fn prover_error(error: impl Display) -> WalletError {
    WalletError::Prover(error.to_string())
}

/// The hash that the network's founding data demand of a circuit's verifying key.
const fn demanded(parameters: &NetworkParameters, name: CircuitName) -> Sha256Hash {
    let keys = &parameters.verifying_keys;
    match name {
        CircuitName::Enrol => keys.enrol,
        CircuitName::Checkin => keys.checkin,
        CircuitName::Absorb => keys.absorb,
        CircuitName::Pass => keys.pass,
    }
}

impl KeyProver {
    /// Takes the keys in a directory, which must be the network's: a node that serves others could learn secrets
    /// from proofs made with them, or make them worthless.
    ///
    /// # Errors
    /// [`WalletError::Prover`].
    pub fn open(path: &Path, parameters: &NetworkParameters) -> Result<Self, WalletError> {
        let mode = match parameters.mode {
            NetworkMode::Production => Mode::Production,
            NetworkMode::Development => Mode::Development,
        };
        let allowed = CircuitName::ALL.map(|name| demanded(parameters, name));
        let directory =
            KeyDirectory::open(path, mode, VkAllowList::new(allowed)).map_err(prover_error)?;
        for name in CircuitName::ALL {
            let found = directory
                .manifest()
                .circuit(name.as_str())
                .map_err(prover_error)?;
            if found.verifying_key.sha256 != demanded(parameters, name) {
                return Err(prover_error(ManifestError::NotAllowed(name.to_string())));
            }
        }
        Ok(Self {
            directory,
            enrol: OnceLock::new(),
            checkin: OnceLock::new(),
            absorb: OnceLock::new(),
            pass: OnceLock::new(),
        })
    }

    /// The same, after fetching what is missing. `progress` hears of each file before it is fetched.
    ///
    /// # Errors
    /// Those of the source; [`WalletError::Prover`] for files that are not what the manifest says.
    pub fn fetch(
        source: &impl KeySource,
        path: &Path,
        parameters: &NetworkParameters,
        mut progress: impl FnMut(&str),
    ) -> Result<Self, WalletError> {
        if let Ok(complete) = Self::open(path, parameters)
            && complete.is_complete()
        {
            return Ok(complete);
        }
        fs::create_dir_all(path)?;
        let text = source.manifest()?;
        let json = std::str::from_utf8(&text).map_err(prover_error)?;
        let manifest = Manifest::from_json(json).map_err(prover_error)?;
        for circuit in manifest.circuits() {
            for file in [&circuit.verifying_key, &circuit.proving_key] {
                let target: PathBuf = path.join(&file.file);
                if fs::read(&target).is_ok_and(|bytes| file.check(&bytes).is_ok()) {
                    continue;
                }
                progress(&file.file);
                let bytes = source.file(&file.file)?;
                file.check(&bytes).map_err(prover_error)?;
                luyin_keys::durable_file::replace(&target, &bytes)?;
            }
        }
        // Last, so that a manifest never names what is not there.
        luyin_keys::durable_file::replace(&path.join("manifest.json"), &text)?;
        Self::open(path, parameters)
    }

    fn is_complete(&self) -> bool {
        let circuits = self.directory.manifest().circuits();
        circuits
            .iter()
            .all(|circuit| self.directory.read(&circuit.proving_key).is_ok())
    }

    fn with<S: Statement>(
        &self,
        slot: &OnceLock<ProverKey<S>>,
        public: &S::Public,
        private: &S::Private,
    ) -> Result<ProofBytes, WalletError> {
        // What is not true needs no key to be refused.
        S::check(public, private).map_err(|clause| WalletError::Unprovable(clause.to_string()))?;
        if slot.get().is_none() {
            let name = S::NAME.as_str();
            let key = self.directory.proving_key(name).map_err(prover_error)?;
            let _ = slot.set(ProverKey::new(key).map_err(prover_error)?);
        }
        let key = slot.get().ok_or_else(|| prover_error("no key"))?;
        match prove(key, public, private, &mut OsRng) {
            Ok(proof) => Ok(ProofBytes::from(&proof)),
            Err(ProveError::Broken(clause)) => Err(WalletError::Unprovable(clause.to_string())),
            Err(failed) => Err(prover_error(failed)),
        }
    }
}

impl Prover for KeyProver {
    fn enrol(
        &self,
        public: &enrol::Public,
        private: &enrol::Private,
    ) -> Result<ProofBytes, WalletError> {
        self.with(&self.enrol, public, private)
    }
    fn checkin(
        &self,
        public: &checkin::Public,
        private: &checkin::Private,
    ) -> Result<ProofBytes, WalletError> {
        self.with(&self.checkin, public, private)
    }
    fn absorb(
        &self,
        public: &absorb::Public,
        private: &absorb::Private,
    ) -> Result<ProofBytes, WalletError> {
        self.with(&self.absorb, public, private)
    }
    fn pass(
        &self,
        public: &pass::Public,
        private: &pass::Private,
    ) -> Result<ProofBytes, WalletError> {
        self.with(&self.pass, public, private)
    }
}
