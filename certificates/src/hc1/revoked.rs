//! Revoked certificates, by the three hashes that the EU's revocation lists use.

use std::collections::BTreeSet;

use super::certificate::Certificate;
use super::envelope::Envelope;

/// The first half of a SHA-256.
type Mark = [u8; 16];

/// Hashes of signatures, of identifiers, and of a country with an identifier.
#[derive(Clone, Debug, Default)]
pub struct RevocationList {
    marks: BTreeSet<Mark>,
}

impl RevocationList {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a hash as a published list gives it.
    pub fn add(&mut self, mark: [u8; 16]) {
        self.marks.insert(mark);
    }

    /// Adds the certificate with this unique identifier.
    pub fn add_identifier(&mut self, identifier: &str) {
        self.add(mark(&[identifier.as_bytes()]));
    }

    /// Adds the certificate with this unique identifier if this country issued it.
    pub fn add_identifier_of(&mut self, country: &str, identifier: &str) {
        self.add(mark(&[country.as_bytes(), identifier.as_bytes()]));
    }

    pub(super) fn holds(&self, certificate: &Certificate, envelope: &Envelope) -> bool {
        if self.marks.is_empty() {
            return false;
        }
        let country = certificate.issuer().unwrap_or_default().as_bytes();
        self.marks.contains(&mark(&[envelope.signature_mark()]))
            || certificate.identifiers().any(|identifier| {
                let identifier = identifier.as_bytes();
                self.marks.contains(&mark(&[identifier]))
                    || self.marks.contains(&mark(&[country, identifier]))
            })
    }
}

fn mark(parts: &[&[u8]]) -> Mark {
    let hash = ring::digest::digest(&ring::digest::SHA256, &parts.concat());
    let mut mark = Mark::default();
    for (byte, hashed) in mark.iter_mut().zip(hash.as_ref()) {
        *byte = *hashed;
    }
    mark
}
