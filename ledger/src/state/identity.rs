//! Identifiers: every version of their documents, by number and by time.

use super::record::{Version, records};
use super::{Place, State, StateError, keys};
use crate::log::merkle::EntryIndex;
use crate::store::Height;
use luyin_protocol::did::{Did, DidDocument, DocumentHash};
use luyin_protocol::time::Timestamp;

records! {
    /// The newest version.
    DidHead {
        /// Its number.
        newest: Version,
        /// Its hash, which the next version names.
        hash: DocumentHash,
    }

    /// One version.
    DidVersion {
        /// The document.
        document: DidDocument,
        /// Since when it holds.
        time: Timestamp,
        /// In which block.
        height: Height,
        /// Its entry.
        entry: EntryIndex,
    }

    /// A deactivation.
    DidEnd {
        /// Since when.
        time: Timestamp,
        /// In which block.
        height: Height,
        /// Its entry.
        entry: EntryIndex,
    }
}

/// What an identifier resolves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A version that holds.
    Active(Version, Box<DidVersion>),
    /// It is deactivated.
    Deactivated(DidEnd),
    /// There was none at that time, or there is none at all.
    Unknown,
}

impl State<'_> {
    /// What an identifier resolves to now.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn resolve(&self, did: Did) -> Result<Resolution, StateError> {
        if let Some(end) = self.get(&keys::did_end(did))? {
            return Ok(Resolution::Deactivated(end));
        }
        let Some(head) = self.get(&keys::did_head(did))? else {
            return Ok(Resolution::Unknown);
        };
        let version = self.get(&keys::did_version(did, head.newest))?;
        let version = version.ok_or(StateError::Contradiction("a head without its version"))?;
        Ok(Resolution::Active(head.newest, Box::new(version)))
    }

    /// What it resolved to at a time.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn resolve_at(&self, did: Did, time: Timestamp) -> Result<Resolution, StateError> {
        if let Some(end) = self.get(&keys::did_end(did))?.filter(|e| e.time <= time) {
            return Ok(Resolution::Deactivated(end));
        }
        let versions = self.all(&keys::did_versions(did))?;
        let held = versions.into_iter().rev().find(|(_, v)| v.time <= time);
        Ok(held.map_or(Resolution::Unknown, |(number, version)| {
            Resolution::Active(number, Box::new(version))
        }))
    }

    pub(crate) fn put_document(
        &mut self,
        did: Did,
        version: Version,
        document: DidDocument,
        at: Place,
    ) {
        let head = DidHead {
            newest: version,
            hash: document.hash(),
        };
        let Place {
            entry,
            height,
            time,
        } = at;
        let version_record = DidVersion {
            document,
            time,
            height,
            entry,
        };
        self.put(&keys::did_head(did), &head);
        self.put(&keys::did_version(did, version), &version_record);
    }

    pub(crate) fn put_end(&mut self, did: Did, at: Place) {
        let Place {
            entry,
            height,
            time,
        } = at;
        let end = DidEnd {
            time,
            height,
            entry,
        };
        self.put(&keys::did_end(did), &end);
    }
}
