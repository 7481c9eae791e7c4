//! From bodies to the ledger and back: an attester signs what it states, and what it takes back.

use crate::client::{ClientError, Receipt};
use luyin_protocol::attestation::AttestationKind;
use luyin_protocol::did::Did;
use luyin_protocol::field::{AttestationBody, AttestationLeaf};
use luyin_protocol::signature::Signature;
use luyin_protocol::time::Day;
use luyin_protocol::tx::{Attest, AttestWithdrawn, Tx};

/// What an attester issues with.
pub struct Desk<'a> {
    /// The attester.
    pub did: Did,
    /// Signs transactions' bodies.
    pub sign: &'a dyn Fn(&[u8]) -> Signature,
    /// Posts to the ledger.
    pub post: &'a dyn Fn(&Tx) -> Result<Receipt, ClientError>,
}

impl Desk<'_> {
    /// Signs bodies of one kind and posts them as one batch.
    ///
    /// # Errors
    /// Those of the ledger.
    pub fn attest(
        &self,
        kind: AttestationKind,
        bodies: Vec<AttestationBody>,
    ) -> Result<Receipt, ClientError> {
        let body = Attest::body(&self.did, kind, &bodies);
        (self.post)(&Tx::Attest(Attest {
            issuer: self.did,
            kind,
            bodies,
            signature: (self.sign)(&body),
        }))
    }

    /// Takes leaves of a day's tree back, as one batch.
    ///
    /// # Errors
    /// Those of the ledger.
    pub fn withdraw(
        &self,
        day: Day,
        leaves: Vec<AttestationLeaf>,
        reason: &str,
    ) -> Result<Receipt, ClientError> {
        let body = AttestWithdrawn::body(&self.did, day, &leaves, reason);
        (self.post)(&Tx::AttestWithdrawn(AttestWithdrawn {
            issuer: self.did,
            day,
            leaves,
            reason: reason.to_owned(),
            signature: (self.sign)(&body),
        }))
    }
}

/// Nothing of it is on the ledger, and nothing will be: the ledger refused it, and did not merely take too long.
#[must_use]
pub fn is_final(error: &ClientError) -> bool {
    const TIMEOUT: u16 = 408;
    let status = error.status();
    status.is_some_and(|status| (400..500).contains(&status) && status != TIMEOUT)
}
