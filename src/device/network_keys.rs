//! The proving keys of a network in a directory, fetched where they are missing.

use crate::client::NodeClient;
use luyin_circuits::CircuitName;
use luyin_device::wallet::{ProvingKeys, WalletError, demanded, proving_key_files};
use luyin_keys::durable_file;
use luyin_keys::manifest::{KeyDirectory, Manifest, Mode, VkAllowList};
use luyin_protocol::network::{NetworkMode, NetworkParameters};
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

/// Keys that are the network's.
#[derive(Debug)]
pub struct NetworkKeys {
    directory: KeyDirectory,
}

fn prover_error(error: impl Display) -> WalletError {
    WalletError::Prover(error.to_string())
}

impl NetworkKeys {
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
        let keys = &parameters.verifying_keys;
        let allowed = CircuitName::ALL.map(|name| demanded(keys, name));
        let directory =
            KeyDirectory::open(path, mode, VkAllowList::new(allowed)).map_err(prover_error)?;
        proving_key_files(directory.manifest(), parameters)?;
        Ok(Self { directory })
    }

    /// The same, after fetching what is missing. `progress` hears of each file before it is fetched.
    ///
    /// # Errors
    /// Those of the node; [`WalletError::Prover`] for files that are not what the manifest says.
    pub fn fetch(
        node: &NodeClient,
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
        let text = node.keys_manifest()?;
        let json = std::str::from_utf8(&text).map_err(prover_error)?;
        let manifest = Manifest::from_json(json).map_err(prover_error)?;
        for circuit in manifest.circuits() {
            for file in [&circuit.verifying_key, &circuit.proving_key] {
                let target: PathBuf = path.join(&file.file);
                if fs::read(&target).is_ok_and(|bytes| file.check(&bytes).is_ok()) {
                    continue;
                }
                progress(&file.file);
                let bytes = node.keys_file(&file.file)?;
                file.check(&bytes).map_err(prover_error)?;
                durable_file::replace(&target, &bytes)?;
            }
        }
        // Last, so that a manifest never names what is not there.
        durable_file::replace(&path.join("manifest.json"), &text)?;
        Self::open(path, parameters)
    }

    fn is_complete(&self) -> bool {
        let circuits = self.directory.manifest().circuits();
        circuits
            .iter()
            .all(|circuit| self.directory.read(&circuit.proving_key).is_ok())
    }
}

impl ProvingKeys for NetworkKeys {
    fn proving_key(&self, name: CircuitName) -> Result<Vec<u8>, WalletError> {
        let circuit = self.directory.manifest().circuit(name.as_str());
        let file = &circuit.map_err(prover_error)?.proving_key;
        self.directory.read(file).map_err(prover_error)
    }
}
