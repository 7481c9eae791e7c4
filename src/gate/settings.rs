//! Who a gate is.

use super::GateError;
use luyin_keys::durable_file;
use luyin_protocol::did::Did;
use luyin_protocol::signature::NetworkId;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;

const FILE: &str = "gate.json";

/// The gate's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The ledger it was set up for.
    pub network: NetworkId,
    /// The gate's own DID, under which it files records.
    pub gate: Did,
    /// The organisation whose venue it guards.
    pub venue: Did,
    /// The policy it asks for.
    pub policy: u16,
    /// The node it connects to.
    pub node: String,
}

impl Settings {
    pub(super) fn exist(directory: &Path) -> bool {
        directory.join(FILE).exists()
    }

    pub(super) fn read(directory: &Path) -> Result<Self, GateError> {
        match fs::read(directory.join(FILE)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(GateError::NotSetUp(directory.to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn write(&self, directory: &Path) -> Result<(), GateError> {
        let text = serde_json::to_vec_pretty(self)?;
        Ok(durable_file::replace(&directory.join(FILE), &text)?)
    }
}
