//! Who a gate is.

use super::GateError;
use crate::files::Files;
use luyin_protocol::did::Did;
use luyin_protocol::signature::NetworkId;
use serde::{Deserialize, Serialize};

pub(super) const FILE: &str = "gate.json";

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
    pub(super) fn exist(files: &impl Files) -> Result<bool, GateError> {
        Ok(files.read(FILE)?.is_some())
    }

    pub(super) fn read(files: &impl Files) -> Result<Self, GateError> {
        let bytes = files.read(FILE)?.ok_or(GateError::NotSetUp)?;
        Ok(serde_json::from_slice(&bytes)?)
    }

    pub(super) fn write(&self, files: &impl Files) -> Result<(), GateError> {
        let text = serde_json::to_vec_pretty(self)?;
        Ok(files.replace(FILE, &text)?)
    }
}
