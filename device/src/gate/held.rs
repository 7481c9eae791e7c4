//! The bundle that a gate holds, by the name of its file, and what was taken since.

use super::{GateError, Settings};
use luyin_protocol::gate::{Gate, GateList, ListError, SignedBundle, SignedList};
use luyin_protocol::signature::Sha256Hash;

/// A verified bundle at work.
pub(super) struct Held {
    pub(super) gate: Gate,
    /// SHA-256 of its file: lists name what they add to.
    pub(super) name: Sha256Hash,
}

impl Held {
    pub(super) fn verified(bytes: &[u8], settings: &Settings) -> Result<Self, GateError> {
        let bundle = SignedBundle::verified(bytes, &settings.network)?;
        Ok(Self {
            gate: Gate::new(bundle, settings.venue, settings.policy),
            name: Sha256Hash::of(bytes),
        })
    }

    pub(super) fn verify(&self, bytes: &[u8]) -> Result<GateList, ListError> {
        SignedList::verified(bytes, self.gate.bundle(), &self.name, self.gate.as_of())
    }

    /// Goes on with the list that stands beside the bundle's file. One of a bundle before is past its use.
    pub(super) fn resume(&mut self, bytes: &[u8]) -> Result<(), ListError> {
        match self.verify(bytes) {
            Ok(list) => self.gate.take_list(list),
            Err(ListError::OtherBundle) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
