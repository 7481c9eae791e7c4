use crate::codec::{Canonical, DecodeError, Reader, Writer};
use crate::escrow::{TrusteeSignature, distinct};
use crate::network::{NetworkParameters, RELEASES_NEEDED, TRUSTEES};
use crate::risk::DayRelease;
use crate::signature::{BadSignature, Domain, NetworkId};

/// A day's values with the trustees' signatures over them (domain `Release`): a transaction, and what gates and wallets hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The values.
    pub values: DayRelease,
    /// At least three, by rising index.
    pub signatures: Vec<TrusteeSignature>,
}

impl Release {
    /// Checks that three distinct trustees of the network signed; further signatures must hold too.
    ///
    /// # Errors
    /// [`BadSignature`].
    pub fn verify(
        &self,
        network: &NetworkId,
        parameters: &NetworkParameters,
    ) -> Result<(), BadSignature> {
        let Self { values, signatures } = self;
        if signatures.len() < RELEASES_NEEDED || !distinct(signatures) {
            return Err(BadSignature);
        }
        let body = values.to_vec();
        signatures.iter().try_for_each(|s| {
            let trustee = parameters.trustees.get(s.trustee.position());
            let key = trustee.ok_or(BadSignature)?.sign;
            key.verify(Domain::Release, network, &body, &s.signature)
        })
    }
}

impl Canonical for Release {
    fn encode(&self, w: &mut Writer) {
        w.value(&self.values).sequence(&self.signatures);
    }
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            values: r.value()?,
            signatures: r.sequence(TRUSTEES, "signatures")?,
        })
    }
}
