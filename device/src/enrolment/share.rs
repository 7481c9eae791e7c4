//! An escrow share on its way from the wallet through the registrar to its trustee.
//!
//! The wallet seals before the person's identifier is known, so the seal binds the network, the trustee and the owner,
//! not the hash of the whole enrolment. What the trustee opens must open the commitment of the enrolment it acknowledges.

use luyin_keys::escrow::Share;
use luyin_keys::seal_key::{OVERHEAD, SealKey, SealKeyError, seal_to};
use luyin_protocol::escrow::TrusteeIndex;
use luyin_protocol::field::Owner;
use luyin_protocol::signature::{NetworkId, SealPublicKey};
use rand::{CryptoRng, RngCore};

const INFO: &[u8] = b"luyin/v1/escrow-share/owner";
/// Length of a sealed share.
pub const SHARE_SEALED_LEN: usize = Share::LEN + OVERHEAD;

/// Seals a share to its trustee, bound to the network, the trustee's number and the owner.
///
/// # Errors
/// [`SealKeyError::BadPublicKey`] if the trustee's key is of low order.
pub fn seal_share(
    network: &NetworkId,
    owner: &Owner,
    share: &Share,
    trustee: &SealPublicKey,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Vec<u8>, SealKeyError> {
    let aad = context(network, owner, share.index());
    seal_to(trustee, INFO, &aad, share.to_bytes().as_ref(), rng)
}

/// Opens what [`seal_share`] sealed to `trustee`, with any of its keys. `None` where it was sealed to another key, for
/// another owner, network or trustee, or is not a share of this trustee.
#[must_use]
pub fn open_share(
    network: &NetworkId,
    owner: &Owner,
    trustee: TrusteeIndex,
    keys: &[SealKey],
    sealed: &[u8],
) -> Option<Share> {
    let aad = context(network, owner, trustee);
    keys.iter()
        .find_map(|key| key.open(INFO, &aad, sealed).ok())
        .and_then(|plain| Share::from_bytes(&plain).ok())
        .filter(|share| share.index() == trustee)
}

fn context(network: &NetworkId, owner: &Owner, trustee: TrusteeIndex) -> Vec<u8> {
    [
        &network.as_bytes()[..],
        &[trustee.get()],
        &owner.to_bytes()[..],
    ]
    .concat()
}
