//! The newest document of an identifier, out of the log's entry that bears it.

use super::{ClientError, NodeClient, Transport};
use luyin_protocol::did::{Did, DidDocument};
use luyin_protocol::tx::{Entry, Tx};

/// Why an identifier was not resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The node.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The identifier has ended.
    #[error("{0} is deactivated; the organisation needs a new DID and accreditation")]
    Deactivated(Did),
    /// The node's answer cannot be followed.
    #[error("the node's answer about {0} cannot be read")]
    Resolution(Did),
}

/// The newest version of a document.
#[derive(Debug, Clone)]
pub struct CurrentDocument {
    /// The version itself.
    pub document: DidDocument,
    /// The resolution result, for showing.
    pub resolution: serde_json::Value,
}

impl<T: Transport> NodeClient<T> {
    /// Resolves a DID to the canonical bytes of its newest document, out of the entry that the resolution names.
    ///
    /// # Errors
    /// [`ResolveError`].
    pub fn current_document(&self, did: Did) -> Result<CurrentDocument, ResolveError> {
        let resolution = self.resolve(&did, "")?;
        let metadata = &resolution["didDocumentMetadata"];
        if metadata["deactivated"] == true {
            return Err(ResolveError::Deactivated(did));
        }
        let entry = metadata["proof"]["entry"].as_u64();
        let entry = entry.ok_or(ResolveError::Resolution(did))?;
        let document = match self.entry(entry)?.bytes.0 {
            Entry::Tx(tx) => match *tx {
                Tx::DidCreate(create) if Did::of(&create.document) == did => create.document,
                Tx::DidUpdate(update) if update.did == did => update.document,
                _ => return Err(ResolveError::Resolution(did)),
            },
            _ => return Err(ResolveError::Resolution(did)),
        };
        Ok(CurrentDocument {
            document,
            resolution,
        })
    }
}
