//! Proofs, behind a trait: a wallet's logic does not care where the proving keys come from.

use super::error::WalletError;
use luyin_circuits::absorb::{self, Absorb};
use luyin_circuits::checkin::{self, Checkin};
use luyin_circuits::enrol::{self, Enrol};
use luyin_circuits::groth16::{ProveError, ProverKey, prove};
use luyin_circuits::pass::{self, Pass};
use luyin_circuits::{CircuitName, Statement};
use luyin_keys::manifest::{KeyFile, Manifest, ManifestError, Mode, encode_vk};
use luyin_protocol::network::{NetworkMode, NetworkParameters, VerifyingKeys};
use luyin_protocol::signature::{ProofBytes, Sha256Hash};
use rand::rngs::OsRng;
use std::fmt::Display;
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

/// Where proving keys come from.
pub trait ProvingKeys {
    /// The bytes of a statement's proving key, whose hash was compared with its manifest's.
    ///
    /// # Errors
    /// [`WalletError::Prover`].
    fn proving_key(&self, name: CircuitName) -> Result<Vec<u8>, WalletError>;
}

/// Proves with keys that are each loaded once and when first needed. They must be those that the network's founding data
/// demand: keys of another's making could learn secrets from proofs, or make them worthless.
pub struct KeyProver<K> {
    keys: K,
    demanded: VerifyingKeys,
    enrol: OnceLock<ProverKey<Enrol>>,
    checkin: OnceLock<ProverKey<Checkin>>,
    absorb: OnceLock<ProverKey<Absorb>>,
    pass: OnceLock<ProverKey<Pass>>,
}

impl<K> std::fmt::Debug for KeyProver<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyProver(..)")
    }
}

fn prover_error(error: impl Display) -> WalletError {
    WalletError::Prover(error.to_string())
}

/// The hash that the network's founding data demand of a circuit's verifying key.
#[must_use]
pub const fn demanded(keys: &VerifyingKeys, name: CircuitName) -> Sha256Hash {
    match name {
        CircuitName::Enrol => keys.enrol,
        CircuitName::Checkin => keys.checkin,
        CircuitName::Absorb => keys.absorb,
        CircuitName::Pass => keys.pass,
    }
}

impl<K: ProvingKeys> KeyProver<K> {
    /// A prover for a network that has loaded nothing yet.
    pub const fn new(keys: K, parameters: &NetworkParameters) -> Self {
        Self {
            keys,
            demanded: parameters.verifying_keys,
            enrol: OnceLock::new(),
            checkin: OnceLock::new(),
            absorb: OnceLock::new(),
            pass: OnceLock::new(),
        }
    }

    fn load<S: Statement>(&self) -> Result<ProverKey<S>, WalletError> {
        let bytes = self.keys.proving_key(S::NAME)?;
        let key = ProverKey::<S>::from_hash_checked_bytes(&bytes).map_err(prover_error)?;
        let verifying = encode_vk(key.verifying_key()).map_err(prover_error)?;
        if Sha256Hash::of(&verifying) == demanded(&self.demanded, S::NAME) {
            Ok(key)
        } else {
            let name = S::NAME.to_string();
            Err(prover_error(ManifestError::NotAllowed(name)))
        }
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
            let _ = slot.set(self.load::<S>()?);
        }
        let key = slot.get().ok_or_else(|| prover_error("no key"))?;
        match prove(key, public, private, &mut OsRng) {
            Ok(proof) => Ok(ProofBytes::from(&proof)),
            Err(ProveError::Broken(clause)) => Err(WalletError::Unprovable(clause.to_string())),
            Err(failed) => Err(prover_error(failed)),
        }
    }
}

impl<K: ProvingKeys> Prover for KeyProver<K> {
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

/// Key files that a wallet needs of a node: one for each statement, the manifest checked against the network.
///
/// # Errors
/// [`WalletError::Prover`] where the manifest is not the network's.
pub fn proving_key_files(
    manifest: &Manifest,
    parameters: &NetworkParameters,
) -> Result<Vec<(CircuitName, KeyFile)>, WalletError> {
    let mode = match parameters.mode {
        NetworkMode::Production => Mode::Production,
        NetworkMode::Development => Mode::Development,
    };
    manifest.check_mode(mode).map_err(prover_error)?;
    let mut files = Vec::new();
    for name in CircuitName::ALL {
        let circuit = manifest.circuit(name.as_str()).map_err(prover_error)?;
        if circuit.verifying_key.sha256 != demanded(&parameters.verifying_keys, name) {
            return Err(prover_error(ManifestError::NotAllowed(name.to_string())));
        }
        files.push((name, circuit.proving_key.clone()));
    }
    Ok(files)
}
