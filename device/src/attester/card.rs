//! The card that a holder shows: whether it is for this attester at all. Whose it is, only a person sees who compares the
//! mask with an ID.

use crate::wallet::NymCard;
use luyin_protocol::did::Did;
use luyin_protocol::signature::NetworkId;

/// Why a card is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardFault {
    /// Of another network.
    #[error("the holder's card is for another network")]
    OtherNetwork,
    /// For somebody else.
    #[error("the holder's card is for another attester")]
    OtherAttester,
}

impl CardFault {
    /// A stable name.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::OtherNetwork => "card_of_other_network",
            Self::OtherAttester => "card_for_other_attester",
        }
    }
}

/// Whether a card is for an attester of a network.
///
/// # Errors
/// [`CardFault`].
pub fn check_card(card: &NymCard, network: NetworkId, attester: Did) -> Result<(), CardFault> {
    if card.network != network {
        return Err(CardFault::OtherNetwork);
    }
    if card.attester != attester {
        return Err(CardFault::OtherAttester);
    }
    Ok(())
}
