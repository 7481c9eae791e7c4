//! The register of certificates that were used: each for one holder's card, so that one certificate cannot be lent to ten
//! people. It holds the attestation that was made of it and no name; file names tell nothing without the passphrase.
//!
//! Order: the entry is durable before anything is posted. A crash before it leaves nothing; one after it leaves an entry that
//! the same card takes up again, with the same attestation; no other card ever does.

use std::path::Path;

use luyin_certificates::evidence::Mark;
use luyin_device::wallet::HeldAttestation;
use luyin_keys::sealed::{Secret, Strength};
use serde::{Deserialize, Serialize};

use crate::cli::sealed_register::{Created, Labels, RegisterError, SealedRegister};

const LABELS: Labels = Labels {
    key: b"luyin/v1/used-certificates-key",
    entry: b"luyin/v1/used-certificates-entry/",
    name: b"luyin/v1/used-certificates-name\0",
    ending: "used",
};

/// How far an attestation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Progress {
    /// About to be posted; after a crash the ledger knows more.
    Begun,
    /// On the ledger.
    Posted {
        /// its entry, where that is known
        entry: Option<u64>,
    },
}

/// What a certificate was used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// The attestation for its holder.
    pub held: HeldAttestation,
    /// How far it came.
    #[serde(flatten)]
    pub progress: Progress,
}

/// The register, opened.
#[derive(Debug)]
pub struct UsedCertificates(SealedRegister);

impl UsedCertificates {
    /// Opens the register in `directory`, or begins one there.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn open(
        directory: &Path,
        secret: &Secret,
        strength: Strength,
    ) -> Result<Self, RegisterError> {
        SealedRegister::open(directory, LABELS, secret, strength).map(Self)
    }

    /// What a certificate was used for, if it was.
    ///
    /// # Errors
    /// [`RegisterError`]; a damaged entry is never taken for none.
    pub fn of(&self, mark: &Mark) -> Result<Option<Use>, RegisterError> {
        let entry = self.0.read(&self.0.name(mark.as_bytes()))?;
        let read = |plain: &[u8]| serde_json::from_slice(plain).map_err(|_| RegisterError::Damaged);
        entry.map(|plain| read(&plain)).transpose()
    }

    /// Claims a certificate for an attestation. [`Created::No`] where it was claimed before, perhaps at this moment.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn claim(&self, mark: &Mark, held: &HeldAttestation) -> Result<Created, RegisterError> {
        let begun = Use {
            held: held.clone(),
            progress: Progress::Begun,
        };
        self.0
            .create(&self.0.name(mark.as_bytes()), &bytes(&begun)?)
    }

    /// Notes that it is on the ledger.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn posted(&self, mark: &Mark, posted: &Use) -> Result<(), RegisterError> {
        self.0.write(&self.0.name(mark.as_bytes()), &bytes(posted)?)
    }

    /// Gives a claim back of which nothing came: only for who claimed it in this run and was refused by the ledger.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn give_back(&self, mark: &Mark) -> Result<(), RegisterError> {
        self.0.remove(&self.0.name(mark.as_bytes()))
    }
}

fn bytes(entry: &Use) -> Result<Vec<u8>, RegisterError> {
    serde_json::to_vec(entry).map_err(|_| RegisterError::Damaged)
}
