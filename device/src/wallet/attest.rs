//! What passes between a holder and an attester: the holder's name in the attester's scope, and the attestation.

use super::{HeldAttestation, Vault, Wallet, WalletError};
use luyin_protocol::did::Did;
use luyin_protocol::field::Nym;
use luyin_protocol::note::Mask;
use luyin_protocol::scope;
use luyin_protocol::signature::NetworkId;
use luyin_protocol::time::Day;
use serde::{Deserialize, Serialize};

/// So many that are gone are kept.
const GONE: usize = 10;

/// What a holder shows an attester, who compares the mask with the ID and binds the attestation to the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NymCard {
    /// For which ledger.
    pub network: NetworkId,
    /// For whom.
    pub attester: Did,
    /// The day of the scope.
    pub day: Day,
    /// The holder's name in it; another attester, or another day, sees another.
    pub nym: Nym,
    /// Surname index and last two digits.
    pub mask: Mask,
}

impl<V: Vault> Wallet<V> {
    /// The card for an attester.
    ///
    /// # Errors
    /// Those of finding the person.
    pub fn nym_card(
        &self,
        label: Option<&str>,
        attester: Did,
        day: Day,
    ) -> Result<NymCard, WalletError> {
        let person = self.content.person(label)?;
        let network = self.network();
        let scope = scope::attester_day(&network, &attester, day);
        Ok(NymCard {
            network,
            attester,
            day,
            nym: scope::nym(&person.secret(), scope),
            mask: person.mask,
        })
    }

    /// Keeps an attestation until it is absorbed. One that is kept already is not kept twice.
    ///
    /// # Errors
    /// [`WalletError::Attestation`] where it is not about this person, or not by that attester.
    pub fn receive(
        &mut self,
        label: Option<&str>,
        held: HeldAttestation,
    ) -> Result<(), WalletError> {
        let card = self.nym_card(label, held.attester, held.scope_day)?;
        let attestation = &held.attestation.0;
        if attestation.binding != card.nym {
            return Err(WalletError::Attestation(
                "it is about somebody else, or another day's card",
            ));
        }
        if attestation.issuer != held.attester.issuer() {
            return Err(WalletError::Attestation(
                "it is by another attester than it says",
            ));
        }
        let person = self.content.person_mut(label)?;
        person.gone.retain(|gone| *gone != held);
        if !person.attestations.contains(&held) {
            person.attestations.push(held);
        }
        self.save()
    }

    /// Sets aside what the ledger has no more, so that those behind it are absorbed. It is not thrown away: a node may be
    /// wrong, and it can be received again.
    pub(super) fn set_aside(
        &mut self,
        label: Option<&str>,
        gone: HeldAttestation,
    ) -> Result<(), WalletError> {
        let person = self.content.person_mut(label)?;
        person.attestations.retain(|held| *held != gone);
        person.gone.retain(|held| *held != gone);
        person.gone.push(gone);
        let surplus = person.gone.len().saturating_sub(GONE);
        person.gone.drain(..surplus);
        self.save()
    }
}
