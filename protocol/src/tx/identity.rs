use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::did::{Did, DidDocument, DocumentHash};
use crate::signature::Signature;

/// A first document, signed by its own controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DidCreate {
    /// The document; its hash is the identifier.
    pub document: DidDocument,
    /// By the document's controller over [`DidCreate::body`].
    pub signature: Signature,
}

/// A new version, signed by the controller of the previous one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DidUpdate {
    /// Whose.
    pub did: Did,
    /// Hash of the version that this one follows.
    pub previous: DocumentHash,
    /// The new version.
    pub document: DidDocument,
    /// By the previous version's controller over [`DidUpdate::body`].
    pub signature: Signature,
}

/// The end of an identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DidDeactivate {
    /// Whose.
    pub did: Did,
    /// Hash of the version that it ends.
    pub previous: DocumentHash,
    /// By that version's controller over [`DidDeactivate::body`].
    pub signature: Signature,
}

impl DidCreate {
    /// What is signed.
    #[must_use]
    pub fn body(document: &DidDocument) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(16).value(document);
        w.finish()
    }
}

impl DidUpdate {
    /// What is signed.
    #[must_use]
    pub fn body(did: &Did, previous: &DocumentHash, document: &DidDocument) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(17).value(did).value(previous).value(document);
        w.finish()
    }
}

impl DidDeactivate {
    /// What is signed.
    #[must_use]
    pub fn body(did: &Did, previous: &DocumentHash) -> Vec<u8> {
        let mut w = Writer::default();
        w.u8(18).value(did).value(previous);
        w.finish()
    }
}

impl Canonical for DidCreate {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.document).value(&self.signature);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            document: r.value()?,
            signature: r.value()?,
        })
    }
}

impl Canonical for DidUpdate {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.did)
            .value(&self.previous)
            .value(&self.document)
            .value(&self.signature);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            did: r.value()?,
            previous: r.value()?,
            document: r.value()?,
            signature: r.value()?,
        })
    }
}

impl Canonical for DidDeactivate {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.did)
            .value(&self.previous)
            .value(&self.signature);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            did: r.value()?,
            previous: r.value()?,
            signature: r.value()?,
        })
    }
}
